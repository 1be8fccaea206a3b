/** How many requests a run will be asked to make, known before it is run: from the rates of its open-loop clients. */
import type { ClientGroupSpec } from '../simulation/run-spec.ts';
import { type Duration, SECOND } from '../units/quantities.ts';
import { arrivalsNamed } from '../workloads/arrival-registry.ts';
import type { TraceOptions } from '../workloads/arrivals/trace.ts';

/** A request is an int32, which holds its number and its group (docs/decisions/0003). */
export const MOST_REQUESTS = 2 ** 31 - 1;

/** What open-loop clients ask for within `duration`, on average. Closed loops ask as fast as they are answered, and count as 0. */
export function expectedRequests(clients: readonly ClientGroupSpec[], duration: Duration): number {
  return requestsOf(clients, duration).reduce((sum, count) => sum + count, 0);
}

/** Whether some request's number would not fit into an int32. */
export function exceedsNumbers(clients: readonly ClientGroupSpec[], duration: Duration): boolean {
  return requestsOf(clients, duration).some((count) => count * clients.length > MOST_REQUESTS);
}

function requestsOf(clients: readonly ClientGroupSpec[], duration: Duration): readonly number[] {
  return clients.map(({ load }, group) => {
    if (load.kind === 'closed') return 0;
    const { name, options } = load.arrivals;
    if (name === 'trace') return replayed(options as TraceOptions, duration);
    return ((arrivalsNamed(name).create(options, { seed: 0, group }).rate ?? 0) * duration) / SECOND;
  });
}

/** Arrivals of whole periods and of the last, unfinished one. */
function replayed({ times = new Float64Array(0), period }: TraceOptions, duration: Duration): number {
  const rounds = period === undefined ? 0 : Math.floor(duration / period);
  const rest = duration - rounds * (period ?? 0);
  return rounds * times.length + times.filter((at) => at < rest).length;
}
