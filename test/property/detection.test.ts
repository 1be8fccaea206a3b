// The checks must be able to fail: each protocol here breaks one rule, in a scenario that the unbroken one passes, and must be caught
// by the check that stands for that rule, under either kernel.
import { describe, expect, test } from 'vitest';
import type { FaultSpec } from '../../src/faults/fault-spec.ts';
import type { AnyProtocol } from '../../src/protocols/protocol.ts';
import type { NamedOptions, RunSpec } from '../../src/simulation/run-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { type Instant, MICROSECOND, MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import {
  answersBeforeFsync,
  commitsUnprepared,
  countsOldTerms,
  forgetsItsDisk,
  installsWrongState,
  inventsRequests,
  neverElects,
  neverSuspects,
  quorumTooSmall,
  readsStale,
  swapsPositions,
  usurpsView,
  votesTwice,
} from '../support/broken-protocols.ts';
import { clientsAt, closedLoop, constant, freeMachine, ledRaft, protocol, quietSpec } from '../support/quiet-spec.ts';
import { openLoad, workloadOptions } from '../support/run-specs.ts';

const DELAY = 10 * MILLISECOND;

/** The unbroken protocol passes; the broken one is stopped by `check`, whichever kernel runs it. */
function expectCaught(
  spec: RunSpec,
  broken: AnyProtocol,
  check: string,
  kind: 'safety' | 'liveness' = 'safety',
): string {
  expect(simulate(spec).violations).toEqual([]);
  const protocols = { [spec.protocol.name]: broken };
  const { violations, digest, endedAt } = simulate(spec, { protocols });
  expect(violations.map((violation) => [violation.check, violation.kind])).toEqual([[check, kind]]);
  expect(digest).toBe(null);
  if (kind === 'safety') expect(endedAt).toBeLessThanOrEqual(spec.horizon);
  expect(simulate(spec, { protocols, kernel: 'reference' }).violations).toEqual(violations);
  return violations[0]!.detail;
}

const crash = (target: FaultSpec['target'], at: Instant, duration: number | null): FaultSpec => ({
  kind: 'crash',
  target,
  at,
  duration,
});
const cut = (target: FaultSpec['target'], at: Instant, duration: number | null): FaultSpec => ({
  kind: 'partition',
  target,
  at,
  duration,
});

const timeouts = { heartbeat: 50 * MILLISECOND, electionTimeout: { min: 300 * MILLISECOND, max: 600 * MILLISECOND } };
const patience = {
  requestTimeout: 300 * MILLISECOND,
  viewChangeTimeout: 300 * MILLISECOND,
  statusInterval: 100 * MILLISECOND,
};
const pbft = (changes = {}): NamedOptions => protocol('pbft', { batch: { timeout: 0 }, ...patience, ...changes });
/** Execution takes some time, so that what disagrees is committed before it is executed. */
const machine = { ...freeMachine, execution: 1 * MICROSECOND };
const slowDisk = { ...machine, disk: { ...machine.disk, fsync: constant(100 * MILLISECOND) } };

/** One client a node, on its machine, that asks its own node. */
const clientsEverywhere = (nodes: number) =>
  Array.from({ length: nodes }, (_, node) =>
    clientsAt({ node }, closedLoop(1, 1, constant(DELAY)), { submit: 'nearest', retryAfter: 400 * MILLISECOND }),
  );

