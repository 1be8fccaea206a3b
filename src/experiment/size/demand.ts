/** What a sized cluster must give, and the load that it is held against: clients, sizes and rates, common to all candidates. */
import type { ClientGroupSpec } from '../../simulation/run-spec.ts';
import { type Duration, type Rate, type Ratio, SECOND } from '../../units/quantities.ts';
import { arrivalsNamed } from '../../workloads/arrival-registry.ts';
import type { Objective } from '../objective.ts';
import { offeredRate, scaledLoad } from '../offered-load.ts';
import { type RequestSample, sampleRequests, validShare } from '../request-sample.ts';
import type { ByzantineDemand, Space, Survival } from './space.ts';

export interface Demand {
  readonly objectives: readonly Objective[];
  readonly survive: Survival | null;
  readonly byzantine: ByzantineDemand | null;
}

export interface Load {
  /** The clients as they are simulated. */
  readonly clients: readonly ClientGroupSpec[];
  /** Requests a second of all open loops together, as simulated; 0 where all loops are closed. */
  readonly offered: Rate;
  /** What must at least become final a second: the objective, or what cannot be missed by more without falling behind. */
  readonly asked: Rate;
  /** Open-loop share of each site of the network, with clients' own processing: all that a bound on latency needs. */
  readonly origins: readonly Origin[];
  /** False where some loop is closed: then the shares of the sites are not known. */
  readonly sharesKnown: boolean;
  /** What requests weigh. */
  readonly sample: RequestSample;
}

export interface Origin {
  readonly site: number;
  readonly share: Ratio;
  readonly processing: Duration;
  /** Where its requests go first: the leader, or also elsewhere. */
  readonly toLeader: boolean;
  /** Matching replies that its clients wait for; null: as many as the protocol says. */
  readonly replyQuorum: number | null;
}

/** A run whose backlog grows by more than this share of what is offered has fallen behind for sure (experiment/condition.ts). */
const SURELY_BEHIND = 0.25;

/** The throughput asked for, per second; null where none is. */
export function throughputAsked(objectives: readonly Objective[]): Rate | null {
  return objectives.find(({ estimate }) => estimate === 'throughput_per_s')?.target ?? null;
}

/** A goodput that is asked for, per second, and the share of requests that is valid, by a sample. */
export interface GoodputAsked {
  readonly rate: Rate;
  readonly validShare: Ratio;
}

/** null where none is. */
export function goodputAsked(shared: Space['shared'], objectives: readonly Objective[]): GoodputAsked | null {
  const rate = objectives.find(({ estimate }) => estimate === 'goodput_per_s')?.target;
  return rate === undefined ? null : { rate, validShare: validShare(shared, 0) };
}

/** What must be sent a second for it; no load gives any where nothing is valid. */
export function sentFor(goodput: GoodputAsked | null): Rate {
  if (goodput === null) return 0;
  return goodput.validShare === 0 ? goodput.rate : goodput.rate / goodput.validShare;
}

/** The scenario's clients, scaled so that they offer what is asked for and the margin, their shares as they are. */
export function loadOf({ shared, loadMargin }: Space, { objectives }: Demand): Load {
  const throughput = throughputAsked(objectives);
  const goodput = goodputAsked(shared, objectives);
  const sent = Math.max(throughput ?? 0, sentFor(goodput));
  // Whatever the valid share of a run, so much must become final.
  const final = Math.max(throughput ?? 0, goodput?.rate ?? 0);
  const given = offeredRate(shared.clients);
  const factor = sent === 0 || given === 0 ? 1 : (sent * (1 + loadMargin)) / given;
  const { clients } = factor === 1 ? shared : scaledLoad(shared, factor);
  const offered = given * factor;
  return {
    clients,
    offered,
    // Bursts and traces may offer far less in one run than on average: then no throughput is sure to be asked for.
    asked: final > 0 ? final : isSteady(clients) ? offered * (1 - SURELY_BEHIND) : 0,
    ...originsOf(clients, offered),
    sample: sampleRequests(shared, 0),
  };
}

function originsOf(clients: readonly ClientGroupSpec[], offered: Rate): Pick<Load, 'origins' | 'sharesKnown'> {
  const origins = clients.map(({ place, load, processing = 0, submit, replyQuorum }, group): Origin => {
    const rate = load.kind === 'open' ? (arrivalsOf(load.arrivals, group) ?? 0) : 0;
    return {
      site: (place as { readonly site: number }).site,
      share: offered === 0 ? 0 : rate / offered,
      processing,
      toLeader: submit === null || submit === 'primary',
      replyQuorum,
    };
  });
  return { origins, sharesKnown: isSteady(clients) };
}

/** Whether counts of arrivals differ from their means by no more than those of Poisson processes do, which the bounds allow for. */
export function isSteady(clients: readonly ClientGroupSpec[]): boolean {
  return clients.every(({ load }) => load.kind === 'open' && ['poisson', 'constant'].includes(load.arrivals.name));
}

function arrivalsOf({ name, options }: { readonly name: string; readonly options: unknown }, group: number) {
  return arrivalsNamed(name).create(options, { seed: 0, group }).rate;
}

/** How many requests are expected in a measured time. */
export function expectedIn({ offered }: Load, duration: Duration): number {
  return (offered * duration) / SECOND;
}
