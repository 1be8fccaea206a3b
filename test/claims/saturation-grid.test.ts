// The largest stable load, found by search, on clusters of which it is known: against its closed form, and against a grid of loads 0.5 %
// apart that are all run and judged alike. Within 2 % of both, with at most a quarter of the grid's runs.
// Closed forms: service demand law (Lazowska et al., Quantitative System Performance, 1984, section 3.3): capacity = 1 / demand;
// M/D/1 (Pollaczek-Khinchine): mean wait = ρ s / (2 (1 − ρ)).
import { describe, expect, test } from 'vitest';
import type { RunOutcome } from '../../src/experiment/experiment.ts';
import type { Objective } from '../../src/experiment/objective.ts';
import { scaledLoad } from '../../src/experiment/offered-load.ts';
import type { PointSaturation } from '../../src/experiment/saturation/answer.ts';
import { limitOf } from '../../src/experiment/saturation/limit.ts';
import { saturate } from '../../src/experiment/saturation/saturate.ts';
import { judgeLoad } from '../../src/experiment/stability.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { type Instant, MICROSECOND, MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { clientsAt, constant, freeMachine, ledRaft, promptPbft, protocol, quietSpec } from '../support/quiet-spec.ts';
import { openLoad, workloadOptions } from '../support/run-specs.ts';

const BATCH = 25;
const batch = { maxTransactions: BATCH, timeout: 20 * MILLISECOND };
const PRECISION = 0.01;
const GRID_STEP = 0.005;

interface Known {
  readonly name: string;
  /** Offers far less, or more, than it carries. */
  readonly spec: RunSpec;
  readonly warmup: Instant;
  readonly replications: number;
  readonly objectives: readonly Objective[];
  /** Requests per second. */
  readonly closedForm: number;
  readonly limit: string;
}

/** Forty segments behind the warm-up, as every scenario has. */
function segmented(spec: RunSpec, warmup: Instant): RunSpec {
  const inner = Array.from({ length: 39 }, (_, i) => Math.round(warmup + ((spec.horizon - warmup) * (i + 1)) / 40));
  return { ...spec, boundaries: [warmup, ...inner], measuredFrom: warmup };
}

const card = { bitsPerSecond: 50e6, discipline: 'fair' } as const;
const sent = 3 * 1024 * (1 + 66 / 1448) + 1024 + 66;

const cases: readonly Known[] = [
  {
    name: "the primary's protocol thread (PBFT, n = 4)",
    spec: quietSpec(4, MILLISECOND, {
      protocol: promptPbft({ batch, clientSignatures: false }),
      clients: [clientsAt({ site: 4 }, openLoad(500, 'constant'))],
      machine: {
        ...freeMachine,
        handling: 400 * MICROSECOND,
        requestHandling: 200 * MICROSECOND,
        execution: 200 * MICROSECOND,
      },
      horizon: 0.9 * SECOND,
    }),
    warmup: 0.2 * SECOND,
    replications: 1,
    objectives: [],
    // Each batch: prepares and commits of three others, a checkpoint of each every 128 batches, and each request twice.
    closedForm: (BATCH * 1e6) / (400 * (6 + 3 / 128) + BATCH * 400),
    limit: 'thread of 0',
  },
  {
    name: "the primary's card (PBFT, n = 4)",
    spec: {
      ...quietSpec(4, MILLISECOND, {
        protocol: promptPbft({ batch, clientSignatures: false, pipeline: 0 }),
        clients: [clientsAt({ site: 4 }, openLoad(4500, 'constant'))],
        workload: workloadOptions('opaque', { requestBytes: 1024, replyBytes: 1024 }),
        horizon: 0.9 * SECOND,
      }),
    },
    warmup: 0.2 * SECOND,
    replications: 1,
    objectives: [],
    // To each backup the batch in segments of 1,448 B under 66 B of headers, to the client the reply; votes hardly weigh anything.
    closedForm: 50e6 / 8 / sent,
    limit: 'egress of 0',
  },
  {
    name: 'the disk (Raft, n = 3)',
    spec: quietSpec(3, MILLISECOND, {
      protocol: ledRaft({ batch, electionTimeout: { min: 20 * SECOND, max: 40 * SECOND }, heartbeat: SECOND }),
      clients: [clientsAt({ site: 3 }, openLoad(100, 'constant'))],
      workload: workloadOptions('opaque', { requestBytes: 1000 }),
      machine: { ...freeMachine, disk: { fsync: constant(0), bitsPerSecond: 8e6 } },
      horizon: 2.5 * SECOND,
    }),
    warmup: 0.5 * SECOND,
    replications: 1,
    objectives: [],
    // Record header, entry header, and 8 B for each request.
    closedForm: (1e6 * BATCH) / (16 + 24 + BATCH * 1008),
    limit: 'disk of 0',
  },
];

