// Everything that is said of a design point follows from the results of its replications.
import { describe, expect, test } from 'vitest';
import { ESTIMATE_NAMES } from '../../src/experiment/estimate.ts';
import type { FinishedRun, RunOutcome } from '../../src/experiment/experiment.ts';
import type { Objective } from '../../src/experiment/objective.ts';
import { estimatePoint } from '../../src/experiment/point-estimate.ts';
import { replicate } from '../../src/experiment/replicate.ts';
import { commonLimit } from '../../src/experiment/scenario-limit.ts';
import type { RunResult } from '../../src/simulation/run-result.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { LogLinearHistogram } from '../../src/statistics/histogram.ts';
import { SECOND } from '../../src/units/quantities.ts';
import { fakeRun, fakeSpec, faultOutcome } from '../support/fake-run.ts';
import { clientsAt, openLoad } from '../support/run-specs.ts';

const question = { warmup: 1 * SECOND, objectives: [] };
const replications = (count: number, changes: Partial<RunSpec> = {}): RunResult[] =>
  Array.from({ length: count }, (_, replication) => fakeRun(fakeSpec({ replication, ...changes })));
const crash = { kind: 'crash', target: 'leader', at: 4 * SECOND, duration: SECOND } as const;
const within = (target: number): Objective => ({
  measure: 'finality_p99',
  estimate: 'finality_p99_ms',
  direction: 'at-most',
  target,
  text: `${target}ms`,
});

