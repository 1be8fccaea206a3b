/** What an answer has to spare, the least first: what comes first binds it. */

import { type RankedNodes, RESOURCES, type Resource } from '../bottleneck.ts';
import type { Objective, ObjectiveVerdict } from '../objective.ts';
import type { Finalist } from './search-answer.ts';
import { spareOf } from './spare.ts';
import type { Trial } from './trial.ts';
import { isRate } from './untold.ts';

export interface Margin {
  /** A measure, or what a node can run out of. */
  readonly what: string;
  readonly kind: 'objective' | 'resource';
  /** What was lost; null: all nodes are up. */
  readonly after: string | null;
  /** In the measure's unit, or a busy share. */
  readonly value: number;
  /** The target as it was asked for; of a resource null. */
  readonly target: string | null;
  /** A share: of the target, or of the resource's time. */
  readonly spare: number;
  /** Whose resource; null: of another node from run to run, or no resource. */
  readonly node: number | null;
}

export function marginsOf({ trial, drills }: Finalist, objectives: readonly Objective[]): readonly Margin[] {
  return [
    ...trialMargins(trial, objectives, null),
    ...drills.flatMap(({ drill, trial: after }) => trialMargins(after, objectives, drill.lost)),
  ].sort((a, b) => a.spare - b.spare);
}

function trialMargins({ estimate }: Trial, objectives: readonly Objective[], after: string | null): readonly Margin[] {
  if (estimate === null) return [];
  return [
    ...estimate.objective.flatMap((verdict, i) => objectiveMargin(verdict, objectives[i] as Objective, after)),
    ...RESOURCES.flatMap((resource) => resourceMargin(estimate.ranks[resource], resource, after)),
  ];
}

/** Rates of open loops cannot exceed what is offered: what they have to spare is told by the headroom. */
function objectiveMargin(
  { measure, value, target: text }: ObjectiveVerdict,
  asked: Objective,
  after: string | null,
): readonly Margin[] {
  if (value === null || isRate(asked.estimate)) return [];
  return [{ what: measure, kind: 'objective', after, value, target: text, spare: spareOf(value, asked), node: null }];
}

function resourceMargin({ shares, node }: RankedNodes, resource: Resource, after: string | null): readonly Margin[] {
  const [value = 0] = shares;
  if (value === 0) return [];
  return [{ what: resource, kind: 'resource', after, value, target: null, spare: 1 - value, node }];
}
