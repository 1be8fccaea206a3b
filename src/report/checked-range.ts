/** The line of every report that says in which range checked against real systems its points lie, or in what they leave it. */
import type { CheckedRangeRow } from '../results/result-file.ts';
import { SERVICE_TIMES } from '../validation/checked-range.ts';
import { MOST_IN_WORDS, some } from './verdict/points.ts';
import { list } from './words.ts';

export interface RangedPoint {
  readonly label: string;
  readonly checked_range: CheckedRangeRow;
}

/** One line for all points that lie alike, without their names where that is all of them. */
export function checkedRangeLines(points: readonly RangedPoint[]): readonly string[] {
  const groups = new Map<string, RangedPoint[]>();
  for (const point of points) {
    const sentence = sentenceOf(point.checked_range);
    groups.set(sentence, [...(groups.get(sentence) ?? []), point]);
  }
  if (groups.size > MOST_IN_WORDS) return [summary(points)];
  return [...groups].map(([sentence, alike]) =>
    groups.size === 1 ? upper(sentence) : `${some(alike.map(({ label }) => label))}: ${sentence}`,
  );
}

function sentenceOf({ system, range, outside }: CheckedRangeRow): string {
  if (outside.length === 0)
    return `in the range checked against a real system (${system}): ${range}; outside it: model only.`;
  const nearest = system === null ? '' : ` (nearest: ${system})`;
  return `outside the range checked against real systems${nearest}, so model only: ${outside.join('; ')}.${ofOnesOwn(outside)}`;
}

/** What constants of one's own mean: the only ones that were held against the reader's cluster. */
function ofOnesOwn(reasons: readonly string[]): string {
  return reasons.some((reason) => reason.startsWith(SERVICE_TIMES))
    ? ' Service times of your own (calibrate --from) are as good as its errors when left out.'
    : '';
}

/** Of many points that differ: what they have in common, and the rest by kind; result.json has each. */
function summary(points: readonly RangedPoint[]): string {
  const outside = points.filter(({ checked_range }) => checked_range.outside.length > 0);
  const inside = points.length - outside.length;
  const [first = [], ...others] = outside.map(({ checked_range }) => checked_range.outside);
  const common = first.filter((reason) => others.every((reasons) => reasons.includes(reason)));
  const more = [...new Set(outside.flatMap(({ checked_range }) => checked_range.outside))].filter(
    (reason) => !common.includes(reason),
  );
  const parts = [
    ...(common.length > 0 ? [`all of them by ${common.join('; ')}`] : []),
    ...(more.length > 0 ? [`some by ${list([...more.slice(0, 5), ...(more.length > 5 ? ['more'] : [])])}`] : []),
  ];
  const rest = inside === 0 ? '' : ` The other ${inside === 1 ? 'one lies' : `${inside} lie`} inside.`;
  return `${outside.length} of ${points.length} points lie outside the ranges checked against real systems, so model only: ${parts.join('; ')}.${ofOnesOwn([...common, ...more])}${rest}`;
}

function upper(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
