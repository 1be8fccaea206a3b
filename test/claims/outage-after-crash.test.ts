// How long nothing becomes final when the leader crashes. Raft (thesis, sections 3.4 and 9.3): followers wait for an election timeout
// since the last heartbeat, drawn from its range, and the one that wakes first is mostly elected within a few delays. PBFT
// (OSDI'99, section 4.4): backups suspect the primary when a request they wait for is not executed within the timeout; the view
// change then takes a few delays, with a dead primary at first and with the next one after that.
import { describe, expect, test } from 'vitest';
import type { FaultSpec } from '../../src/faults/fault-spec.ts';
import type { NamedOptions, RunSpec } from '../../src/simulation/run-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { type Duration, MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { clientsAt, ledRaft, protocol, quietSpec } from '../support/quiet-spec.ts';
import { openLoad } from '../support/run-specs.ts';

const DELAY = 5 * MILLISECOND;
const CRASH = 1 * SECOND;
const RETRY = 40 * MILLISECOND;
const SEEDS = 20;
const nodes = 5;

function crashing(of: NamedOptions, seed: number, target: FaultSpec['target'], duration: Duration | null): RunSpec {
  return quietSpec(nodes, DELAY, {
    protocol: of,
    seed,
    clients: [clientsAt({ site: nodes }, openLoad(400), { retryAfter: RETRY })],
    faults: [{ kind: 'crash', target, at: CRASH, duration }],
    horizon: 4 * SECOND,
    progressWithin: 2 * SECOND,
  });
}

/** The one outage of a run that must be safe and live, and must recover. */
function outageOf(spec: RunSpec): Duration {
  const { violations, outages, faults, unfinished } = simulate(spec);
  expect(violations).toEqual([]);
  expect(outages.length).toBe(1);
  const { from, to } = outages[0]!;
  expect(from).toBeGreaterThan(CRASH - 50 * MILLISECOND);
  expect(from).toBeLessThan(CRASH + 50 * MILLISECOND);
  expect(faults[0]!.recovery).toBe(to - CRASH);
  // Nothing was forgotten: what is not final at the end has only just been sent.
  for (const age of unfinished) expect(age).toBeLessThan(20 * DELAY);
  return to - from;
}

describe('Raft: a crash of the leader', () => {
  const heartbeat = 20 * MILLISECOND;
  const electionTimeout = { min: 150 * MILLISECOND, max: 300 * MILLISECOND };
  // Asked for pre-votes, votes and the no-op, the others answer; then a request is replicated: six delays, and the way of the
  // client to the new leader, whom it may find only at the next retry.
  const longest = electionTimeout.max + 8 * DELAY + 2 * RETRY;
  // The last heartbeat came at most one interval before the crash.
  const shortest = electionTimeout.min - heartbeat;

  for (const target of ['leader', 0] as const)
    for (const duration of [null, 500 * MILLISECOND])
      test(`of ${target}, ${duration === null ? 'for ever' : 'with a restart'}, lasts between the least election timeout and the most plus a few delays`, () => {
        let within = 0;
        for (let seed = 1; seed <= SEEDS; seed++) {
          const outage = outageOf(crashing(ledRaft({ heartbeat, electionTimeout }), seed, target, duration));
          expect(outage).toBeGreaterThan(shortest);
          if (outage < longest) within++;
        }
        // A split vote makes it longer, now and then.
        expect(within).toBeGreaterThanOrEqual(0.8 * SEEDS);
      });
});

describe('PBFT: a crash of the primary', () => {
  const requestTimeout = 200 * MILLISECOND;
  const options = {
    requestTimeout,
    viewChangeTimeout: 2 * SECOND,
    statusInterval: 100 * MILLISECOND,
    batch: { timeout: 0 },
  };
  // A backup's timer runs from the pre-prepare of a batch that the crash cut short, at the latest from the retry of the first request
  // that never reached the primary. Then: view-change, new-view, prepare, commit, reply, with a delay to spare for each.
  const longest = RETRY + requestTimeout + 10 * DELAY;

  for (const durable of [false, true])
    test(`lasts about the request timeout and a view change (${durable ? 'with' : 'without'} a restart)`, () => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const duration = durable ? 700 * MILLISECOND : null;
        const outage = outageOf(crashing(protocol('pbft', { ...options, durable }), seed, 'primary', duration));
        expect(outage).toBeGreaterThan(requestTimeout - 2 * DELAY);
        expect(outage).toBeLessThan(longest);
      }
    });
});
