/**
 * From a candidate to what its runs need: nodes numbered by how well they would lead, timeouts that suit the placement, and what is
 * unwise or contradictory about its settings.
 */
import type { PbftOptions } from '../../protocols/pbft/options.ts';
import { protocols } from '../../protocols/registry.ts';
import type { Setting } from '../../units/definition.ts';
import type { OptionProblem } from '../../units/options.ts';
import { type Duration, MILLISECOND, SECOND } from '../../units/quantities.ts';
import type { Load } from './demand.ts';
import type { Candidate, ProtocolVariant, RunSetup, Space } from './space.ts';

/** `ranking`: sites of the network that hold nodes, the best leader first. */
export function setupOf(candidate: Candidate, space: Space, load: Load, ranking: readonly number[]): RunSetup {
  const { variant, counts, machine, bandwidth, nodes } = candidate;
  const { shared, sites } = space;
  const nodeSites = Int32Array.from(
    ranking.flatMap((site) => {
      const at = sites.findIndex((one) => one.site === site);
      return new Array<number>(counts[at] as number).fill(site);
    }),
  );
  const network = {
    ...shared.network,
    nodeSites,
    egress: { ...shared.network.egress, bitsPerSecond: bandwidth.rate },
    ingress: { bitsPerSecond: bandwidth.rate },
  };
  return {
    ...shared,
    label: labelOf(candidate, space),
    nodes,
    protocol: { name: variant.protocol, options: optionsFor(variant, roundTrips(network).longest) },
    network,
    machine: machine.spec,
    clients: load.clients,
    faults: [],
    stopAfter: null,
  };
}

/** `pbft n=5 Shanghai+2·Singapore small 100Mbps batch.max_transactions=400`: unique in the space. */
export function labelOf(
  { variant, nodes, counts, machine, bandwidth }: Candidate,
  { sites, bandwidths }: Space,
): string {
  const places = counts.flatMap((here, i) => (here === 0 ? [] : [`${here > 1 ? `${here}·` : ''}${sites[i]?.name}`]));
  const card = bandwidths.length > 1 ? ` ${bandwidth.rate / 1e6}Mbps` : '';
  return `${variant.protocol} n=${nodes} ${places.join('+')} ${machine.name}${card}${variant.text === '' ? '' : ` ${variant.text}`}`;
}

const TENTH: Duration = 100 * MILLISECOND;
/** etcd's guide: a heartbeat of about one round trip, an election timeout of ten heartbeats; ours: twice that at most, as in the thesis. */
const HEARTBEAT = { least: 50 * MILLISECOND, step: 10 * MILLISECOND };
/** Ours: PBFT's requests take two and a half round trips at most, and as long again for queues. */
const PATIENCE = { least: 2 * SECOND, roundTrips: 5 };

/** What a variant leaves open, by the longest round trip R between two of its nodes. Stated in docs/MODEL.md, section 7. */
export function optionsFor(
  { protocol, options, derived }: ProtocolVariant,
  longest: Duration,
): Record<string, unknown> {
  const complete: Record<string, unknown> = { ...options };
  // As in a scenario without restarts: nobody comes back to what is on its disk.
  if (complete.durable === null) complete.durable = false;
  const set = (key: string, value: unknown): void => {
    if (derived.includes(key)) complete[key] = value;
  };
  if (protocol === 'raft') {
    set('heartbeat', Math.max(HEARTBEAT.least, roundUp(longest, HEARTBEAT.step)));
    const heartbeat = complete.heartbeat as Duration;
    set('electionTimeout', { min: 10 * heartbeat, max: 20 * heartbeat });
    set('initialLeader', 0);
  }
  if (protocol === 'pbft') {
    const { batch } = options as unknown as PbftOptions;
    const patience = Math.max(PATIENCE.least, roundUp(PATIENCE.roundTrips * longest, TENTH) + batch.timeout);
    set('requestTimeout', patience);
    set('viewChangeTimeout', patience);
  }
  return complete;
}

function roundUp(value: Duration, step: Duration): Duration {
  return Math.ceil(value / step) * step;
}

/** What the protocol's definition says of these settings: errors make no run, warnings are kept for the answer. */
export function problemsOf(setup: RunSetup, load: Load): readonly OptionProblem[] {
  const { network, nodes, protocol } = setup;
  const { longest, median } = roundTrips(network);
  const setting: Setting = {
    nodes,
    longestRoundTrip: longest,
    medianRoundTrip: median,
    restarts: false,
    losesMessages: network.transport === 'datagram' && network.loss > 0,
    traffic: {
      egress: network.egress.bitsPerSecond,
      requestBytes: load.sample.mean,
      perSecond: load.offered,
      underWay: 0,
    },
  };
  const definition = protocols[protocol.name as keyof typeof protocols];
  return definition.problems?.(protocol.options as never, setting) ?? [];
}

/** Base round trips between every two nodes, ns. */
function roundTrips({ nodeSites, oneWay, sites }: RunSetup['network']): { longest: Duration; median: Duration } {
  const trips: Duration[] = [];
  nodeSites.forEach((from, i) => {
    for (const to of nodeSites.subarray(i + 1))
      trips.push((oneWay[from * sites.length + to] as number) + (oneWay[to * sites.length + from] as number));
  });
  trips.sort((a, b) => a - b);
  return { longest: trips.at(-1) ?? 0, median: trips[Math.floor(trips.length / 2)] ?? 0 };
}
