// How many one-way delays a client waits. PBFT: request, pre-prepare, prepare, commit, reply (OSDI'99, figure 1): five, four from
// the primary's own machine. Raft: AppendEntries and its answer (thesis, section 10.2, figure 10.3), two for a client on the
// leader's machine; a client elsewhere adds the way there and back, and one at a follower hears of the commit from that follower.
// All delays are equal, batches are cut at once and nothing else takes time; then each thing that does is added, by hand.
import { describe, expect, test } from 'vitest';
import type { MachineSpec } from '../../src/machines/machine-spec.ts';
import type { ClientGroupSpec, NamedOptions } from '../../src/simulation/run-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { MICROSECOND, MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import {
  clientsAt,
  closedLoop,
  constant,
  freeMachine,
  ledRaft,
  promptPbft,
  protocol,
  quietSpec,
} from '../support/quiet-spec.ts';

const DELAY = 10 * MILLISECOND;
const OUTSIDE = 4;

/** The latency that every request has, once the first half second (elections, no-ops) is over. */
function latency(
  nodes: number,
  of: NamedOptions,
  place: ClientGroupSpec['place'],
  machine: MachineSpec = freeMachine,
): number {
  const submit = 'node' in place ? ('nearest' as const) : null;
  // The pause lets what follows a request (the answers to Raft's new commit index) pass before the next one comes.
  const clients = [clientsAt(place, closedLoop(1, 1, constant(MILLISECOND)), { submit })];
  const spec = quietSpec(nodes, DELAY, { protocol: of, clients, machine, boundaries: [SECOND / 2] });
  const { violations, segments } = simulate(spec);
  expect(violations).toEqual([]);
  const { finality } = segments[1]!;
  expect(finality.total).toBeGreaterThan(10);
  expect(finality.min).toBe(finality.max);
  expect(finality.sum).toBe(finality.total * finality.max);
  return finality.max;
}

/** Timers out of the way. */
const raft = (changes = {}) =>
  ledRaft({ heartbeat: 10 * SECOND, electionTimeout: { min: 50 * SECOND, max: 60 * SECOND }, ...changes });

describe('with no cost but delays, a request takes', () => {
  test('5 one-way delays in PBFT, whatever n', () => {
    for (const n of [4, 5, 7, 10]) expect(latency(n, promptPbft(), { site: n })).toBe(5 * DELAY);
  });

  test('4 one-way delays in PBFT from the primary’s machine', () => {
    for (const n of [4, 7]) expect(latency(n, promptPbft(), { node: 0 })).toBe(4 * DELAY);
  });

  test('2 one-way delays in Raft on the leader’s machine', () => {
    for (const n of [3, 5, 8]) expect(latency(n, raft(), { node: 0 })).toBe(2 * DELAY);
  });

  test('4 one-way delays in Raft on a follower’s machine, and outside', () => {
    for (const n of [3, 5, 8]) {
      expect(latency(n, raft(), { node: n - 1 })).toBe(4 * DELAY);
      expect(latency(n, raft(), { site: n })).toBe(4 * DELAY);
    }
  });

  test('4 one-way delays in echo, 2 on its leader’s machine', () => {
    expect(latency(4, protocol('echo'), { site: OUTSIDE })).toBe(4 * DELAY);
    expect(latency(4, protocol('echo'), { node: 0 })).toBe(2 * DELAY);
  });
});

describe('a disk adds', () => {
  const WRITE = 3 * MILLISECOND;
  const machine = { ...freeMachine, disk: { ...freeMachine.disk, fsync: constant(WRITE) } };

  test('one write in Raft: the leader’s runs while the followers are told, theirs before they answer', () => {
    expect(latency(3, raft(), { node: 0 }, machine)).toBe(2 * DELAY + WRITE);
    expect(latency(5, raft(), { site: 5 }, machine)).toBe(4 * DELAY + WRITE);
  });

  test('a single Raft node’s own write', () => {
    expect(latency(1, raft(), { node: 0 }, machine)).toBe(WRITE);
  });

  test('three writes in durable PBFT: before the pre-prepare, before the prepare and before the commit', () => {
    expect(latency(4, promptPbft({ durable: true }), { site: OUTSIDE }, machine)).toBe(5 * DELAY + 3 * WRITE);
    expect(latency(4, promptPbft({ durable: false }), { site: OUTSIDE }, machine)).toBe(5 * DELAY);
  });
});

