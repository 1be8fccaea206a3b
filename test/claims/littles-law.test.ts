// Little, "A proof for the queuing formula L = λW", Operations Research 9 (1961). In closed loop the number outstanding is fixed, so
// throughput × (mean latency + think time) = outstanding, whatever the protocol; and in any run the time-average of the number
// outstanding is what adding up each request's time by hand gives.
import { describe, expect, test } from 'vitest';
import type { FaultSpec } from '../../src/faults/fault-spec.ts';
import type { DistributionSpec } from '../../src/kernel/sampler.ts';
import type { NamedOptions, RunSpec } from '../../src/simulation/run-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { MICROSECOND, MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { clientsAt, closedLoop, constant, freeMachine, ledRaft, promptPbft, quietSpec } from '../support/quiet-spec.ts';
import { openLoad } from '../support/run-specs.ts';

const THINK = 12 * MILLISECOND;
const thinks: readonly DistributionSpec[] = [constant(THINK), { kind: 'exponential', mean: THINK }];
const protocols: readonly NamedOptions[] = [promptPbft(), ledRaft()];
const CLIENTS = 5;
const EACH = 2;

/** Costs enough that requests queue and batches form. */
const machine = { ...freeMachine, cores: 1, handling: 20 * MICROSECOND, execution: 300 * MICROSECOND };

function crowded(protocol: NamedOptions, think: DistributionSpec, changes: Partial<RunSpec> = {}): RunSpec {
  const clients = [clientsAt({ site: 4 }, closedLoop(CLIENTS, EACH, think), { retryAfter: SECOND / 2 })];
  const spec = quietSpec(4, 2 * MILLISECOND, { protocol, machine, clients, horizon: 8 * SECOND, ...changes });
  return { ...spec, network: { ...spec.network, jitter: { kind: 'exponential', mean: 500 * MICROSECOND } } };
}

for (const protocol of protocols)
  for (const think of thinks)
    test(`throughput × (mean latency + think time) = outstanding: ${protocol.name}, ${think.kind} think time`, () => {
      const { segments, violations } = simulate(crowded(protocol, think));
      expect(violations).toEqual([]);
      const { finality, final, from, to } = segments[0]!;
      expect(final).toBeGreaterThanOrEqual(200 * CLIENTS * EACH);
      const outstanding = (final / (to - from)) * (finality.sum / final + THINK);
      expect(Math.abs(outstanding / (CLIENTS * EACH) - 1)).toBeLessThan(0.01);
    });

describe('the time-average of the number outstanding is exact', () => {
  const cut = 3_141_592_653;
  const crash: FaultSpec = { kind: 'crash', target: 0, at: 1 * SECOND, duration: 700 * MILLISECOND };
  const loads = {
    closed: crowded(ledRaft(), constant(THINK)).clients,
    open: [clientsAt({ site: 4 }, openLoad(300), { retryAfter: SECOND / 2 })],
  };

  for (const [load, clients] of Object.entries(loads))
    for (const faults of [[], [crash]])
      test(`${load} loop, ${faults.length === 0 ? 'no fault' : 'with a crash of the leader'}`, () => {
        const spec = crowded(ledRaft(), constant(THINK), { clients, faults });
        /** Σ over requests of how long each was outstanding before `horizon`: those that became final, and those that did not. */
        const byHand = (horizon: number): number => {
          const { segments, unfinished } = simulate({ ...spec, horizon, progressWithin: 100 * SECOND });
          return segments[0]!.finality.sum + unfinished.reduce((sum, age) => sum + age, 0);
        };
        const { segments } = simulate({ ...spec, boundaries: [cut] });
        const [before, after] = segments.map((segment) => segment.outstandingTime) as [number, number];
        expect(before).toBe(byHand(cut));
        expect(before + after).toBe(byHand(spec.horizon));
        expect(before / cut).toBeGreaterThan(0.5);
      });
});
