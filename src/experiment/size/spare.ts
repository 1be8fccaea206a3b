/** How far a value lies from its target, and when that is so near that one run alone cannot tell on which side of it a candidate is. */
import type { RunSpec } from '../../simulation/run-spec.ts';
import type { Objective } from '../objective.ts';
import { nominalRate } from '../offered-load.ts';
import type { PointEstimate } from '../point-estimate.ts';
import { isSteady } from './demand.ts';
import { isRate } from './untold.ts';

/** Ours: chance and a short measured time make no larger difference, as a share of the target. */
export const CLEARLY = 0.1;
/** Ours: the same of a rate that is judged by how much of what was sent is final: what the ends of a window make of it. */
const CLEARLY_OF_RATES = 0.01;

/** A share of the target; of a share that should be large, of what may be missing of it. Negative where the target is missed. */
export function spareOf(value: number, { target, direction, estimate }: Objective): number {
  if (direction === 'at-most') return 1 - value / target;
  if (isRate(estimate)) return value / target - 1;
  return target >= 1 ? value - target : 1 - (1 - value) / (1 - target);
}

/** The measures asked for whose value in a single run another run could turn. */
export function unsureIn(
  { objective }: PointEstimate,
  { clients }: Pick<RunSpec, 'clients'>,
  objectives: readonly Objective[],
): readonly string[] {
  return objective.flatMap(({ measure, value, reason }, i) => {
    const asked = objectives[i] as Objective;
    if (value === null || reason !== null) return [];
    return Math.abs(spareOf(value, asked)) <= nearness(asked, clients) ? [measure] : [];
  });
}

/** Of steady loops no more is final than is sent, which is little more than is asked for: near is what is nearer to the target than to that. */
function nearness({ estimate, target }: Objective, clients: RunSpec['clients']): number {
  const nominal = isRate(estimate) && isSteady(clients) ? nominalRate(clients) : null;
  return nominal === null ? CLEARLY : Math.min(CLEARLY, Math.max(CLEARLY_OF_RATES, (nominal / target - 1) / 2));
}
