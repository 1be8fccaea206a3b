/** What is unwise about a setting whatever its runs showed: rules of the field, each with its source. Base delays, without jitter. */
import { formatDuration, formatRoughly } from '../../units/format.ts';
import { type Duration, SECOND } from '../../units/quantities.ts';
import type { Knobs, Timeouts } from './knobs.ts';

export interface RoundTrips {
  readonly longest: Duration;
  readonly median: Duration;
}

/** etcd refuses more (`maxElectionMs` in embed/config.go; tuning guide). */
export const LONGEST_OF_ETCD: Duration = 50 * SECOND;

/** Sentences, the gravest first. */
export function unwiseIn(
  { protocol }: Pick<Knobs, 'protocol'>,
  timeouts: Timeouts,
  trips: RoundTrips,
): readonly string[] {
  const { base, heartbeat } = timeouts;
  const name = protocol === 'raft' ? 'election timeout' : 'request timeout';
  const found: string[] = [];
  const value = `${name} ${formatRoughly(base)}`;
  if (base < trips.median)
    found.push(
      `${value} lies under the median round trip between members, ${formatRoughly(trips.median)}: answers of members farther apart come too late`,
    );
  else if (base < trips.longest)
    found.push(
      `${value} lies under the longest round trip between members, ${formatRoughly(trips.longest)}: the farthest is suspected though it answers at once`,
    );
  if (protocol !== 'raft' || heartbeat === null) return found;
  if (base < 5 * heartbeat)
    found.push(`${value} is less than five heartbeats of ${formatRoughly(heartbeat)}: etcd refuses to start so`);
  if (base >= trips.longest && base < 10 * trips.longest)
    found.push(
      `${value} is less than ten longest round trips (${formatRoughly(10 * trips.longest)}), which etcd's tuning guide asks for on networks whose jitter and loss are not known`,
    );
  if (base > LONGEST_OF_ETCD) found.push(`${value} is beyond the ${formatDuration(LONGEST_OF_ETCD)} that etcd accepts`);
  return found;
}