describe('service times add up by hand', () => {
  const handling = 7 * MICROSECOND;
  const requestHandling = 11 * MICROSECOND;
  const execution = 13 * MICROSECOND;
  const sign = 170 * MICROSECOND;
  const verify = 190 * MICROSECOND;
  const mac = 2 * MICROSECOND;
  const crypto = { profile: 'by hand', scheme: 'by hand', sign, verify, mac, hashPerByte: 0 };
  // Three cores beside the protocol thread: three signatures that arrive together are verified side by side.
  const machine: MachineSpec = { ...freeMachine, cores: 4, handling, requestHandling, execution, crypto };

  // n = 4, f = 1, Q = 3. In one-way hops:
  //   1. client → primary: the client's signature is verified, the request handled, the pre-prepare signed;
  //   2. → backups: the primary's and the client's signature verified one after the other (one message, one core), the message
  //      handled, the prepare signed;
  //   3. → all: both prepares of the other backups are verified side by side; handling the first makes Q − 1 = 2 with the own
  //      one; the commit is signed (while the thread handles the second prepare);
  //   4. → all: a backup finds the commits of the two other backups verified at once and handles both: Q = 3 with its own. The
  //      primary's commit, ready one handling later, still comes before the execution, which became ready after it. Then the
  //      batch of one is executed and the reply gets its MAC;
  //   5. → client: two equal replies from the backups come together.
  const pbftServices =
    verify +
    requestHandling +
    sign +
    (2 * verify + handling + sign) +
    (verify + handling + sign) +
    (verify + 3 * handling + execution + mac);

  test('PBFT, from outside and from the primary’s machine', () => {
    expect(latency(4, promptPbft(), { site: OUTSIDE }, machine)).toBe(5 * DELAY + pbftServices);
    expect(latency(4, promptPbft(), { node: 0 }, machine)).toBe(4 * DELAY + pbftServices);
  });

  test('PBFT whose clients do not sign spares each node a verification of the request', () => {
    const spared = 2 * verify;
    expect(latency(4, promptPbft({ clientSignatures: false }), { site: OUTSIDE }, machine)).toBe(
      5 * DELAY + pbftServices - spared,
    );
  });

  // With auth: mac every signature of a message becomes n − 1 MACs to make and one to check; the client still signs its request.
  test('PBFT with authenticators', () => {
    const services =
      verify +
      requestHandling +
      3 * mac +
      (mac + verify + handling + 3 * mac) +
      (mac + handling + 3 * mac) +
      (mac + 3 * handling + execution + mac);
    expect(latency(4, promptPbft({ auth: 'mac' }), { site: OUTSIDE }, machine)).toBe(5 * DELAY + services);
  });

  // n = 3: the leader handles the request, each follower the entry, the leader the first answer, which commits; the second answer
  // came with it and is handled before the execution, which became ready later.
  const raftServices = requestHandling + handling + 2 * handling + execution;

  test('Raft, from outside and from the leader’s machine: nothing is signed', () => {
    expect(latency(3, raft(), { site: 3 }, machine)).toBe(4 * DELAY + raftServices);
    expect(latency(3, raft(), { node: 0 }, machine)).toBe(2 * DELAY + raftServices);
  });

  // The follower takes the request, then the leader does; the first answer commits, the follower handles that news and executes.
  test('Raft, at a follower', () => {
    const services = 2 * requestHandling + handling + handling + handling + execution;
    expect(latency(3, raft(), { node: 2 }, machine)).toBe(4 * DELAY + services);
  });

  // The leader handles the request, each of the others the order, the leader three answers that came together.
  test('echo', () => {
    const services = requestHandling + handling + 3 * handling + execution;
    expect(latency(4, protocol('echo'), { site: OUTSIDE }, machine)).toBe(4 * DELAY + services);
  });
});