describe('Raft is caught when a node', () => {
  test('votes twice in a term: one leader per term', () => {
    // All wake within a delay of each other, so that several are candidates of one term.
    const electionTimeout = { min: 300 * MILLISECOND, max: 340 * MILLISECOND };
    const options = { ...timeouts, electionTimeout, preVote: false, checkQuorum: false };
    const spec = quietSpec(5, 2 * DELAY, { protocol: protocol('raft', options), horizon: 5 * SECOND });
    expect(expectCaught(spec, votesTwice, 'one leader per term')).toMatch(
      /^node \d leads in term \d, where node \d does$/,
    );
  });

  test('acknowledges before its fsync, and all crash and restart: agreement', () => {
    const faults = [crash([0, 1, 2], 1 * SECOND, 50 * MILLISECOND)];
    const clients = [clientsAt({ site: 3 }, closedLoop(4, 1, constant(DELAY)), { retryAfter: 200 * MILLISECOND })];
    const spec = quietSpec(3, DELAY, {
      protocol: ledRaft(timeouts),
      machine: slowDisk,
      clients,
      faults,
      horizon: 6 * SECOND,
    });
    expectCaught(spec, answersBeforeFsync, 'agreement');
  });

  test('forgets at a restart what it had on disk: one leader per term', () => {
    const faults = [crash([0, 1, 2], 1 * SECOND, 50 * MILLISECOND)];
    const clients = [clientsAt({ site: 3 }, closedLoop(1), { retryAfter: 200 * MILLISECOND })];
    const spec = quietSpec(3, DELAY, { protocol: protocol('raft', timeouts), clients, faults, horizon: 5 * SECOND });
    expectCaught(spec, forgetsItsDisk, 'one leader per term');
  });

  test('forgets what was final, and nothing new is ordered in its place: durability', () => {
    // The clients think for the rest of the run, and the leader begins again with the same no-op.
    const faults = [crash([0, 1, 2], 1 * SECOND, 50 * MILLISECOND)];
    const clients = [clientsAt({ site: 3 }, closedLoop(3, 1, constant(100 * SECOND)))];
    const protocol = ledRaft({ ...timeouts, batch: { maxTransactions: 1 } });
    const spec = quietSpec(3, DELAY, { protocol, clients, faults, horizon: 8 * SECOND, progressWithin: 2 * SECOND });
    const detail = expectCaught(spec, forgetsItsDisk, 'durability');
    expect(detail).toBe('position 4 was final, but no live node has executed beyond 1');
  });

  test('commits entries of earlier terms by counting (figure 3.7): agreement', () => {
    expectCaught(figureEight(), countsOldTerms, 'agreement');
  });

  test('answers reads from its own state: linearizable reads', () => {
    // Node 2 is near the clients and far from the leader: it hears of a commit later than they do.
    const quiet = quietSpec(3, DELAY, {});
    const sites = quiet.network.sites.length;
    const oneWay = quiet.network.oneWay.map((delay, i) => (i === 0 * sites + 2 ? 10 * delay : delay));
    const clients = [clientsAt({ site: 3 }, closedLoop(3), { submit: 'all' })];
    const workload = workloadOptions('payments', { accounts: 10, readShare: 0.5 });
    const spec = { ...quiet, protocol: ledRaft(timeouts), clients, workload, network: { ...quiet.network, oneWay } };
    expect(expectCaught(spec, readsStale, 'linearizable reads')).toMatch(
      /was served at position \d+, though position \d+/,
    );
  });

  test('installs a snapshot of another state: order', () => {
    const faults = [crash(1, SECOND / 2, 1 * SECOND)];
    const options = { ...timeouts, snapshotEvery: 5, snapshotKeep: 0 };
    const clients = [clientsAt({ site: 3 }, closedLoop(2), { retryAfter: 400 * MILLISECOND })];
    const workload = workloadOptions('payments', { accounts: 10 });
    const spec = quietSpec(3, DELAY, { protocol: ledRaft(options), workload, clients, faults, horizon: 4 * SECOND });
    expect(expectCaught(spec, installsWrongState, 'order')).toContain('installed a snapshot');
  });

  test('never stands for election after a crash: progress', () => {
    const clients = [clientsAt({ site: 3 }, closedLoop(1), { retryAfter: 200 * MILLISECOND })];
    const faults = [crash('leader', 1 * SECOND, null)];
    const spec = quietSpec(3, DELAY, {
      protocol: ledRaft(timeouts),
      clients,
      faults,
      horizon: 8 * SECOND,
      progressWithin: 4 * SECOND,
    });
    expect(expectCaught(spec, neverElects, 'progress', 'liveness')).toContain('none did before the run ended');
  });
});

