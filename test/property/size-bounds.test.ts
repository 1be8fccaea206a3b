// Bounds of the sizing search hold for what is simulated: no finality below the bound of delays, no throughput above the capacity.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EstimateName } from '../../src/experiment/estimate.ts';
import { capacityLimits } from '../../src/experiment/size/capacity-bound.ts';
import { expectedIn, loadOf } from '../../src/experiment/size/demand.ts';
import { placedAt } from '../../src/experiment/size/field.ts';
import { boundOf, delaysOf, leaderBounds } from '../../src/experiment/size/latency-bound.ts';
import { quorumFigures } from '../../src/experiment/size/quorums.ts';
import { setupOf } from '../../src/experiment/size/setup.ts';
import { trialOf } from '../../src/experiment/size/trial.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { MILLISECOND } from '../../src/units/quantities.ts';
import { batchOf, NO_DEMAND, planOf, testSpace, variant } from '../support/size-space.ts';

const MEASURES: readonly EstimateName[] = [
  'finality_mean_ms',
  'finality_p50_ms',
  'finality_p90_ms',
  'finality_p99_ms',
  'finality_max_ms',
];
/** Quantiles come from a histogram within 0.4 %. */
const HISTOGRAM = 1.005;

const candidates = fc.record({
  protocol: fc.constantFrom('pbft' as const, 'raft' as const),
  counts: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)).filter((counts) => counts[0] + counts[1] + counts[2] >= 4),
  batch: fc.constantFrom(1, 20, 200),
  pipeline: fc.constantFrom(1, 16),
  proposer: fc.constantFrom('primary' as const, 'rotating' as const),
  cores: fc.constantFrom(1, 2, 4),
  rate: fc.constantFrom(3e6, 2e7, 1e9),
  ranked: fc.nat(2),
  seed: fc.nat(1000),
});

test('no run is quicker than the delays allow, nor orders more than its narrowest resource', () => {
  fc.assert(
    fc.property(candidates, ({ protocol, counts, batch, pipeline, proposer, cores, rate, ranked, seed }) => {
      const raft = { ...batchOf(batch, 0), maxInflight: pipeline };
      const pbft = { ...batchOf(batch, 1 * MILLISECOND), pipeline, proposer };
      const chosen = variant(protocol, protocol === 'raft' ? raft : pbft);
      const space = testSpace({ variants: [chosen] });
      const nodes = counts[0] + counts[1] + counts[2];
      const [machine] = space.machines;
      const candidate = {
        variant: chosen,
        nodes,
        counts,
        machine: { ...machine!, spec: { ...machine!.spec, cores } },
        bandwidth: { rate, perMonth: 0 },
      };
      const load = loadOf(space, NO_DEMAND);
      const placed = placedAt(counts, space);
      // Any site may hold the leader: the bounds must hold whoever leads.
      const sites = placed.map(({ site }) => site);
      const ranking = [...sites.slice(ranked % sites.length), ...sites.slice(0, ranked % sites.length)];
      const setup = setupOf(candidate, space, load, ranking);
      const { full } = planOf(space, NO_DEMAND);
      const spec = planOf(space, NO_DEMAND).specFor({ ...setup }, seed, full);
      const { estimate } = trialOf(spec, [{ ok: true, result: simulate(spec) }], full.warmup, []);

      const bounds = leaderBounds(
        chosen,
        placed,
        quorumFigures(chosen, nodes),
        delaysOf(setup.network, setup.machine.disk.fsync),
        load.origins,
      );
      const measured = full.duration - (full.warmup as number);
      const bestOf = bounds.map(({ finality }) => finality);
      const rotating = [load.origins.map((_, i) => Math.min(...bestOf.map((finality) => finality[i]!)))];
      const finalities = protocol === 'pbft' && proposer === 'rotating' ? rotating : bestOf;
      for (const measure of MEASURES) {
        const bound = Math.min(
          ...finalities.map((finality) => boundOf(measure, finality, load, expectedIn(load, measured))!),
        );
        const value = estimate?.estimates[measure]?.mean;
        if (value !== undefined) expect(value * HISTOGRAM, measure).toBeGreaterThanOrEqual(bound);
      }
      const commit = Math.min(...bounds.map((bound) => bound.commit));
      const throughput = estimate?.estimates.throughput_per_s?.mean ?? 0;
      // What lay in queues when the window began is final in it as well: at most what the load sends in the warm-up.
      const backlog = (load.offered * (full.warmup as number)) / measured;
      for (const { kind, most } of capacityLimits(setup, load, commit))
        expect(throughput, kind).toBeLessThanOrEqual(Math.max(most * 1.02 + 5, most + backlog * 0.1));
    }),
    { numRuns: 25 },
  );
}, 120_000);
