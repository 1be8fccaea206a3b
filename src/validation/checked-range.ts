/**
 * In which checked range a scenario's point lies, and in what it leaves the nearest one: a pure reading of its set-up and of how
 * busy it was. Inside, predictions were held against a real system at both ends; outside, there is only the model.
 */

import type { Resource } from '../experiment/bottleneck.ts';
import { createSampler } from '../kernel/distributions.ts';
import type { PointSetup } from '../scenario/scenario.ts';
import type { LoadSpec } from '../simulation/run-spec.ts';
import { MILLISECOND } from '../units/quantities.ts';
import { type CheckedRange, checkedRanges, type Span } from './checked-ranges.ts';
import { defaultOptions, NOT_REACHED, settingsOf, type Values } from './point-settings.ts';

/** How busy a resource was: a share of its time. */
export interface Busy {
  readonly resource: Resource;
  /** null: another one from run to run. */
  readonly node: number | null;
  readonly share: number;
}

export interface RangeAnswer {
  /** The real system that is nearest, and its range in words; null where none was compared with this protocol. */
  readonly system: string | null;
  readonly range: string | null;
  /** In what the point leaves the range, each with what was checked; empty: it lies inside. */
  readonly outside: readonly string[];
}

/** Nearest is the range with the fewest reasons against it, of equals the one with the likest delays. `busy`: as far as it is known. */
export function checkedRangeOf(setup: PointSetup, busy: readonly Busy[]): RangeAnswer {
  const { name } = setup.protocol;
  const [nearest] = checkedRanges
    .filter(({ protocol }) => protocol === name)
    .map((range) => ({ range, outside: reasonsOutside(range, setup, busy), apart: apart(range, setup) }))
    .sort((a, b) => a.outside.length - b.outside.length || a.apart - b.apart);
  if (nearest === undefined)
    return { system: null, range: null, outside: [`the protocol ${name}: no real system was compared with it`] };
  const { range, outside } = nearest;
  return { system: `${range.system}, ${range.origin}`, range: rangeInWords(range), outside };
}

/** How far the longest delay between nodes lies outside a range: a factor. */
function apart({ delayMs: { low, high } }: CheckedRange, setup: PointSetup): number {
  const longest = Math.max(0, ...delaysBetween(setup));
  return longest === 0 ? 1 : Math.max(1, longest / high, low / longest);
}

/** Everything in which a point leaves a range, in the order in which readers look for it. */
export function reasonsOutside(range: CheckedRange, setup: PointSetup, busy: readonly Busy[]): readonly string[] {
  return [
    ...nodes(range, setup),
    ...delays(range, setup),
    ...network(setup),
    ...load(range, setup),
    ...busyness(range, busy),
    ...disk(range, setup),
    ...workload(setup),
    ...faults(range, setup),
    ...settings(range, setup),
  ];
}

type Reasons = readonly string[];

function nodes(range: CheckedRange, { nodes: count }: PointSetup): Reasons {
  const within = count >= range.nodes.low && count <= range.nodes.high;
  return within ? [] : [`${count} ${count === 1 ? 'node' : 'nodes'}, checked ${spanText(range.nodes)}`];
}

function delays(range: CheckedRange, setup: PointSetup): Reasons {
  const between = delaysBetween(setup);
  const ofClients = clientDelays(setup);
  const [low, high] = [Math.min(...between), Math.max(...between)];
  const far = Math.max(0, ...ofClients);
  return [
    ...(between.length > 0 && (low < range.delayMs.low || high > range.delayMs.high)
      ? [`one-way ${spanText({ low, high })} ms between nodes, checked ${spanText(range.delayMs)} ms`]
      : []),
    ...(far > range.clientDelayMs
      ? [
          `clients up to ${short(far)} ms away, checked ${range.clientDelayMs === 0 ? 'on a node' : `up to ${short(range.clientDelayMs)} ms`}`,
        ]
      : []),
  ];
}

