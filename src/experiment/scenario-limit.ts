/** The limit that availability is judged by, from what the points of a scenario ask and did. */
import type { RunResult } from '../simulation/run-result.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { type Duration, type Instant, MILLISECOND } from '../units/quantities.ts';
import { type AvailabilityLimit, availabilityLimit } from './availability.ts';
import type { EstimateName } from './estimate.ts';
import type { Objective } from './objective.ts';
import { warmUpOf } from './warm-up.ts';

/** One point as the limit that it shares with others sees it. */
interface PointAsked {
  readonly question: { readonly warmup: Instant | 'auto'; readonly objectives: readonly Objective[] };
  readonly spec: RunSpec;
  readonly runs: readonly RunResult[];
}

/** One limit for all of them: what they share can be compared. */
export function commonLimit(points: readonly PointAsked[]): AvailabilityLimit {
  return availabilityLimit(
    points.map(({ question, spec, runs }) => ({
      label: spec.label,
      runs,
      warmup: warmUpOf(runs, question.warmup, spec.horizon).end,
    })),
    finalityObjective(points.flatMap(({ question }) => question.objectives)),
  );
}

/** Which finality objective is the limit that availability is judged by: the first of these. A median is no limit. */
const limits: readonly EstimateName[] = ['finality_p99_ms', 'finality_p999_ms', 'finality_max_ms', 'finality_p90_ms'];

/** In ns; null where the scenario asks for none. */
function finalityObjective(
  objectives: readonly Objective[],
): { readonly measure: string; readonly limit: Duration } | null {
  const asked = limits.map((name) => objectives.find(({ estimate }) => estimate === name));
  const first = asked.find((objective) => objective !== undefined);
  return first === undefined ? null : { measure: first.measure, limit: first.target * MILLISECOND };
}