describe('PBFT is caught when a replica', () => {
  // Two and two: neither side has the quorum of three.
  const faults = [cut([2, 3], 1 * SECOND, 3 * SECOND)];
  const split = quietSpec(4, DELAY, {
    protocol: pbft(),
    machine,
    clients: clientsEverywhere(4),
    faults,
    horizon: 8 * SECOND,
  });

  test('takes one vote too few for a quorum: agreement', () => {
    expect(expectCaught(split, quorumTooSmall, 'agreement')).toMatch(/^position \d+: node \d committed batch \w{8} at/);
  });

  test('commits what the others have not prepared: agreement', () => {
    expectCaught(split, commitsUnprepared, 'agreement');
  });

  test('says that it leads a view which is another’s: one leader per term', () => {
    const spec = quietSpec(4, DELAY, { protocol: pbft() });
    expect(expectCaught(spec, usurpsView, 'one leader per term')).toBe('node 1 leads in term 0, where node 0 does');
  });

  test('never suspects a primary that crashed: progress', () => {
    const clients = [clientsAt({ site: 4 }, closedLoop(1), { retryAfter: 200 * MILLISECOND })];
    const dead = [crash('primary', 1 * SECOND, null)];
    const spec = quietSpec(4, DELAY, {
      protocol: pbft(),
      clients,
      faults: dead,
      horizon: 8 * SECOND,
      progressWithin: 4 * SECOND,
    });
    expectCaught(spec, neverSuspects, 'progress', 'liveness');
  });
});

describe('echo is caught when a node', () => {
  test('executes a request that no client has sent: validity', () => {
    const detail = expectCaught(quietSpec(4, DELAY, {}), inventsRequests, 'validity');
    expect(detail).toMatch(/holds request 1000001, which no client has submitted$/);
  });

  test('orders otherwise than the rest: agreement', () => {
    const spec = quietSpec(4, DELAY, {
      machine,
      clients: [clientsAt({ site: 4 }, closedLoop(3, 1, constant(DELAY)))],
      protocol: protocol('echo', { maxTransactions: 1 }),
    });
    expectCaught(spec, swapsPositions, 'agreement');
  });
});

/**
 * Figure 3.7 of the thesis with three nodes. The first leader, 0, is cut off with an entry X that nobody else has. Another, S, is
 * elected; its no-op goes to the same index, but the third node, T, crashes before that is on its disk, and S is cut off. Node 0
 * comes back, is elected by T, and T acknowledges X: two of three have it. Before T has written anything of the new term it crashes
 * again and 0 is cut off; S, whose last entry is of a later term than X, is elected and overwrites it. Each step is timed by what
 * a run of the steps before it shows.
 */
function figureEight(): RunSpec {
  const options = { ...timeouts, preVote: false, checkQuorum: false, batch: { maxBytes: 1, maxTransactions: 1 } };
  const quiet = quietSpec(3, DELAY, { protocol: ledRaft(options), machine: slowDisk, progressWithin: 100 * SECOND });
  const base: RunSpec = {
    ...quiet,
    // Each request is over before the next one comes, so that none is under way when node 0 is cut off.
    clients: [clientsAt({ node: 0 }, openLoad(2, 'constant'), { submit: 'nearest' })],
    horizon: 20 * SECOND,
    network: { ...quiet.network, connectionTimeout: 100 * MILLISECOND },
  };
  const steps = (...faults: FaultSpec[]): RunSpec => ({ ...base, faults });
  const leaderAfter = (at: Instant, spec: RunSpec) => {
    const found = simulate(spec).timeline.events.find((event) => event.at > at && event.text.startsWith('leader '));
    if (found === undefined) throw new Error(`nobody was elected after ${at} ns`);
    return found;
  };

  const first = 0.95 * SECOND;
  const second = leaderAfter(first, steps(cut(0, first, null)));
  const [S, T] = second.node === 1 ? [1, 2] : [2, 1];
  // T has the no-op after one delay and needs 100 ms to write it.
  const comesBack = second.at + 200 * MILLISECOND;
  const away = cut(0, first, comesBack - first);
  const tooSoon = crash(T, second.at + 50 * MILLISECOND, 100 * MILLISECOND);
  const third = leaderAfter(second.at, steps(away, tooSoon, cut(S, second.at + MILLISECOND, null)));
  expect(third.node).toBe(0);
  // The probe is refused (two delays), X acknowledged (two delays and a write), what follows X written at + 250 ms.
  const acknowledged = third.at + 200 * MILLISECOND;
  return steps(
    away,
    tooSoon,
    cut(S, second.at + MILLISECOND, acknowledged - second.at),
    crash(T, acknowledged, 100 * MILLISECOND),
    cut(0, acknowledged, null),
  );
}
