// What it costs to lose the quorum without losing the leader: the first request may come long after the crash, and finds too few nodes
// all the same. So the outage is the crash's, on both kernels, whatever the load is; and is none where enough nodes are left.
import { describe, expect, test } from 'vitest';
import { drilled, USUAL_DRILLS } from '../../src/experiment/drills.ts';
import type { FaultOutcome, RunResult } from '../../src/simulation/run-result.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { type Duration, MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { expectKernelsToAgree } from '../support/kernels-agree.ts';
import { clientsAt, ledRaft, protocol, quietSpec } from '../support/quiet-spec.ts';
import { openLoad } from '../support/run-specs.ts';

const DELAY = 1 * MILLISECOND;
const CRASH = 10 * SECOND;
const LASTS = 6 * SECOND;
const RETRY = 1 * SECOND;
/** So long after an instant what was under way may still become final; at 2 requests a second the next one mostly comes later. */
const REACH = 100 * MILLISECOND;
const SEEDS = [1, 2, 3];

function seldom(nodes: number, seed: number, changes: Partial<RunSpec>): RunSpec {
  return quietSpec(nodes, DELAY, {
    seed,
    clients: [clientsAt({ site: nodes }, openLoad(2), { retryAfter: RETRY })],
    horizon: 30 * SECOND,
    progressWithin: 8 * SECOND,
    ...changes,
  });
}

function crashing(nodes: number, target: readonly number[], of: RunSpec['protocol'], duration: Duration | null) {
  return SEEDS.map((seed) => {
    const faults = [{ kind: 'crash', target, at: CRASH, duration }] as const;
    return expectKernelsToAgree(seldom(nodes, seed, { protocol: of, faults }));
  });
}

const faultOf = ({ faults: [fault] }: RunResult) => fault as FaultOutcome;

function patientPbft(durable: boolean): RunSpec['protocol'] {
  return protocol('pbft', { requestTimeout: 2 * SECOND, viewChangeTimeout: 2 * SECOND, durable });
}

/** Nothing is final before nodes are back; then clients that wait ask again, and the leader there was leads on or another does. */
function expectOutage(runs: readonly RunResult[], atMost: Duration): void {
  for (const run of runs) {
    const { recovery, outages } = faultOf(run);
    expect(recovery).toBeGreaterThan(LASTS);
    expect(recovery).toBeLessThan(LASTS + atMost);
    expect(outages.at(-1)?.to).toBe(CRASH + (recovery as number));
  }
  // Of an outage that begins at once any rule would know whose it is.
  expect(runs.some((run) => (faultOf(run).outages[0]?.from ?? 0) > CRASH + REACH)).toBe(true);
}

describe('a crash that leaves too few nodes', () => {
  test('costs Raft, whose leader stays up, the time until there is a majority and a leader again', () => {
    expectOutage(crashing(3, [1, 2], ledRaft(), LASTS), 2 * RETRY);
  });

  test('costs PBFT the time until there is a quorum and a view again', () => {
    expectOutage(crashing(4, [2, 3], patientPbft(true), LASTS), 8 * SECOND);
  });

  test('is not recovered from where they come back without their memory, more of them than are tolerated', () => {
    for (const run of crashing(4, [2, 3], patientPbft(false), LASTS))
      expect(faultOf(run)).toMatchObject({ recovery: null, later: [] });
  });

  test('for good is not recovered from', () => {
    for (const run of crashing(3, [1, 2], ledRaft(), null))
      expect(faultOf(run)).toMatchObject({ recovery: null, later: [] });
  });

  test('and costs nothing where a quorum is left, though more are down than are tolerated', () => {
    // Of six replicas that are to bear one liar any four share a correct one with any other four.
    for (const run of crashing(6, [4, 5], protocol('pbft', { faults: 1 }), LASTS))
      expect(faultOf(run)).toMatchObject({ recovery: 0, outages: [] });
  });
});

test('the loss of a site where the leader does not stand, and a quorum with it, costs the drill its outage', () => {
  for (const seed of SEEDS) {
    const base = seldom(3, seed, { protocol: ledRaft() });
    const network = { ...base.network, nodeSites: Int32Array.of(0, 1, 1) };
    const drill = drilled({ ...base, network }, { kind: 'site-loss', site: 'site-1' }, USUAL_DRILLS, 2 * SECOND);
    const [struck] = drill.faults;
    const { recovery, nodes } = faultOf(expectKernelsToAgree(drill));
    expect(nodes).toEqual([1, 2]);
    expect(recovery).toBeGreaterThan(struck?.duration as number);
  }
});

test('a cut that leaves no side a quorum is known by the first outage that begins while it lasts', () => {
  for (const seed of SEEDS) {
    const faults = [{ kind: 'partition', target: [1], at: CRASH, duration: LASTS }] as const;
    const forGood = { kind: 'crash', target: 2, at: 2 * SECOND, duration: null } as const;
    const run = expectKernelsToAgree(seldom(3, seed, { protocol: ledRaft(), faults: [...faults, forGood] }));
    expect(faultOf(run).recovery).toBeGreaterThan(LASTS);
  }
});
