/**
 * Two visits to one measurement, minutes apart and each in a process of its own. A host that others use too slows down for minutes at a
 * time, which repetitions within one visit do not show.
 */
import type { AloneResult, WholeRunResult } from './bench-report.ts';
import { NOISY_SPREAD } from './sample.ts';

/** The faster visit has the figures, as the fastest of repetitions has them; where the slower one is far behind, they are noisy. */
export function ofTwoVisits(first: WholeRunResult, second: AloneResult): WholeRunResult {
  const [faster, slower] = first.messages_per_second >= second.messages_per_second ? [first, second] : [second, first];
  const behind = faster.messages_per_second / slower.messages_per_second - 1;
  return {
    ...first,
    ...figuresOf(faster),
    messages_per_second_other_visit: slower.messages_per_second,
    noisy: faster.noisy || behind > NOISY_SPREAD,
  };
}

function figuresOf(visit: AloneResult): Omit<AloneResult, 'noisy'> {
  return {
    messages_per_second: visit.messages_per_second,
    messages_per_second_median: visit.messages_per_second_median,
    messages_per_second_first: visit.messages_per_second_first,
    messages_per_cpu_second: visit.messages_per_cpu_second,
    ns_per_transaction: visit.ns_per_transaction,
    repetitions: visit.repetitions,
    spread: visit.spread,
  };
}
