// Bounds of the sizing search hold for what is simulated: no finality below the bound of delays, no throughput above the capacity.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EstimateName } from '../../src/experiment/estimate.ts';
import { capacityLimits } from '../../src/experiment/size/capacity-bound.ts';
import { expectedIn, loadOf } from '../../src/experiment/size/demand.ts';
import { boundOf, delaysOf, leaderBounds, partsOf, placedAt } from '../../src/experiment/size/latency-bound.ts';
import { quorumFigures } from '../../src/experiment/size/quorums.ts';
import { setupOf } from '../../src/experiment/size/setup.ts';
import { trialOf } from '../../src/experiment/size/trial.ts';
import type { NetworkSpec } from '../../src/network/network-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { MILLISECOND } from '../../src/units/quantities.ts';
import { clientsAt, closedLoad, workloadOptions } from '../support/run-specs.ts';
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
  readShare: fc.constantFrom(0, 0.5, 0.95, 1),
  fsync: fc.constantFrom(0, 8 * MILLISECOND),
  execution: fc.constantFrom({}, { executionLaw: 'exponential' as const, execution: 1 * MILLISECOND }),
  rate: fc.constantFrom(3e6, 2e7, 1e9),
  ranked: fc.nat(2),
  /** Of the first group of clients; the second follows the protocol. More replies than f + 1, or fewer, or of all nodes. */
  replyQuorum: fc.constantFrom(null, 1, 3, 4),
  seed: fc.nat(1000),
  /** Site c many times further away than the others are from each other, and further out than back, or not. */
  far: fc.constantFrom({ out: 1, back: 1 }, { out: 20, back: 20 }, { out: 24, back: 6 }, { out: 3, back: 30 }),
});

/** Delays to and from site c so many times as long. */
function farther({ sites, oneWay }: NetworkSpec, { out, back }: { readonly out: number; readonly back: number }) {
  const c = sites.length - 1;
  return oneWay.map((delay, i) => {
    const [from, to] = [Math.floor(i / sites.length), i % sites.length];
    if (from === to) return delay;
    return to === c ? out * delay : from === c ? back * delay : delay;
  });
}

const constant = (value: number) => ({ kind: 'constant', value }) as const;

