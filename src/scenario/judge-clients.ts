/**
 * What is unwise about clients and cards that are each possible: retries before a reply can be there, none where requests get lost, and cards so slow that one
 * request, or the copies of one batch, take longer than anybody waits for them.
 */
import type { FaultSpec } from '../faults/fault-spec.ts';
import type { NetworkSpec } from '../network/network-spec.ts';
import { wireBytes } from '../network/wire.ts';
import type { ClientGroupSpec } from '../simulation/run-spec.ts';
import { formatDuration, formatRoughly } from '../units/format.ts';
import { type Bytes, type Duration, SECOND } from '../units/quantities.ts';
import type { BuildContext } from './build-context.ts';

/** One message that takes a card longer is more often a slip in a unit than a wish. */
const LONG_FOR_ONE: Duration = SECOND;

/** Flags warnings only: all of it runs. */
export function judgeRetries(
  groups: readonly ClientGroupSpec[],
  network: NetworkSpec,
  context: Pick<BuildContext, 'source'>,
): void {
  groups.forEach(({ place, retryAfter }, i) => {
    if (retryAfter === null) return;
    const [nearest, farthest] = roundTrips(place, network);
    const path = ['clients', String(i), 'retry_after'];
    if (retryAfter < nearest)
      context.source.flag(
        path,
        `${formatDuration(retryAfter)} is under the round trip to the nearest node, ${formatRoughly(nearest)}: every request is sent again before a reply can be there, expected several times ${formatRoughly(farthest)}, the round trip to the farthest node`,
        'warning',
      );
    else if (retryAfter < farthest)
      context.source.flag(
        path,
        `${formatDuration(retryAfter)} is under the round trip to the farthest node, ${formatRoughly(farthest)}: requests to it are sent again before a reply can be there, expected several times that`,
        'warning',
      );
  });
}

/** Flags clients that never ask again where a machine crashes: what it had taken in is lost with it. */
export function judgeLostRequests(
  groups: readonly ClientGroupSpec[],
  faults: readonly FaultSpec[],
  context: Pick<BuildContext, 'source'>,
): void {
  const crash = faults.findIndex(({ kind }) => kind === 'crash');
  if (crash < 0) return;
  groups.forEach(({ retryAfter }, i) => {
    if (retryAfter === null)
      context.source.flag(
        ['clients', String(i), 'retry_after'],
        `null never sends again what is lost in the crash of faults.${crash}: it stays outstanding, so that every later pause may count as an outage, expected a time`,
        'warning',
      );
  });
}

/** The shortest and the longest base round trip between the clients of a place and a node; 0 to the node that they share a machine with. */
export function roundTrips(
  place: ClientGroupSpec['place'],
  { nodeSites, oneWay, sites }: NetworkSpec,
): [Duration, Duration] {
  const here = 'site' in place ? place.site : (nodeSites[place.node] as number);
  let nearest = Number.POSITIVE_INFINITY;
  let farthest = 0;
  nodeSites.forEach((there, node) => {
    const delay = oneWay[here * sites.length + there]! + oneWay[there * sites.length + here]!;
    const trip = 'node' in place && place.node === node ? 0 : delay;
    nearest = Math.min(nearest, trip);
    farthest = Math.max(farthest, trip);
  });
  return [nearest, farthest];
}

/** Flags a card that needs a second or more for one request of this size. */
export function judgeCards(request: Bytes, network: NetworkSpec, context: Pick<BuildContext, 'source'>): void {
  const bits = 8 * wireBytes(network, request);
  for (const card of ['egress', 'ingress'] as const) {
    const takes = (bits / network[card].bitsPerSecond) * SECOND;
    if (takes < LONG_FOR_ONE) continue;
    context.source.flag(
      ['network', card],
      `one request of ${request.toLocaleString('en')} B takes ${formatRoughly(takes)} on this card, expected a bandwidth at which it takes milliseconds (bandwidths are in bits a second, such as 100Mbps)`,
      'warning',
    );
  }
}
