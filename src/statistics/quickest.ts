/**
 * What latency is where nothing is wrong: a quantile of the part of a run in which it is least. Consecutive parts with few values are
 * taken together until there are enough, so that it is known however rare requests are.
 */
import { LogLinearHistogram } from './histogram.ts';

/** `parts`: consecutive. `fewest`: fewer values than this have no such quantile to speak of. 0 without any value. */
export function quickestQuantile(parts: readonly LogLinearHistogram[], q: number, fewest: number): number {
  const values: number[] = [];
  let group = new LogLinearHistogram();
  for (const part of parts) {
    group.merge(part);
    if (group.total < fewest) continue;
    values.push(group.quantile(q) as number);
    group = new LogLinearHistogram();
  }
  // Without any value so far, the group holds all there is.
  return values.length === 0 ? (group.quantile(q) ?? 0) : Math.min(...values);
}
