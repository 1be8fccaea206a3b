/**
 * The verdict in words, most important first, made from the points alone: is it safe, does it answer at all and keep up, which is final
 * sooner, what finality each gives, what limits it, what the faults cost, and what its trust assumption leaves open.
 */
import type { ComparisonRow, PointResult } from '../results/result-file.ts';
import { shortfalls } from './run-words.ts';
import { comparison } from './verdict/comparison.ts';
import { faultCost } from './verdict/faults.ts';
import { objectives } from './verdict/objectives.ts';
import { kinds, limit, performance, price } from './verdict/performance.ts';
import { isSafe, isUnused, MOST_IN_WORDS, notable, some } from './verdict/points.ts';
import { retries, troubles } from './verdict/trouble.ts';
import { instant } from './words.ts';

/** `quick`: it rests on short runs, and says so. `comparisons`: of the points; without them only disjoint intervals tell two apart. */
export function verdictOf(
  points: readonly PointResult[],
  about: { readonly quick: boolean; readonly comparisons?: readonly ComparisonRow[] } = { quick: false },
): readonly string[] {
  const safe = points.filter(isSafe);
  const used = safe.filter((point) => !isUnused(point));
  const told = used.length <= MOST_IN_WORDS ? used : notable(used);
  const [first, ...others] = [
    ...points.flatMap(violations),
    ...troubles(safe),
    ...unused(safe),
    ...comparison(points, about.comparisons ?? []),
    ...told.flatMap((point) =>
      [performance(point), ...kinds(point), limit(point)].filter((sentence) => sentence !== ''),
    ),
    ...told.flatMap(retries),
    ...price(told),
    ...told.flatMap(faultCost),
    ...objectives(points),
    ...shortfalls(points),
    ...trust(points),
  ];
  if (first === undefined) return [];
  return [about.quick ? `Roughly (--quick): ${first}` : first, ...others];
}

/** What to do about requests that took too long. */
const PROGRESS_HINT =
  '. If so long is allowed, raise progress_within; else look in the timeline for elections or view changes that follow each other, and compare the time-outs with the round trips';

function violations(point: PointResult): readonly string[] {
  return (['safety', 'liveness'] as const).flatMap((kind) => {
    const rows = point.safety.details.filter((row) => row.kind === kind);
    const first = rows[0];
    if (!first) return [];
    const count = rows.length === 1 ? '' : ` (the first of ${rows.length})`;
    const where = first.node < 0 ? '' : ` on node ${first.node}`;
    const hint = first.check === 'progress' ? PROGRESS_HINT : '';
    return [
      `${point.label} violated ${kind}${count}: ${first.check} at ${instant(first.at_ms)}${where}: ${first.detail}${hint}`,
    ];
  });
}

function unused(points: readonly PointResult[]): readonly string[] {
  const labels = points
    .filter((point) => isUnused(point) && point.condition?.state !== 'silent')
    .map(({ label }) => label);
  return labels.length === 0 ? [] : [`${some(labels)}: no request was sent in the measured time.`];
}

/** Beside a protocol that trusts its nodes, always: the comparison would be unfair without it. Each note once. */
function trust(points: readonly PointResult[]): readonly string[] {
  const notes = new Map<string, string[]>();
  for (const point of points)
    if (point.trust === 'crash') notes.set(point.trust_note, [...(notes.get(point.trust_note) ?? []), point.label]);
  return [...notes].map(([note, labels]) => `Trust in ${some(labels)}: ${note}`);
}