describe('a point', () => {
  test('measures only what lies behind the warm-up', () => {
    const run = fakeRun(fakeSpec());
    const noisy = { ...run, segments: [{ ...run.segments[0]!, final: 1e6, offered: 1e6 }, run.segments[1]!] };
    const { estimates } = estimatePoint(question, fakeSpec(), [noisy]);
    expect(estimates.throughput_per_s?.mean).toBe(200);
    expect(estimates.offered_per_s?.mean).toBe(200);
    expect(estimates.goodput_per_s?.mean).toBeCloseTo(200 - 1 / 9, 9);
    expect(estimates.messages_per_transaction?.mean).toBe(9);
    expect(estimates.bytes_per_transaction?.mean).toBe(1000);
    expect(estimates.signatures_per_transaction?.mean).toBe(3);
    expect(estimates.bytes_per_node_per_s?.mean).toBe((1000 * 200) / fakeSpec().nodes);
    expect(estimates.commit_p50_ms?.mean).toBeCloseTo(100, 0);
  });

  test('has ascending finality quantiles between its bounds', () => {
    const { estimates } = estimatePoint(question, fakeSpec(), replications(3));
    const quantiles = (['p50', 'p90', 'p99', 'p999', 'max'] as const).map((q) => estimates[`finality_${q}_ms`]!.mean);
    expect(quantiles).toEqual([...quantiles].sort((a, b) => a - b));
    expect(quantiles[0]).toBeGreaterThan(290);
    expect(quantiles[0]).toBeLessThan(310);
    expect(quantiles[4]).toBeLessThanOrEqual(400);
  });

  test('has stages that sum to its mean finality', () => {
    const { stagesMs, stagedShare, estimates } = estimatePoint(question, fakeSpec(), replications(3));
    const sum = stagesMs.reduce((total, stage) => total + stage, 0);
    expect(sum).toBeCloseTo(estimates.finality_mean_ms!.mean, 6);
    expect(stagedShare).toBe(1);
  });

  test('with reads that have no block has stages that sum to the mean of those that have one, and says of how many', () => {
    // Two fifths are reads: the stages of the others are as before, and nothing is known of theirs.
    const reading = replications(2).map((run) => ({
      ...run,
      segments: run.segments.map((segment) => ({
        ...segment,
        staged: 0.6 * segment.final,
        stageSums: segment.stageSums.map((sum) => 0.6 * sum),
      })),
    }));
    const spec = fakeSpec({ workload: { name: 'payments', options: { readShare: 0.4 } } });
    const { stagesMs, stagedShare, estimates, notes } = estimatePoint(question, spec, reading);
    expect(stagedShare).toBeCloseTo(0.6, 9);
    expect(stagesMs.reduce((total, stage) => total + stage, 0)).toBeCloseTo(estimates.finality_mean_ms!.mean, 6);
    expect(notes).toContain(
      'where the time goes is told of the 60 % of the transactions that went through a block: reads are served without one, and a retry may be answered from memory',
    );
    expect(estimatePoint(question, spec, replications(2)).notes).toContain(
      'reads are ordered in blocks like any other transaction',
    );
  });

  test('names the busiest resource and its node', () => {
    const { bottleneck } = estimatePoint(question, fakeSpec(), replications(2));
    expect(bottleneck).toEqual({ resource: 'cores', node: 0, utilisation: 0.3 });
    const busyDisk = replications(2).map((run) => ({
      ...run,
      utilisation: run.utilisation.map((node, i) => ({ ...node, disk: i === 2 ? 0.95 : 0 })),
    }));
    expect(estimatePoint(question, fakeSpec(), busyDisk).bottleneck).toMatchObject({ resource: 'disk', node: 2 });
  });

  test('of runs that each had another leader it is the mean of their busiest nodes, and no node is named', () => {
    const led = replications(4).map((run, leader) => ({
      ...run,
      utilisation: run.utilisation.map((node, i) => ({
        ...node,
        egress: i === leader % 3 ? 0.9 + 0.02 * leader : 0.1,
      })),
    }));
    const { bottleneck, ranks, utilisation } = estimatePoint(question, fakeSpec(), led);
    expect(bottleneck).toMatchObject({ resource: 'egress', node: null });
    expect(bottleneck?.utilisation).toBeCloseTo(0.93, 9);
    expect(ranks.egress.shares.slice(1)).toEqual([0.1, 0.1, 0.1].map((share) => expect.closeTo(share, 9)));
    // By node, each card looks idle for half of the time and more.
    expect(Math.max(...utilisation.map(({ egress }) => egress))).toBeLessThan(0.6);
  });

  test('a node that is hardly busier than the others is named by its mean', () => {
    const close = replications(4).map((run, k) => ({
      ...run,
      utilisation: run.utilisation.map((node, i) => ({ ...node, thread: i === k % 3 ? 0.801 : 0.8 })),
    }));
    expect(estimatePoint(question, fakeSpec(), close).bottleneck).toMatchObject({ resource: 'thread', node: 0 });
  });

  test("obeys Little's law: throughput × latency is the mean number outstanding", () => {
    const { little } = estimatePoint(question, fakeSpec(), replications(2));
    expect(little.product).toBeCloseTo(little.outstanding, 9);
    expect(little.configured).toBeNull();
  });

  test('in closed loop counts thinking clients as outstanding and names the configured number', () => {
    const load = { kind: 'closed', clients: 10, outstanding: 6, think: { kind: 'constant', value: SECOND } } as const;
    const group = { place: { site: 0 }, load, submit: null, replyQuorum: null, retryAfter: null } as const;
    const spec = fakeSpec({ clients: [group] });
    const open = estimatePoint(question, fakeSpec(), [fakeRun(fakeSpec())]).little;
    const { little } = estimatePoint(question, spec, [fakeRun(fakeSpec())]);
    expect(little.configured).toBe(60);
    expect(little.product).toBeCloseTo(open.product + 200, 9);
    expect(little.outstanding).toBeCloseTo(open.outstanding + 200, 9);
  });

  test('excludes what clients send from its protocol messages', () => {
    expect(estimatePoint(question, fakeSpec(), replications(1)).messages).toEqual([
      { name: 'prepare', perTransaction: 9 },
    ]);
  });

  test('without any finished run has no estimates and says nothing false', () => {
    const point = estimatePoint({ ...question, objectives: [within(1)] }, fakeSpec(), []);
    expect(Object.values(point.estimates)).toEqual(ESTIMATE_NAMES.map(() => null));
    expect(point.objective[0]).toMatchObject({ value: null, met: false });
    expect(point.bottleneck).toBeNull();
    expect(point.cdf).toEqual([]);
  });

  test('whose run was stopped inside the warm-up says that it has no measures', () => {
    const run = fakeRun(fakeSpec());
    const stopped = { ...run, endedAt: SECOND / 2, segments: [{ ...run.segments[0]!, to: SECOND / 2 }] };
    const { estimates, notes } = estimatePoint(question, fakeSpec(), [stopped]);
    expect(estimates.throughput_per_s).toBeNull();
    expect(notes).toContain('replication 0 ended at 500 ms, inside its warm-up: it has no measures');
  });
});

