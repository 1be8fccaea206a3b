/**
 * Whether a cluster leaves undone a part of what clients send. What became final in a window differs from what was sent in it by what was
 * under way at its two ends, however well the cluster does: only a backlog that grows through the window says that something is left.
 */
import type { RunResult, SegmentResult } from '../../simulation/run-result.ts';
import type { RunSpec } from '../../simulation/run-spec.ts';
import { driftOf, meanDrift } from '../../statistics/drift.ts';
import type { Instant } from '../../units/quantities.ts';
import { type Estimate, estimateOf } from '../estimate.ts';
import { judge, type Objective, type ObjectiveVerdict } from '../objective.ts';
import { nominalRate } from '../offered-load.ts';
import type { PointEstimate } from '../point-estimate.ts';
import { measuredSegments } from '../window.ts';
import { isSteady } from './demand.ts';
import { isRate } from './untold.ts';

/** A backlog that does not grow is said to with this probability. */
const LEVEL = 0.025;
/** As many blocks as the drift of a level can at least be told of, and a few more. */
const BLOCKS = 12;
/** Standard deviations within which two counts of what is under way differ by chance. */
const CHANCE = 3;

/**
 * Rates of steady open loops are judged as the share of what was sent that becomes final, times the rate that clients send at on average: a
 * window in which they happened to send less is no fault of the cluster, and one in which they sent more no merit. What is under way at the
 * ends of the window is left out of it: all is final unless more and more was left. Of bursts and traces a window may have sent a fraction of
 * that: its share of it says nothing of the whole, so there the rate itself is judged.
 */
export function ofWhatWasSent(
  estimate: PointEstimate,
  runs: readonly RunResult[],
  { clients }: RunSpec,
  objectives: readonly Objective[],
): PointEstimate {
  const nominal = nominalRate(clients);
  if (nominal === null || !isSteady(clients)) return estimate;
  const isKept = !leavesUndone(runs, estimate.warmUp.end);
  const objective = estimate.objective.map((verdict, i) => {
    const asked = objectives[i] as Objective;
    const { estimate: name } = asked;
    if (!isRate(name)) return verdict;
    const shares = estimate.runs.map(({ values }) => ofRates(values[name], values.offered_per_s));
    const valid = estimate.runs.map(({ values }) => ofRates(values[name], values.throughput_per_s));
    const found = estimateOf(shares.map((share) => share && share * nominal));
    const most = estimateOf(valid.map((share) => share && share * nominal));
    const rate = isKept && found !== null && most !== null ? keptWhole(found, most) : found;
    return judge([asked], { ...estimate.estimates, [name]: rate }, [])[0] as ObjectiveVerdict;
  });
  return { ...estimate, objective };
}

function ofRates(part: number | null, whole: number | null): number | null {
  return part === null || whole === null || whole === 0 ? null : part / whole;
}

/** With the interval of what was found: where that reaches below, chance may hide a loss. */
function keptWhole({ low, high, replications }: Estimate, { mean }: Estimate): Estimate {
  if (replications === 1) return { mean, low: mean, high: mean, replications };
  return { mean, low: Math.min(low, mean), high: Math.max(high, mean), replications };
}

/** By a test of the drift of the backlog, over all runs together; of runs that are cut into too few segments, by its two ends alone. */
function leavesUndone(runs: readonly RunResult[], warmup: Instant): boolean {
  const drifts = runs.flatMap((run) => driftOf(backlogs(run, warmup)) ?? []);
  if (drifts.length > 0) return meanDrift(drifts, 1 - 2 * LEVEL).low > 0;
  const ends = runs.map((run) => backlogs(run, warmup));
  const sum = (at: 0 | -1): number => ends.reduce((all, own) => all + Math.max(0, own.at(at) ?? 0), 0);
  return sum(-1) - sum(0) > CHANCE * Math.sqrt(sum(0) + sum(-1));
}

/** Requests that were sent and not final at the ends of blocks of about equal length, from the end of the warm-up to that of the run. */
function backlogs(run: RunResult, warmup: Instant): readonly number[] {
  const segments = measuredSegments(run, warmup);
  const blocks = Math.min(BLOCKS, segments.length);
  const before = run.segments.filter(({ from }) => from < warmup);
  const levels = [left(before)];
  for (let i = 0; i < blocks; i++) {
    const at = (edge: number): number => Math.round((edge * segments.length) / blocks);
    levels.push((levels[i] as number) + left(segments.slice(at(i), at(i + 1))));
  }
  return levels;
}

function left(segments: readonly SegmentResult[]): number {
  return segments.reduce((sum, { offered, final }) => sum + offered - final, 0);
}
