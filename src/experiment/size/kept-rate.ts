/**
 * Whether steady open loops get a rate that is asked for. What became final in a window differs from what was sent in it by what was under way
 * at its ends, however well a cluster does: a rate that is short of its target is missed only where more and more is under way.
 */
import type { RunResult } from '../../simulation/run-result.ts';
import type { RunSpec } from '../../simulation/run-spec.ts';
import type { Interval } from '../../statistics/intervals.ts';
import type { Rate, Ratio } from '../../units/quantities.ts';
import { type Estimate, estimateOf } from '../estimate.ts';
import { growthOf } from '../growth.ts';
import { judge, type Objective, type ObjectiveVerdict } from '../objective.ts';
import { nominalRate } from '../offered-load.ts';
import type { PointEstimate } from '../point-estimate.ts';
import type { Untold } from '../telling.ts';
import { isSteady } from './demand.ts';
import { isRate } from './untold.ts';

/** Ours: growth by less than this share of what is sent counts as none, where the load has no more to spare. */
export const NO_GROWTH: Ratio = 0.01;
/** Ours: runs that shall tell are longer by so much than the interval of growth asks for, which is one of chance itself. */
const SURELY = 1.5;

/** Verdicts on rates, of what was sent. */
export interface RateVerdicts {
  readonly objective: readonly ObjectiveVerdict[];
  /** Measures that are met by a test of growth, whatever was under way at the ends. */
  readonly told: readonly string[];
  /** Why a rate that is short of its target is neither met nor missed by these runs; null: none is. */
  readonly untold: Untold | null;
}

/**
 * Rates of steady open loops are judged as the share that is final of what was sent in the same window, times the rate that clients send at
 * on average: a window in which they happened to send less is no fault of the cluster, and one in which they sent more no merit. Of bursts
 * and traces a window may have sent a fraction of that: its share of it says nothing of the whole, so there the rate itself is judged.
 */
export function judgeRates(
  estimate: PointEstimate,
  runs: readonly RunResult[],
  spec: RunSpec,
  objectives: readonly Objective[],
): RateVerdicts {
  const nominal = nominalRate(spec.clients);
  if (nominal === null || !isSteady(spec.clients)) return { objective: estimate.objective, told: [], untold: null };
  const growth = growthOf(runs, estimate.warmUp.end);
  const told: string[] = [];
  let untold: Untold | null = null;
  const objective = estimate.objective.map((verdict, i) => {
    const asked = objectives[i] as Objective;
    if (!isRate(asked.estimate)) return verdict;
    const found = judgeShare(estimate, asked, nominal);
    const spare = spareIn(estimate, asked, nominal);
    if (growth === null || spare === null || (found.met && found.decided)) return found;
    if (growth.high <= spare) {
      told.push(asked.measure);
      return { ...found, met: true, decided: true };
    }
    const grows = growth.low > 0 && growth.mean > NO_GROWTH;
    if (!found.met && !grows) untold ??= tooShort(asked, growth, spare, estimate, spec);
    return found;
  });
  return { objective, told, untold };
}

function judgeShare(estimate: PointEstimate, asked: Objective, nominal: Rate): ObjectiveVerdict {
  const { estimate: name } = asked;
  const found = meanShare(estimate, name, 'offered_per_s', nominal);
  return judge([asked], { ...estimate.estimates, [name]: found }, [])[0] as ObjectiveVerdict;
}

/** How much of what is sent may be left for the target to be met all the same; null where all of it would not do. */
function spareIn(estimate: PointEstimate, { estimate: name, target }: Objective, nominal: Rate): Ratio | null {
  const whole = meanShare(estimate, name, 'throughput_per_s', nominal);
  return whole === null || whole.mean < target ? null : Math.max(1 - target / whole.mean, NO_GROWTH);
}

type Measure = 'offered_per_s' | 'throughput_per_s' | 'goodput_per_s';

function meanShare({ runs }: PointEstimate, part: Objective['estimate'], of: Measure, times: Rate): Estimate | null {
  return estimateOf(
    runs.map(({ values: { [part]: some, [of]: all } }) =>
      some === null || all === null || all === 0 ? null : (some / all) * times,
    ),
  );
}

/** The error of growth falls with the length of what is measured: so long that either bound of it would tell. */
function tooShort(
  { measure, text }: Objective,
  { mean, high }: Interval,
  spare: Ratio,
  { warmUp }: PointEstimate,
  { horizon, measuredFrom = 0 }: RunSpec,
): Untold {
  const times = SURELY * Math.max(1, (high - mean) / Math.max(spare - mean, mean));
  const why = `${measure}: what is under way at the ends of these runs hides whether ${text} are kept`;
  return { why, longer: true, measured: Math.ceil(warmUp.end - measuredFrom + times * (horizon - warmUp.end)) };
}