test('no run is quicker than the delays allow, nor orders more than its narrowest resource', () => {
  fc.assert(
    fc.property(
      candidates,
      ({
        protocol,
        counts,
        batch,
        pipeline,
        proposer,
        cores,
        rate,
        ranked,
        seed,
        far,
        readShare,
        fsync,
        execution,
        replyQuorum,
      }) => {
        const raft = { ...batchOf(batch, 0), maxInflight: pipeline };
        const pbft = { ...batchOf(batch, 1 * MILLISECOND), pipeline, proposer };
        const chosen = variant(protocol, protocol === 'raft' ? raft : pbft);
        const { shared: near, ...others } = testSpace({ variants: [chosen] });
        const space = {
          ...others,
          shared: {
            ...near,
            workload: workloadOptions('opaque', { readShare }),
            // Of Raft's nodes the leader alone answers.
            clients: near.clients.map((group, i) =>
              i === 0 && protocol === 'pbft' ? { ...group, replyQuorum } : group,
            ),
            network: { ...near.network, oneWay: farther(near.network, far) },
          },
        };
        const nodes = counts[0] + counts[1] + counts[2];
        const [machine] = space.machines;
        const candidate = {
          variant: chosen,
          nodes,
          counts,
          machine: {
            ...machine!,
            spec: { ...machine!.spec, ...execution, cores, disk: { ...machine!.spec.disk, fsync: constant(fsync) } },
          },
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

        const parts = partsOf(chosen, nodes, load);
        const bounds = leaderBounds(
          chosen,
          placed,
          quorumFigures(chosen, nodes),
          delaysOf(setup.network, setup.machine.disk.fsync),
          parts.origins,
        );
        const measured = full.duration - (full.warmup as number);
        const bestOf = bounds.map(({ finality }) => finality);
        const rotating = [parts.origins.map((_, i) => Math.min(...bestOf.map((finality) => finality[i]!)))];
        const finalities = protocol === 'pbft' && proposer === 'rotating' ? rotating : bestOf;
        for (const measure of MEASURES) {
          const bound = Math.min(
            ...finalities.map((finality) => boundOf(measure, finality, parts, expectedIn(load, measured))!),
          );
          const value = estimate?.estimates[measure]?.mean;
          if (value !== undefined) expect(value * HISTOGRAM, measure).toBeGreaterThanOrEqual(bound);
        }
        const commit = Math.min(...bounds.map((bound) => bound.commit));
        const throughput = estimate?.estimates.throughput_per_s?.mean ?? 0;
        // What lay in queues when the window began is final in it as well: at most what the load sends in the warm-up.
        const backlog = (load.offered * (full.warmup as number)) / measured;
        for (const { kind, most } of capacityLimits(setup, load, commit, expectedIn(load, measured)))
          expect(throughput, kind).toBeLessThanOrEqual(Math.max(most * 1.02 + 5, most + backlog * 0.1));
      },
    ),
    { numRuns: 25 },
  );
}, 120_000);

test('proposers that rotate go on with what commits soonest at any node, not at the one that proposed it', () => {
  const places = fc.array(fc.tuple(fc.nat(100), fc.nat(100)), { minLength: 4, maxLength: 7 });
  fc.assert(
    fc.property(places, (points) => {
      const from = (a: number, b: number): number =>
        a === b ? 0.25 : Math.abs(points[a]![0] - points[b]![0]) + Math.abs(points[a]![1] - points[b]![1]) + 0.25;
      const nodes = points.map((_, node) => node);
      const rotating = variant('pbft', { proposer: 'rotating' });
      const figures = quorumFigures(rotating, nodes.length);
      const placed = nodes.map((site) => ({ site, nodes: 1 }));
      const bound = Math.min(
        ...leaderBounds(rotating, placed, figures, { from, fsync: 0 }, []).map(({ commit }) => commit),
      );
      // By hand, node by node: a statement is made once a quorum's earlier ones are here, the own among them at once.
      const next = (said: readonly number[]): readonly number[] =>
        nodes.map((here) => {
          const heard = nodes.map((other) => said[other]! + (other === here ? 0 : from(other, here)));
          return Math.max(said[here]!, heard.toSorted((a, b) => a - b)[figures.quorum - 1]!);
        });
      for (const leader of nodes) {
        const committed = next(next(nodes.map((node) => (node === leader ? 0 : from(leader, node)))));
        expect(committed[(leader + 1) % nodes.length]!).toBeGreaterThanOrEqual(bound - 1e-9);
      }
    }),
  );
});

describe('where nothing but delays takes time', () => {
  const mixes = [
    ['pbft', 'writes', null],
    ['pbft', 'writes', 1],
    ['pbft', 'writes', 4],
    ['raft', 'writes', null],
    ['raft', 'reads', null],
  ] as const;
  const cases = mixes.flatMap(([protocol, kind, replyQuorum]) =>
    [
      [2, 1, 1],
      [1, 2, 2],
      [3, 3, 1],
    ].flatMap((counts) => [0, 1, 2].map((leader) => [protocol, kind, counts, leader, replyQuorum] as const)),
  );

  test.each(cases)(
    '%s, %s, at %j led from site %d, replies awaited %j: a request takes its bound, to the nanosecond',
    (protocol, kind, counts, leader, replyQuorum) => {
      const chosen = variant(protocol, batchOf(1, 0));
      const free = { cores: 2, handling: 0, requestHandling: 0, execution: 0 };
      const space = testSpace({ variants: [chosen] });
      const [machine] = space.machines;
      const costs = { ...machine!.spec.crypto, sign: 0, verify: 0, mac: 0, hashPerByte: 0 };
      const candidate = {
        variant: chosen,
        nodes: counts.reduce((sum, here) => sum + here, 0),
        counts,
        machine: { ...machine!, spec: { ...machine!.spec, ...free, crypto: costs } },
        bandwidth: { rate: Number.POSITIVE_INFINITY, perMonth: 0 },
      };
      const client = clientsAt({ site: 2 }, closedLoad(1, 1), { retryAfter: null, replyQuorum });
      const shared = {
        ...space.shared,
        clients: [client],
        workload: workloadOptions('opaque', { readShare: kind === 'reads' ? 1 : 0 }),
        network: { ...space.shared.network, jitter: { kind: 'constant', value: 0 } },
      };
      const still = { ...space, shared };
      const load = loadOf(still, NO_DEMAND);
      const setup = setupOf(candidate, still, load, [leader, ...[0, 1, 2].filter((site) => site !== leader)]);
      const { full, specFor } = planOf(still, NO_DEMAND);
      const run = simulate(specFor(setup, 0, full));
      const { origins } = partsOf(chosen, candidate.nodes, load);
      const [bound] = leaderBounds(
        chosen,
        placedAt(counts, still),
        quorumFigures(chosen, candidate.nodes),
        delaysOf(setup.network, setup.machine.disk.fsync),
        origins,
      ).filter(({ site }) => site === leader);
      const { finality } = run.segments.at(-1)!;
      expect(finality.total).toBeGreaterThan(0);
      expect(finality.sum / finality.total).toBe(
        bound!.finality[origins.findIndex(({ read }) => read === (kind === 'reads'))],
      );
    },
  );
});
