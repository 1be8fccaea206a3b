// Clients and cards that run but are unwise are warned of, with the figures: retries that come too soon, cards that are too slow.
import { describe, expect, test } from 'vitest';
import { BASE, problemsOf } from '../support/problems-of.ts';

describe('a retry before a reply can be there', () => {
  const apart = `${BASE}network: { matrix: { uniform: 20ms, sites: [a, b] } }\n`.replace(
    '{ count: 4 }',
    '{ sites: { a: 3, b: 1 } }',
  );
  const warnedAt = (retry: string, place: string) =>
    problemsOf(apart.replace('{ site: lan,', `{ ${place}, retry_after: ${retry},`)).map((text) =>
      text.replace(/^[^ ]+ warning: /, ''),
    );

  test('is warned of with the round trips, to all nodes or to some', () => {
    expect(warnedAt('400us', 'site: a')).toEqual([
      'clients.0.retry_after: 400us is under the round trip to the nearest node, 500us: every request is sent again before a reply can be there, expected several times 40ms, the round trip to the farthest node',
    ]);
    expect(warnedAt('39ms', 'site: a')).toEqual([
      'clients.0.retry_after: 39ms is under the round trip to the farthest node, 40ms: requests to it are sent again before a reply can be there, expected several times that',
    ]);
    // Clients on a node's machine reach that node at once.
    expect(warnedAt('400us', 'node: 0')[0]).toContain('under the round trip to the farthest node');
  });

  test('is not seen from the longest round trip on, or without retries', () => {
    expect(warnedAt('40ms', 'site: a')).toEqual([]);
    expect(warnedAt('null', 'site: a')).toEqual([]);
  });

  test('is missed where it is null and a machine crashes, and nowhere else', () => {
    const warned = (clients: string, fault: string) =>
      problemsOf(`${BASE.replace('{ site: lan,', `{ site: lan, ${clients}`)}faults: [${fault}]\n`);
    const [slow, crash] = ['{ slow: 1, at: 5s }', '{ crash: 1, at: 6s, for: 1s }'];
    expect(warned('retry_after: null,', `${slow}, ${crash}`)).toEqual([
      expect.stringContaining(
        'warning: clients.0.retry_after: null never sends again what is lost in the crash of faults.1: it stays outstanding',
      ),
    ]);
    expect(warned('retry_after: null,', slow)).toEqual([]);
    expect(warned('', `${slow}, ${crash}`)).toEqual([]);
  });
});

describe('a card that is too slow', () => {
  const warned = (network: string, protocol: string, load = 'poisson: 500/s') =>
    problemsOf(
      `${BASE.replace('poisson: 500/s', load).replace('workload: opaque', 'workload: { opaque: { request_bytes: 1kB } }').replace('protocol: raft', `protocol: ${protocol}`)}network: { matrix: lan, ${network} }\n`,
    ).map((text) => text.replace(/^[^ ]+ warning: /, ''));

  test('for one request is warned of, on either side', () => {
    for (const card of ['egress', 'ingress'])
      expect(warned(`${card}: 1kbps`, 'raft')).toContainEqual(
        expect.stringMatching(
          new RegExp(`^network\\.${card}: one request of 1,000 B takes 8\\.528s on this card, expected a bandwidth`),
        ),
      );
    expect(warned('egress: 1Mbps, ingress: 1Mbps', 'raft', 'poisson: 10/s')).toEqual([]);
  });

  test('for the copies of a batch is held against the time-out that they would run into', () => {
    // 500/s × 20 ms: ten requests of 1 kB to three others are 240 kbit.
    const batch = 'batch: { timeout: 20ms }';
    expect(warned('egress: 100kbps', `{ pbft: { ${batch} } }`)).toEqual([
      expect.stringContaining(
        "protocol.pbft.batch: the copies of one batch take the primary's card 2.4s, but backups suspect the primary after 2s",
      ),
    ]);
    expect(warned('egress: 1Mbps', `{ pbft: { ${batch} } }`)).toEqual([]);
    expect(warned('egress: 1Mbps', `{ raft: { ${batch} } }`)).toEqual([
      expect.stringContaining(
        "protocol.raft.batch: the copies of one batch take the leader's card 240ms, but followers may start an election after 150ms",
      ),
    ]);
    expect(warned('egress: 100Mbps', `{ raft: { ${batch} } }`)).toEqual([]);
  });
});
