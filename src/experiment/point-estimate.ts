/** All that is said of one design point, from the results of its replications. */
import type { NodeUtilisation, Outage, RunResult } from '../simulation/run-result.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import type { CdfPoint } from '../statistics/histogram.ts';
import { type TwoHumps, twoHumps } from '../statistics/humps.ts';
import { type Instant, MILLISECOND } from '../units/quantities.ts';
import type { AvailabilityLimit } from './availability.ts';
import { type Bottleneck, bottleneckOf, meanUtilisation, type Ranks, ranksOf } from './bottleneck.ts';
import { finalityBySite, type SiteFinality } from './client-sites.ts';
import { type PointCondition, pointCondition } from './condition.ts';
import { type Estimates, estimatesOf, type RunValues } from './estimate.ts';
import { type LittlesLaw, littlesLaw } from './little.ts';
import { whyLivenessIsOpen } from './liveness.ts';
import { judge, type Objective, type ObjectiveVerdict } from './objective.ts';
import { type FaultEstimate, summariseFaults } from './recovery.ts';
import { type Repeats, repeatsOf } from './repeats.ts';
import { type CountedOutages, outagesWithin, runValues } from './run-values.ts';
import { commonLimit } from './scenario-limit.ts';
import { meanStages, stagedShare, stagesNote } from './stages.ts';
import { type Undisturbed, undisturbedOf, withoutOutages } from './undisturbed.ts';
import { type WarmUp, type WarmUpSegment, warmUpOf, warmUpSeries } from './warm-up.ts';
import { measuredSegments, mergedHistogram, type Window, windowOf } from './window.ts';

/** What the estimates of a point depend on beside its runs. */
export interface PointQuestion {
  /** Where the warm-up ends. */
  readonly warmup: Instant | 'auto';
  /** Measured from here on where its own warm-up ends sooner, so that what is compared is measured over the same time (one-window.ts). */
  readonly notBefore?: Instant;
  readonly objectives: readonly Objective[];
  /** Without it: all. */
  readonly outages?: CountedOutages;
}

export interface PointEstimate {
  readonly estimates: Estimates;
  readonly warmUp: WarmUp;
  readonly warmUpSeries: readonly WarmUpSegment[];
  /** null where no run finished. */
  readonly bottleneck: Bottleneck | null;
  readonly utilisation: readonly NodeUtilisation[];
  readonly ranks: Ranks;
  readonly objective: readonly ObjectiveVerdict[];
  readonly availability: AvailabilityLimit;
  /** null where no run can tell. */
  readonly condition: PointCondition | null;
  /** Why liveness was not judged; null where it was. */
  readonly livenessOpen: string | null;
  /** Mean ms in each stage, each run weighing the same: they sum to the mean finality of the transactions they are of. */
  readonly stagesMs: readonly number[];
  /** Of the final transactions, the share that the stages are of: those that went through a block. */
  readonly stagedShare: number;
  /** Before the first fault, ms; null without faults. */
  readonly undisturbed: Undisturbed | null;
  readonly repeats: Repeats;
  readonly sites: readonly SiteFinality[];
  /** In ns, over all runs; without what waited for the end of an outage, where that can be told. */
  readonly humps: TwoHumps | null;
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

/**
 * `spec`: any run of the point; `runs`: those that ended, in order of replication (none is allowed). `availability`: the limit common to all
 * points that are to be compared; without it, that of this point alone.
 */
export function estimatePoint(
  question: PointQuestion,
  spec: RunSpec,
  runs: readonly RunResult[],
  availability: AvailabilityLimit = commonLimit([{ question, spec, runs }]),
): PointEstimate {
  const own = warmUpOf(runs, question.warmup, spec.horizon);
  const warmUp = { ...own, end: Math.max(own.end, question.notBefore ?? 0) };
  const { limit } = availability;
  const windows = runs.map((run) => windowOf(run, warmUp.end));
  const measured = windows.filter((window): window is Window => window !== null);
  const valued = runs.map((run, i) => ({
    run,
    values: runValues(run, windows[i] as Window | null, limit, question.outages),
  }));
  const estimates = estimatesOf(valued.map(({ values }) => values));
  const busy = runs.map((run) => run.utilisation);
  const ranks = ranksOf(busy);
  const { faults, notes: faultNotes } = summariseFaults(runs, spec);
  const finality = mergedHistogram(runs.flatMap((run) => measuredSegments(run, warmUp.end).map((s) => s.finality)));
  return {
    estimates,
    warmUp,
    warmUpSeries: warmUpSeries(runs),
    bottleneck: bottleneckOf(ranks),
    utilisation: meanUtilisation(busy),
    ranks,
    objective: judge(
      question.objectives,
      estimates,
      runs.map((run, i) => ({ run, window: windows[i] as Window | null })),
    ),
    availability,
    condition: pointCondition(runs, windows),
    livenessOpen: whyLivenessIsOpen(spec, runs),
    stagesMs: meanStages(measured),
    stagedShare: stagedShare(measured),
    undisturbed: spec.faults.length === 0 ? null : undisturbedOf(runs, warmUp.end),
    repeats: repeatsOf(runs),
    sites: finalityBySite(spec, measured),
    humps: twoHumps(withoutOutages(runs, warmUp.end, finality)),
    cdf: finality.cdf(200),
    messages: meanMessages(runs),
    faults,
    little: littlesLaw(spec, measured),
    outages: runs.flatMap((run) =>
      outagesWithin(run, warmUp.end, question.outages).map((outage) => ({ replication: run.replication, outage })),
    ),
    runs: valued,
    notes: [
      ...warmUp.notes,
      ...stagesNote(spec, measured),
      ...faultNotes,
      ...shortened(runs, windows, spec),
      ...beforeTheEvent(runs, spec),
      ...new Set(runs.flatMap((run) => run.notes)),
    ],
  };
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

/** Runs that were to end on their n-th final request and did not get so far. */
function beforeTheEvent(runs: readonly RunResult[], { stopAfter }: RunSpec): readonly string[] {
  if (stopAfter === null) return [];
  const finals = (run: RunResult): number => run.segments.reduce((sum, { final }) => sum + final, 0);
  const short = runs.filter((run) => run.violations.length === 0 && finals(run) < stopAfter).length;
  if (short === 0) return [];
  return [
    `${short} of ${runs.length} replications reached the duration before ${stopAfter} ${stopAfter === 1 ? 'request was' : 'requests were'} final (stop_after)`,
  ];
}