/** One-way base delays between nodes, ms: of each two sites, and within a site that has two nodes. */
export function delaysBetween({ network: { sites, oneWay, nodeSites } }: PointSetup): readonly number[] {
  const used = [...new Set(nodeSites)];
  const alone = (site: number) => nodeSites.indexOf(site) === nodeSites.lastIndexOf(site);
  return used.flatMap((from) =>
    used
      .filter((to) => from !== to || !alone(from))
      .map((to) => (oneWay[from * sites.length + to] as number) / MILLISECOND),
  );
}

/** The same from clients at sites to each node, both ways. */
export function clientDelays({ clients, network }: PointSetup): readonly number[] {
  const { sites, oneWay, nodeSites } = network;
  const places = new Set(clients.flatMap(({ place }) => ('site' in place ? [place.site] : [])));
  return [...places].flatMap((site) =>
    [...new Set(nodeSites)].map((at) => {
      const there = oneWay[site * sites.length + at] as number;
      return Math.max(there, oneWay[at * sites.length + site] as number) / MILLISECOND;
    }),
  );
}

function network({ network: { jitter, loss, transport } }: PointSetup): Reasons {
  return [
    ...(createSampler(jitter).mean > 0 ? ['jitter'] : []),
    ...(loss > 0 ? [`loss of ${short(loss * 100)} %`] : []),
    ...(transport === 'tcp' ? [] : ['datagrams, checked TCP']),
  ];
}

function load({ load: { loop, most } }: CheckedRange, { clients }: PointSetup): Reasons {
  const checked = `checked ${loadText(loop, most)}`;
  const arrivals = clients.flatMap(({ load: one }) => (one.kind === 'open' ? [one.arrivals.name] : []));
  if (loop === 'closed') {
    if (arrivals.length > 0) return [`open-loop load (${[...new Set(arrivals)].join(', ')}), ${checked}`];
    const under = clients.reduce((sum, { load: one }) => sum + outstanding(one), 0);
    return under <= most ? [] : [`${under} requests at a time, ${checked}`];
  }
  if (arrivals.length < clients.length) return [`closed-loop load, ${checked}`];
  const others = arrivals.filter((name) => name !== 'constant');
  if (others.length > 0) return [`arrivals that are not constant (${[...new Set(others)].join(', ')}), ${checked}`];
  const rate = clients.reduce((sum, { load: one }) => sum + constantRate(one), 0);
  return rate <= most ? [] : [`${short(rate)} requests/s, ${checked}`];
}

export function outstanding(one: LoadSpec): number {
  return one.kind === 'closed' ? one.clients * one.outstanding : 0;
}

function constantRate(one: LoadSpec): number {
  return one.kind === 'open' ? (one.arrivals.options as { readonly rate: number }).rate : 0;
}

function busyness(range: CheckedRange, busy: readonly Busy[]): Reasons {
  const over = (names: readonly Busy['resource'][], most: number, what: string): Reasons => {
    const [worst] = busy.filter(({ resource }) => names.includes(resource)).sort((a, b) => b.share - a.share);
    if (worst === undefined || worst.share <= most) return [];
    // The share as reports tell it elsewhere, to three digits; the range's end as its row says it.
    return [
      `${what} of ${worst.node === null ? 'the busiest node' : `node ${worst.node}`} ${short(worst.share * 100)} % busy, checked up to ${percentText(most)}`,
    ];
  };
  return [
    ...over(['thread', 'cores'], range.processors, 'processors'),
    ...over(['egress', 'ingress'], range.cards, 'network card'),
  ];
}

function disk(range: CheckedRange, { machine }: PointSetup): Reasons {
  const fsync = createSampler(machine.disk.fsync).mean / MILLISECOND;
  // The table behind a sampler is within 0.1 % of its law.
  if (fsync <= range.fsyncMs * 1.001) return [];
  return [
    `fsync of ${short(fsync)} ms, checked ${range.fsyncMs === 0 ? 'without' : `up to ${short(range.fsyncMs)} ms`}`,
  ];
}

function workload({ workload: { name } }: PointSetup): Reasons {
  return name === 'opaque' ? [] : [`workload ${name}, checked opaque values`];
}

