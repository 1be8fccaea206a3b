/**
 * From how long a time at the start closed-loop clients draw the moment at which each begins, where the scenario leaves that to us: a
 * little more than what an unloaded request takes, so that they are spread over one turn of the loop (docs/MODEL.md section 4).
 */
import { createSampler } from '../kernel/distributions.ts';
import type { NetworkSpec } from '../network/network-spec.ts';
import type { ClientGroupSpec } from '../simulation/run-spec.ts';
import { roundTrips } from './judge-clients.ts';

/** Four one-way delays: what a request takes in Raft through a follower, and one less than in PBFT. */
const ROUND_TRIPS = 2;

/** Whether the moments at which a group begins follow from its place: it is closed and names no spread of its own. */
function isOurs({ load }: ClientGroupSpec): boolean {
  return load.kind === 'closed' && load.initialSpread === undefined;
}

/** What a report says of groups for which we choose; null where there are none. */
export function initialSpreadNote(groups: readonly ClientGroupSpec[]): string | null {
  return groups.some(isOurs)
    ? 'Closed-loop clients begin one by one, at moments drawn from about one turn of their loop (initial_spread: auto).'
    : null;
}

/** The groups, those without a spread of their own with the one that follows from their place. */
export function withInitialSpreads(groups: readonly ClientGroupSpec[], network: NetworkSpec): ClientGroupSpec[] {
  return groups.map((group) => {
    const { load, place, processing = 0 } = group;
    if (load.kind !== 'closed' || !isOurs(group)) return group;
    const [, farthest] = roundTrips(place, network);
    const initialSpread = Math.round(ROUND_TRIPS * farthest + processing + createSampler(load.think).mean);
    return { ...group, load: { ...load, initialSpread } };
  });
}