describe('availability', () => {
  test('counts what became final within the objective', () => {
    // Finality is uniform between 200 and 400 ms.
    const { estimates, availability } = estimatePoint(
      { ...question, objectives: [within(300)] },
      fakeSpec(),
      replications(5),
    );
    expect(availability).toEqual({ limit: 300e6, rule: 'the objective for finality_p99' });
    expect(estimates.availability!.mean).toBeGreaterThan(0.48);
    expect(estimates.availability!.mean).toBeLessThan(0.52);
  });

  /** A run in eleven segments, one before the end of the warm-up. */
  const cut = (changes: Partial<RunSpec> = {}): RunResult =>
    fakeRun(fakeSpec({ boundaries: Array.from({ length: 9 }, (_, i) => (i + 1) * SECOND), ...changes }));
  const slower = (run: RunResult, times: number, from: number): RunResult => ({
    ...run,
    segments: run.segments.map((segment) => {
      if (segment.from < from) return segment;
      const finality = new LogLinearHistogram();
      for (const { value, count } of LogLinearHistogram.fromSparse(segment.finality).buckets())
        finality.recordMany(Math.round(times * value), count);
      return { ...segment, finality: finality.toSparse() };
    }),
  });

  test('is judged against ten times the undisturbed 99th percentile without an objective', () => {
    const { availability, estimates } = estimatePoint(question, fakeSpec(), [cut()]);
    expect(availability.limit! / 1e6).toBeGreaterThan(3900);
    expect(availability.limit! / 1e6).toBeLessThan(4020);
    expect(availability.rule).toBe('ten times the undisturbed 99th percentile of PBFT');
    expect(estimates.availability!.mean).toBe(1);
  });

  test('takes only what ends before the first fault for undisturbed: retries and queues go on long after', () => {
    const clean = estimatePoint(question, fakeSpec(), [cut()]).availability.limit!;
    const spec = fakeSpec({ faults: [crash] });
    const aftermath = slower(cut({ faults: [crash] }), 5, 6 * SECOND);
    expect(estimatePoint(question, spec, [aftermath]).availability.limit! / clean).toBeCloseTo(1, 1);
    expect(estimatePoint(question, spec, [aftermath]).undisturbed!.p99!.mean).toBeLessThan(401);
    const before = slower(cut({ faults: [crash] }), 2, 0);
    expect(estimatePoint(question, spec, [before]).availability.limit! / clean).toBeCloseTo(2, 1);
  });

  test('without any undisturbed segment is judged against the median, and says so', () => {
    const { availability } = estimatePoint(question, fakeSpec(), replications(1, { faults: [crash] }));
    expect(availability.limit! / 1e6).toBeLessThan(3100);
    expect(availability.rule).toBe(
      'ten times the median of PBFT, since no measured segment ends before the first fault',
    );
  });

  test('has one limit for all points, that of the slowest healthy one', () => {
    const point = (label: string, times: number, changes: (run: RunResult) => RunResult = (run) => run) => {
      const spec = fakeSpec({ label });
      return { question, spec, runs: [changes(slower(cut({ label }), times, 0))] };
    };
    const alone = commonLimit([point('quick', 1)]).limit!;
    const both = commonLimit([point('quick', 1), point('slow', 1.5)]);
    expect(both.limit! / alone).toBeCloseTo(1.5, 1);
    expect(both.rule).toBe('ten times the undisturbed 99th percentile of slow, the slowest point that kept up');
    const overloaded = point('overloaded', 2, (run) => ({
      ...run,
      segments: run.segments.map((segment) => ({ ...segment, offered: 3 * segment.final })),
    }));
    expect(commonLimit([point('quick', 1), overloaded]).limit).toBe(alone);
    expect(commonLimit([overloaded])).toMatchObject({ limit: null, rule: expect.stringMatching(/no point kept up/) });
  });

  test('is not measured against a limit that no request of the run can exceed', () => {
    const { estimates, availability } = estimatePoint(
      { ...question, objectives: [within(9000)] },
      fakeSpec(),
      replications(1),
    );
    expect(availability.limit).toBeNull();
    expect(availability.rule).toBe(
      'not measured: the limit (the objective for finality_p99) is not shorter than the measured time',
    );
    expect(estimates.availability).toBeNull();
  });

  test('is lowered by requests that are overdue at the end, not by those still within the limit', () => {
    const run = fakeRun(fakeSpec());
    const asked = { ...question, objectives: [within(500)] };
    const availability = (ages: number[]): number =>
      estimatePoint(asked, fakeSpec(), [{ ...run, unfinished: Float64Array.from(ages) }]).estimates.availability!.mean;
    expect(availability([])).toBe(1);
    expect(availability([0.4 * SECOND])).toBe(1);
    expect(availability([0.6 * SECOND, 5 * SECOND])).toBe(1800 / 1802);
  });
});