function faults(range: CheckedRange, { faults: all }: PointSetup): Reasons {
  const kinds = [...new Set(all.map(({ kind }) => kind))].join(', ');
  if (range.faults === 'none') return all.length === 0 ? [] : [`faults (${kinds}), checked without`];
  const [one, ...more] = all;
  if (one === undefined) return ['no fault, checked one leader killed for good'];
  const asChecked = more.length === 0 && one.kind === 'crash' && (one.target === 'leader' || one.target === 'primary');
  return asChecked && one.duration === null
    ? []
    : [`faults (${kinds}${one.duration === null ? '' : ' that ends'}), checked one leader killed for good`];
}

/** Begins the reason that a fit to one's own cluster gives, which says itself how well it predicts. */
export const SERVICE_TIMES = 'service times are not those that were checked';

function settings({ settings: checked, load: { most, loop } }: CheckedRange, setup: PointSetup): Reasons {
  const { services, cryptography, options } = settingsOf(setup, loop === 'closed' ? most : Number.POSITIVE_INFINITY);
  const reason = (what: string, own: Values, there: Values, absent: string): Reasons => {
    const others = [...new Set([...Object.keys(own), ...Object.keys(there)])].flatMap((name) => {
      const [mine, known] = [own[name] ?? [absent], there[name] ?? [absent]];
      const unknown = mine.filter((value) => !known.includes(value));
      return unknown.length === 0 ? [] : [{ text: `${name} ${unknown.join('/')}`, known: known.join('/') }];
    });
    // What the brackets hold is said once.
    const texts = others.map(({ text, known }, i) => `${text} (${i === 0 ? 'checked ' : ''}${known})`);
    return texts.length === 0 ? [] : [`${what}: ${few(texts)}`];
  };
  return [
    ...reason(SERVICE_TIMES, services, checked.services, '0s'),
    ...reason('cryptography is not what was checked', cryptography, checked.cryptography, 'free'),
    ...reason('options are not those that were checked', options, checked.options, 'none'),
  ];
}

/** A line of a terminal has room for so many settings. */
const MOST_SETTINGS = 3;

function few(settings: readonly string[]): string {
  const more = settings.length - MOST_SETTINGS;
  return [...settings.slice(0, MOST_SETTINGS), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

/** `one-way 2–25 ms, 3–5 nodes, …`: what was checked. */
export function rangeInWords(range: CheckedRange): string {
  return [
    `one-way ${spanText(range.delayMs)} ms`,
    `${spanText(range.nodes)} nodes`,
    range.clientDelayMs === 0 ? 'clients on a node' : `clients up to ${short(range.clientDelayMs)} ms away`,
    loadText(range.load.loop, range.load.most),
    `processors at most ${percentText(range.processors)} busy`,
    ...(range.cards > 0.5 ? [] : [`network cards at most ${percentText(range.cards)}`]),
    range.fsyncMs === 0 ? 'no disk' : `fsync up to ${short(range.fsyncMs)} ms`,
    `no loss or jitter, ${range.faults === 'none' ? 'no faults' : 'one leader killed'}`,
    'opaque values',
    settingsInWords(range),
  ].join(', ');
}

/** What takes time, and the options that are not the protocol's defaults. */
function settingsInWords({ protocol, settings: { services, cryptography, options } }: CheckedRange): string {
  const costly = (values: Values): readonly string[] =>
    Object.entries(values).flatMap(([name, texts]) => (texts.every(isNothing) ? [] : [`${name} ${texts.join('/')}`]));
  const usual = defaultOptions(protocol);
  const chosen = Object.entries(options).flatMap(([name, texts]) =>
    texts.every((text) => text === NOT_REACHED || usual[name]?.includes(text)) ? [] : [`${name} ${texts.join('/')}`],
  );
  const times = [...costly(services), ...costly(cryptography)];
  return `with ${times.length === 0 ? 'no service times' : times.join(', ')}${chosen.length === 0 ? '' : ` and ${chosen.join(', ')}`}`;
}

function isNothing(text: string): boolean {
  return text === '0s';
}

function loadText(loop: CheckedRange['load']['loop'], most: number): string {
  if (loop === 'constant') return `constant load of up to ${most} requests/s`;
  return most === 1 ? 'one request at a time' : `at most ${most} requests at a time (closed loop)`;
}

function spanText({ low, high }: Span): string {
  return low === high ? short(low) : `${short(low)}–${short(high)}`;
}

function percentText(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
