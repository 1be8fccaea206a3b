/** All that is said of one design point, from the results of its replications. */
import { type NodeUtilisation, type Outage, type RunResult, STAGES } from '../simulation/run-result.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import type { CdfPoint } from '../statistics/histogram.ts';
import { type Duration, type Instant, MILLISECOND } from '../units/quantities.ts';
import { availabilityLimit } from './availability.ts';
import { type Bottleneck, bottleneckOf, meanUtilisation } from './bottleneck.ts';
import { type EstimateName, type Estimates, estimatesOf, type RunValues } from './estimate.ts';
import { type LittlesLaw, littlesLaw } from './little.ts';
import { judge, type Objective, type ObjectiveVerdict } from './objective.ts';
import { type FaultEstimate, summariseFaults } from './recovery.ts';
import { outagesWithin, runValues } from './run-values.ts';
import { type WarmUp, warmUpOf } from './warm-up.ts';
import { measuredSegments, mergedHistogram, type Window, windowOf } from './window.ts';

/** What the estimates of a point depend on beside its runs. */
export interface PointQuestion {
  /** Where the warm-up ends. */
  readonly warmup: Instant | 'auto';
  readonly objectives: readonly Objective[];
}

export interface PointEstimate {
  readonly estimates: Estimates;
  readonly warmUp: WarmUp;
  readonly bottleneck: Bottleneck;
  readonly utilisation: readonly NodeUtilisation[];
  readonly objective: readonly ObjectiveVerdict[];
  readonly availabilityLimitMs: number | null;
  /** Mean ms in each stage, each run weighing the same: they sum to the mean finality. */
  readonly stagesMs: readonly number[];
  /** Finality in ns over all runs. */
  readonly cdf: readonly CdfPoint[];
  /** Protocol messages sent per transaction, by name, over the whole runs. */
  readonly messages: readonly { readonly name: string; readonly perTransaction: number }[];
  readonly faults: readonly FaultEstimate[];
  readonly little: LittlesLaw;
  readonly outages: readonly { readonly replication: number; readonly outage: Outage }[];
  /** Per-run values, in the order of the runs. */
  readonly runs: readonly { readonly run: RunResult; readonly values: RunValues }[];
  readonly notes: readonly string[];
}

/** `spec`: any run of the point; `runs`: those that ended, in order of replication (none is allowed). */
export function estimatePoint(question: PointQuestion, spec: RunSpec, runs: readonly RunResult[]): PointEstimate {
  const warmUp = warmUpOf(runs, question.warmup, spec.horizon);
  const { limit, note } = availabilityLimit(runs, warmUp.end, finalityObjective(question.objectives));
  const windows = runs.map((run) => windowOf(run, warmUp.end));
  const measured = windows.filter((window): window is Window => window !== null);
  const valued = runs.map((run, i) => ({ run, values: runValues(run, windows[i] as Window | null, limit) }));
  const estimates = estimatesOf(valued.map(({ values }) => values));
  const utilisation = meanUtilisation(runs.map((run) => run.utilisation));
  const { faults, notes: faultNotes } = summariseFaults(runs);
  return {
    estimates,
    warmUp,
    bottleneck: bottleneckOf(utilisation),
    utilisation,
    objective: judge(question.objectives, estimates),
    availabilityLimitMs: limit === null ? null : limit / MILLISECOND,
    stagesMs: meanStages(measured),
    cdf: mergedHistogram(runs.flatMap((run) => measuredSegments(run, warmUp.end).map((s) => s.finality))).cdf(200),
    messages: meanMessages(runs),
    faults,
    little: littlesLaw(spec, measured),
    outages: runs.flatMap((run) =>
      outagesWithin(run, warmUp.end).map((outage) => ({ replication: run.replication, outage })),
    ),
    runs: valued,
    notes: [
      ...warmUp.notes,
      ...(note === null ? [] : [note]),
      ...faultNotes,
      ...shortened(runs, windows, spec),
      ...new Set(runs.flatMap((run) => run.notes)),
    ],
  };
}

/** Which finality objective is the limit that availability is judged by: the first of these. A median is no limit. */
const limits: readonly EstimateName[] = ['finality_p99_ms', 'finality_p999_ms', 'finality_max_ms', 'finality_p90_ms'];

/** In ns; null where the scenario asks for none. */
function finalityObjective(objectives: readonly Objective[]): Duration | null {
  const asked = limits.map((name) => objectives.find(({ estimate }) => estimate === name));
  const first = asked.find((objective) => objective !== undefined);
  return first === undefined ? null : first.target * MILLISECOND;
}

function meanStages(windows: readonly Window[]): readonly number[] {
  const known = windows.filter((window) => window.final > 0);
  return STAGES.map((_, stage) => {
    const sum = known.reduce((total, window) => total + (window.stageSums[stage] as number) / window.final, 0);
    return known.length === 0 ? 0 : sum / known.length / MILLISECOND;
  });
}

/** What clients send and receive is counted under these names, behind the protocol's own. */
const clientMessages = ['request', 'reply', 'forward'];

function meanMessages(runs: readonly RunResult[]): PointEstimate['messages'] {
  const known = runs.filter((run) => run.counts.transactions > 0);
  return (known[0]?.counts.sent ?? []).flatMap(({ name }, i) => {
    if (clientMessages.includes(name)) return [];
    const sum = known.reduce((total, run) => total + (run.counts.sent[i]?.count ?? 0) / run.counts.transactions, 0);
    return [{ name, perTransaction: sum / known.length }];
  });
}

function shortened(runs: readonly RunResult[], windows: readonly (Window | null)[], spec: RunSpec): readonly string[] {
  return runs.flatMap((run, i) => {
    const at = `${run.endedAt / MILLISECOND} ms`;
    if (windows[i] === null)
      return [`replication ${run.replication} ended at ${at}, inside its warm-up: it has no measures`];
    if (run.violations.length > 0 && run.endedAt < spec.horizon)
      return [
        `replication ${run.replication} was stopped at ${at} by a violation: its measures cover only the time before`,
      ];
    return [];
  });
}