describe('outages and faults', () => {
  test('the longest outage of the window is reported, cut at the end of the warm-up', () => {
    const run = fakeRun(fakeSpec());
    const outages = [
      { from: 0, to: 0.9 * SECOND },
      { from: 0.5 * SECOND, to: 1.25 * SECOND },
    ];
    const point = estimatePoint(question, fakeSpec(), [{ ...run, outages }]);
    expect(point.estimates.longest_outage_ms?.mean).toBe(250);
    expect(point.outages).toEqual([{ replication: 0, outage: { from: SECOND, to: 1.25 * SECOND } }]);
  });

  test('recovery is estimated for each fault over the replications that recovered', () => {
    const runs = replications(3, { faults: [crash] });
    const stuck = { ...runs[2]!, faults: runs[2]!.faults.map((fault) => ({ ...fault, recovery: null })) };
    const { faults, notes } = estimatePoint(question, fakeSpec(), [runs[0]!, runs[1]!, stuck]);
    expect(faults[0]).toEqual({
      text: 'crash of leader',
      atMs: 4000,
      notRecovered: 1,
      clientsGone: false,
      recoveryMs: { mean: 500, low: 500, high: 500, replications: 2 },
      later: { count: 0, longestMs: null },
    });
    expect(notes).toContain('crash of leader: not recovered from in 1 of 3 replications');
  });

  test('says where a crash took all clients with it, so that nobody could see an outage', () => {
    const [run] = replications(1, { faults: [crash] }) as [RunResult];
    const gone = (nodes: readonly number[], kind: 'crash' | 'slow') => {
      const fault = { kind, target: 'leader', at: 4 * SECOND, duration: null, by: 10 } as RunSpec['faults'][number];
      const clients = nodes.map((node) => ({ ...clientsAt({ node }, openLoad(20)) }));
      return estimatePoint(question, fakeSpec({ faults: [fault], clients }), [
        { ...run, faults: run.faults.map((one) => ({ ...one, nodes: [0] })) },
      ]).faults[0]?.clientsGone;
    };
    expect(gone([0], 'crash')).toBe(true);
    expect(gone([0, 1], 'crash')).toBe(false);
    expect(gone([0], 'slow')).toBe(false);
  });

  test('outages that came later are kept beside its recovery, over all replications', () => {
    const later = [[{ from: 6 * SECOND, to: 6.2 * SECOND }], [{ from: 5 * SECOND, to: 5.5 * SECOND }], []];
    const runs = replications(3, { faults: [crash] }).map((run, i) => ({
      ...run,
      faults: run.faults.map((fault) => ({ ...fault, later: later[i] ?? [] })),
    }));
    const [fault] = estimatePoint(question, fakeSpec(), runs).faults;
    expect(fault?.later).toEqual({ count: 2, longestMs: 500 });
    expect(fault?.recoveryMs?.mean).toBe(500);
  });

  test('what was over before the first fault does not count where a drill is asked of', () => {
    const [run] = replications(1, { faults: [crash] });
    const outages = [
      { from: 2 * SECOND, to: 3.9 * SECOND },
      { from: 3.95 * SECOND, to: 4.5 * SECOND },
    ];
    const worst = (counted?: 'all' | 'not over before the first fault') =>
      estimatePoint({ ...question, ...(counted && { outages: counted }) }, fakeSpec(), [{ ...run!, outages }]).estimates
        .longest_outage_ms?.mean;
    expect(worst()).toBe(1900);
    expect(worst('all')).toBe(1900);
    expect(worst('not over before the first fault')).toBeCloseTo(550, 9);
  });

  test('a fault that never found its target is noted', () => {
    const runs = replications(1, { faults: [crash] });
    const waiting = { ...runs[0]!, faults: runs[0]!.faults.map((fault) => ({ ...fault, at: null, recovery: null })) };
    const { faults, notes } = estimatePoint(question, fakeSpec(), [waiting]);
    expect(faults[0]).toMatchObject({ atMs: null, recoveryMs: null });
    expect(notes).toContain('crash of leader: did not take effect in 1 of 1 replications');
  });
});