const mD1: Known = {
  name: 'an objective on the mean of an M/D/1 queue',
  spec: quietSpec(1, MILLISECOND, {
    protocol: protocol('echo', { maxTransactions: 1 }),
    clients: [clientsAt({ site: 1 }, openLoad(300))],
    machine: { ...freeMachine, execution: MILLISECOND },
    horizon: 9 * SECOND,
  }),
  warmup: 1 * SECOND,
  replications: 3,
  // Two ways of 1 ms, 1 ms of service, and at ρ = 0.8 a mean wait of 2 ms.
  objectives: [
    { measure: 'finality_mean', estimate: 'finality_mean_ms', direction: 'at-most', target: 5, text: '5ms' },
  ],
  closedForm: 800,
  limit: 'objective',
};

function runAll(specs: readonly RunSpec[]): readonly RunOutcome[] {
  return specs.map((spec) => ({ ok: true, result: simulate(spec) }));
}

function found({ spec, warmup, replications, objectives }: Known): PointSaturation {
  const experiment = saturate({
    points: [{ warmup, objectives }],
    replications,
    precision: PRECISION,
    budget: 200,
    specFor: (_, replication) => replicationOf(spec, warmup, replication),
  });
  let step = experiment.next();
  while (!step.done) step = experiment.next(runAll(step.value));
  return step.value[0] as PointSaturation;
}

function replicationOf(spec: RunSpec, warmup: Instant, replication: number): RunSpec {
  return { ...segmented(spec, warmup), seed: spec.seed + 1000 * replication, replication };
}

/** A hundred loads from 25 % below the closed form to 25 % above it, all run. */
function gridOf({ spec, warmup, replications, objectives, closedForm }: Known, offered: number) {
  const loads = Array.from({ length: 100 }, (_, i) => closedForm * (0.75 + GRID_STEP * (i + 0.5)));
  const stable = loads.map((load) => {
    const specs = Array.from({ length: replications }, (_, r) =>
      scaledLoad(replicationOf(spec, warmup, r), load / offered),
    );
    const { cause } = judgeLoad(
      { warmup, objectives },
      specs[0] as RunSpec,
      specs.map((one) => simulate(one)),
      PRECISION / 4,
    );
    return cause === null;
  });
  // Verdicts of a hundred loads hold some that chance turned: the boundary is where the fewest contradict it.
  const against = loads.map((_, k) => stable.filter((one, i) => one !== i <= k).length);
  const least = Math.min(...against);
  return { largest: loads[against.indexOf(least)] as number, runs: loads.length * replications, against: least };
}

describe.each(cases)('limited by $name', (known) => {
  const spec = known.limit.startsWith('egress')
    ? {
        ...known.spec,
        network: { ...known.spec.network, egress: card, ingress: { bitsPerSecond: card.bitsPerSecond } },
      }
    : known.spec;
  const asked = { ...known, spec };

  test('the search finds what the closed form and the grid say, in a quarter of its runs, and names the limit', () => {
    const answer = found(asked);
    const rate = answer.saturation?.rate as number;
    const grid = gridOf(asked, answer.offered);
    expect(grid.against).toBeLessThanOrEqual(5);
    expect(grid.largest).toBeGreaterThan(0.8 * known.closedForm);
    expect(grid.largest).toBeLessThan(1.2 * known.closedForm);
    expect(Math.abs(rate / grid.largest - 1)).toBeLessThanOrEqual(0.02);
    expect(Math.abs(rate / known.closedForm - 1)).toBeLessThanOrEqual(0.02);
    expect(answer.runs.search).toBeLessThanOrEqual(grid.runs / 4);
    const limit = limitOf(answer);
    expect(limit.kind === 'resource' ? `${limit.by.resource} of ${limit.by.node}` : limit.kind).toBe(known.limit);
    expect(answer.bounds.stable ?? 0).toBeLessThanOrEqual(answer.bounds.unstable ?? 0);
  }, 120_000);
});

test('limited by an objective on the mean of an M/D/1 queue, the search finds the load of the closed form', () => {
  const answer = found(mD1);
  expect(Math.abs((answer.saturation?.rate as number) / mD1.closedForm - 1)).toBeLessThanOrEqual(0.02);
  expect(limitOf(answer).kind).toBe(mD1.limit);
  expect(answer.beyond?.cause).toBe('objective');
  // The upper end is one that more than one run shows.
  const end = answer.loads.find(({ rate }) => rate === answer.bounds.unstable);
  expect(end).toMatchObject({ ground: 'test' });
  expect(end?.replications).toBeGreaterThan(1);
}, 120_000);