describe('the replicate experiment', () => {
  const plan = {
    points: [question, question],
    replications: 3,
    specFor: (point: number, replication: number) => fakeSpec({ label: `point ${point}`, replication }),
  };

  test('asks for every point in every replication, once', () => {
    const asked = replicate(plan).next().value as readonly RunSpec[];
    expect(asked.map(({ label, replication }) => `${label}/${replication}`)).toEqual([
      'point 0/0',
      'point 0/1',
      'point 0/2',
      'point 1/0',
      'point 1/1',
      'point 1/2',
    ]);
  });

  test('gives each point its own outcomes and keeps those that failed apart', () => {
    const experiment = replicate(plan);
    const asked = experiment.next().value as readonly RunSpec[];
    const outcomes = asked.map((spec, i): RunOutcome => {
      if (i !== 4) return { ok: true, result: fakeRun(spec) };
      return { ok: false, label: spec.label, replication: spec.replication, kind: 'crashed', reason: 'no memory' };
    });
    const { value, done } = experiment.next(outcomes);
    expect(done).toBe(true);
    const [first, second] = value as Exclude<typeof value, readonly RunSpec[]>;
    expect(first!.estimate.runs.map(({ run }) => run)).toEqual(
      outcomes.slice(0, 3).map((o) => (o as FinishedRun).result),
    );
    expect(second!.estimate.runs.map(({ run }) => run.replication)).toEqual([0, 2]);
    expect(second!.failed).toEqual([outcomes[4]]);
    expect(second!.estimate.estimates.throughput_per_s?.replications).toBe(2);
  });
});

describe('two kinds of finality', () => {
  /** A run in ten pieces, quick before the crash at 4 s, then waiting, then steady at another speed. */
  const crashed = (afterwards: number, waiting: number): RunResult => {
    const boundaries = Array.from({ length: 9 }, (_, i) => (i + 1) * SECOND);
    const run = fakeRun(fakeSpec({ boundaries, faults: [crash] }));
    const segments = run.segments.map((segment) => {
      const ms = segment.to <= 4 * SECOND ? 400 : segment.to <= 6 * SECOND ? waiting : afterwards;
      const finality = new LogLinearHistogram();
      for (let i = 0; i < segment.final; i++) finality.record(Math.round((ms + i / 20) * 1e6));
      return { ...segment, finality: finality.toSparse() };
    });
    return { ...run, segments };
  };
  const humps = (run: RunResult) => estimatePoint(question, fakeSpec({ faults: [crash] }), [run]).humps;

  test('are found where another leader is quicker after a fault, and not in what waited for it', () => {
    expect(humps(crashed(400, 2000))).toBeNull();
    const found = humps(crashed(170, 2000))!;
    expect(found.share).toBeCloseTo(4 / 7, 1);
    expect(found.upTo / 1e6).toBeCloseTo(180, 0);
    expect(found.from / 1e6).toBeGreaterThan(395);
  });
});

describe('a point that had not caught up after its faults', () => {
  /** 1,000/s offered for 10 s; from the crash at 4 s on they are served in order of sending at half that rate. */
  const backlog = (faults: readonly { readonly at: number }[]): RunResult => {
    const latencies: [number, number][] = [];
    const ages: number[] = [];
    for (let i = 0, free = 0; i < 10_000; i++) {
      const sent = i * 1e6;
      free = Math.max(free, sent) + (sent < 4 * SECOND ? 1e6 : 2e6);
      if (free <= 10 * SECOND) latencies.push([free, free - sent]);
      else ages.push(10 * SECOND - sent);
    }
    const run = fakeRun(fakeSpec());
    const segments = Array.from({ length: 40 }, (_, i) => {
      const [from, to] = [(i * SECOND) / 4, ((i + 1) * SECOND) / 4];
      const here = latencies.filter(([at]) => at > from && at <= to);
      const finality = new LogLinearHistogram();
      for (const [, latency] of here) finality.record(latency);
      return { ...run.segments[0]!, from, to, offered: 250, final: here.length, finality: finality.toSparse() };
    });
    const fault = faultOutcome({ text: 'crash 1', nodes: [1] });
    return {
      ...run,
      segments,
      faults: faults.map(({ at }) => ({ ...fault, at })),
      unfinished: Float64Array.from(ages),
      counts: { ...run.counts, submitted: 10_000 },
    };
  };
  const p90: Objective = { ...within(3500), measure: 'finality_p90', estimate: 'finality_p90_ms' };
  const judged = (run: RunResult, objective: Objective) =>
    estimatePoint({ warmup: 0, objectives: [objective] }, fakeSpec(), [run]).objective[0]!;

  test('misses an objective that its product-limit estimate would meet, as an overloaded one does', () => {
    // Had all been served, 90 % would be final within 5 s: the estimate of 2.9 s is no more than a lower bound.
    const found = judged(backlog([{ at: 4 * SECOND }]), p90);
    expect(found.value).toBeLessThan(3500);
    expect(found).toMatchObject({ met: false, at_least: true, reason: expect.stringContaining('had not caught up') });
    expect(judged(backlog([]), p90)).toMatchObject({ met: false, at_least: true });
    expect(judged(backlog([]), p90).reason).toContain('does not keep up');
  });

  test('has no bound where less is unfinished than the quantile leaves out, or where a run keeps up', () => {
    const half: Objective = { ...p90, measure: 'finality_p50', estimate: 'finality_p50_ms' };
    expect(judged(backlog([{ at: 4 * SECOND }]), half).at_least).toBe(false);
    const run = { ...fakeRun(fakeSpec()), unfinished: Float64Array.of(1, 2, 3) };
    expect(judged({ ...run, unfinished: new Float64Array(500).fill(1) }, p90)).toMatchObject({
      met: true,
      at_least: false,
    });
  });
});

test('before the first fault stages are broken down apart, and what took longer than usual is a share of all', () => {
  const boundaries = Array.from({ length: 9 }, (_, i) => (i + 1) * SECOND);
  const run = fakeRun(fakeSpec({ boundaries, faults: [crash] }));
  const finality = new LogLinearHistogram();
  finality.recordMany(3 * SECOND, 200);
  const segments = run.segments.map((segment) =>
    segment.from === 5 * SECOND
      ? { ...segment, finality: finality.toSparse(), stageSums: Float64Array.of(0, 0, 600 * SECOND, 0, 0) }
      : segment,
  );
  const spec = fakeSpec({ faults: [crash] });
  const { undisturbed, stagesMs } = estimatePoint(question, spec, [{ ...run, segments }]);
  expect(undisturbed!.stagesMs.reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(300, -1);
  expect(stagesMs.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(500);
  // One segment of the nine waited, and one in a hundred of the others is beyond their 99th percentile.
  expect(undisturbed!.slower!.mean).toBeGreaterThan(1 / 9);
  expect(undisturbed!.slower!.mean).toBeLessThan(1 / 9 + 0.02);
});

test('availability says of points without any request that none was sent', () => {
  const spec = fakeSpec();
  const run = fakeRun(spec);
  const nothing = new LogLinearHistogram().toSparse();
  const segments = run.segments.map((segment) => ({ ...segment, offered: 0, final: 0, finality: nothing }));
  expect(estimatePoint(question, spec, [{ ...run, segments }]).availability).toEqual({
    limit: null,
    rule: 'not measured: no request was sent in the measured time',
  });
});
