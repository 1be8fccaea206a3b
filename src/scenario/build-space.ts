/** The space of a sizing search from the `space` of a file, or everything that is wrong with it. */
import { monthlyCost, type Prices } from '../experiment/cost.ts';
import { countCandidates } from '../experiment/size/field.ts';
import { whyUnsurvivable } from '../experiment/size/quorums.ts';
import type { BandwidthItem, MachineItem, Space, SpaceSite, Survival } from '../experiment/size/space.ts';
import type { MachineSpec } from '../machines/machine-spec.ts';
import type { BuildContext } from './build-context.ts';
import { buildCrypto, buildDisk } from './build-machine.ts';
import { buildMatrix } from './build-matrix.ts';
import { siteIndex } from './build-network.ts';
import { type Flag, variantsOf } from './build-variants.ts';
import type { MachineItemValue, SiteLimitsValue, SpaceValue } from './file-value.ts';
import { entriesOf, type Fragments, isBroken, isSpelt, type Known, knownOf, wholeOf } from './fragments.ts';
import type { PointSetup } from './scenario.ts';
import type { Sections } from './sections.ts';

/** Each is kept in memory; more would also take long to look through. */
const MOST_CANDIDATES = 500_000;
const MOST_NODES = 100;

/** `shared`: the first design point, null where none could be built. null without a `space`, and after flagging. */
export function buildSpace(sections: Sections, shared: PointSetup | null, context: BuildContext): Space | null {
  const { prices } = sections;
  if (sections.space === undefined || sections.space === null) return null;
  const space = knownOf(sections.space);
  const flag: Flag = (path, message) => {
    context.source.flag(['space', ...path], message);
    return null;
  };
  judgeSurroundings(sections, context.source);
  const nodes = space.nodes === undefined ? null : nodesOf(space.nodes, flag);
  const protocols = wholeOf(space.protocols);
  const variants = protocols === null ? null : variantsOf(protocols, nodes, flag);
  const sites = space.sites === undefined ? null : sitesOf(space.sites, sections, nodes, context, flag);
  const machines = space.machines === undefined ? null : machinesOf(space.machines, prices, shared, context, flag);
  const bandwidth = wholeOf(space.bandwidth);
  const bandwidths = space.bandwidth === null || bandwidth !== null ? bandwidthsOf(bandwidth, shared, flag) : null;
  if (space.byzantineMeanwhile && isSpelt(sections.space) && (space.byzantine === null || space.survive === null))
    flag(['byzantine_meanwhile'], 'says that both happen at once, expected byzantine and survive beside it');
  const whole = wholeOf(sections.space);
  if (
    whole === null ||
    prices === undefined ||
    shared === null ||
    variants === null ||
    nodes === null ||
    sites === null
  )
    return null;
  if (machines === null || bandwidths === null) return null;
  const built: Space = {
    variants,
    nodes,
    sites,
    machines,
    bandwidths,
    shared,
    prices,
    survive: whole.survive === null ? null : survivalOf(whole.survive),
    byzantine: whole.byzantine === null ? null : { faults: whole.byzantine, meanwhile: whole.byzantineMeanwhile },
    loadMargin: whole.loadMargin,
    averageLoad: whole.averageLoad,
  };
  const unsurvivable = built.survive === null ? null : whyUnsurvivable(built.survive, built);
  if (unsurvivable !== null) return flag(['survive'], unsurvivable);
  return judgeSize(built, flag);
}

function judgeSize(space: Space, flag: Flag): Space | null {
  const count = countCandidates(space);
  if (count === 0)
    return flag(
      ['nodes'],
      `is ${space.nodes.join(', ')}, which the limits of the sites do not allow, expected other numbers or limits`,
    );
  if (count <= MOST_CANDIDATES) return space;
  return flag(
    [],
    `holds ${count.toLocaleString('en')} candidates, expected at most ${MOST_CANDIDATES.toLocaleString('en')}: at_most of sites, fewer numbers of nodes or fewer values make it smaller`,
  );
}

/** `1 site`, `2 nodes`: what its shape lets through. */
function survivalOf(text: string): Survival {
  const [count, of] = text.split(' ') as [string, string];
  return { count: Number(count), of: of.startsWith('site') ? 'site' : 'node' };
}

/** What else in the file cannot stand beside a space. */
function judgeSurroundings({ levels, clients }: Sections, source: BuildContext['source']): void {
  if (levels !== null && levels !== undefined && levels.length > 0)
    source.flag(
      ['levels'],
      'stands beside space, expected one of them: a space is searched at one setting of all the rest',
    );
  (clients ?? []).forEach((client, i) => {
    const { node, submit } = knownOf(client);
    const path = ['clients', String(i)];
    if (typeof node === 'number')
      source.flag([...path, 'node'], 'names a node, but a space moves nodes about, expected a site');
    if (knownOf(submit ?? undefined).form === 'map')
      source.flag([...path, 'submit'], 'names a node, but a space moves nodes about, expected primary, nearest or all');
  });
}

/** `5`, `4..10` or a list; ascending, each once. */
function nodesOf(given: unknown, flag: Flag): readonly number[] | null {
  const refuse = (what: unknown, path: readonly string[] = []): null =>
    flag(
      ['nodes', ...path],
      `is '${String(what)}', expected a whole number from 1 to ${MOST_NODES}, a range such as 4..10, or a list of numbers`,
    );
  const isCount = (value: unknown): value is number =>
    Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= MOST_NODES;
  if (Array.isArray(given)) {
    const wrong = given.findIndex((value) => !isCount(value));
    if (wrong >= 0) return refuse(given[wrong], [String(wrong)]);
    if (given.length === 0) return refuse('[]');
    return [...new Set(given as number[])].sort((a, b) => a - b);
  }
  if (isCount(given)) return [given];
  const [, low, high] = /^(\d+)\.\.(\d+)$/.exec(String(given)) ?? [];
  const [from, to] = [Number(low), Number(high)];
  if (!isCount(from) || !isCount(to) || from > to) return refuse(typeof given === 'object' ? 'a mapping' : given);
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

function sitesOf(
  given: Known<SpaceValue['sites']>,
  { network, nodes: placed }: Sections,
  nodes: readonly number[] | null,
  context: BuildContext,
  flag: Flag,
): readonly SpaceSite[] | null {
  const { form, value } = knownOf(given);
  const named: readonly (readonly [string, Fragments<SiteLimitsValue>, readonly string[]])[] =
    form === 'list'
      ? Object.values(knownOf(value as Known<readonly string[]>)).flatMap((name, i) =>
          typeof name === 'string' ? [[name, NO_LIMITS, ['sites', String(i)]] as const] : [],
        )
      : entriesOf(value as Known<readonly (readonly [string, SiteLimitsValue])[]>).map(([name, limits]) => [
          name,
          knownOf(limits),
          ['sites', name],
        ]);
  const matrix = network === undefined ? null : buildMatrix(network, placed, context);
  const most = nodes?.at(-1) ?? MOST_NODES;
  const found = named.map(([name, { atLeast, atMost, priceFactor }, path], i): SpaceSite | null => {
    if (named.findIndex(([other]) => other === name) < i)
      return flag(path, `'${name}' stands here twice, expected it once`);
    const impossible = atMost !== null && atMost !== undefined && atLeast !== undefined && atMost < atLeast;
    if (impossible) flag([...path, 'at_most'], `is ${atMost}, below at_least, expected ${atLeast} or more`);
    if (matrix === null) return null;
    const site = siteIndex(name, matrix, ['space', ...path], context);
    return site === null || impossible || atLeast === undefined || atMost === undefined || priceFactor === undefined
      ? null
      : { name, site, atLeast, atMost: Math.min(atMost ?? most, most), priceFactor };
  });
  return found.includes(null) || isBroken(given)
    ? null
    : delaysKnown(found as readonly SpaceSite[], matrix as NonNullable<typeof matrix>, flag);
}

const NO_LIMITS: SiteLimitsValue = { atLeast: 0, atMost: null, priceFactor: 1 };

/** Missing data would make some placements impossible to run. */
function delaysKnown(
  sites: readonly SpaceSite[],
  { sites: all, oneWay }: NonNullable<ReturnType<typeof buildMatrix>>,
  flag: Flag,
): readonly SpaceSite[] | null {
  for (const from of sites)
    for (const to of sites)
      if (Number.isNaN(oneWay[from.site * all.length + to.site]))
        return flag(
          ['sites'],
          `has ${from.name} and ${to.name}, between which no delay is known, expected sites whose delays are known`,
        );
  return sites;
}

/** Machines that take what is shared from the scenario's own keep its very parts, so that they are known to be equal. */
function machinesOf(
  given: Known<SpaceValue['machines']>,
  prices: Sections['prices'],
  shared: PointSetup | null,
  context: BuildContext,
  flag: Flag,
): readonly MachineItem[] | null {
  const machines = Object.values(knownOf(given)) as readonly (Known<MachineItemValue> | undefined)[];
  const items = machines.map((item, i): MachineItem | null => {
    const path = ['machines', String(i)];
    const { name, cores, perMonth } = knownOf(item);
    if (name !== undefined && machines.findIndex((other) => knownOf(other).name === name) < i)
      flag([...path, 'name'], `'${name}' is the name of another machine, expected a name of its own`);
    // Prices that did not read well may hold the one that is missing here.
    const price = perMonth === null && cores !== undefined && prices ? priceOfCores(cores, prices) : (perMonth ?? null);
    if (perMonth === null && prices === null && isSpelt(item))
      flag(path, 'has no price, expected per_month, or prices.core_hour for all machines');
    const spec = item === undefined ? null : machineOf(item, shared, path, context);
    return spec === null || price === null || name === undefined ? null : { name, spec, perMonth: price };
  });
  return items.includes(null) ? null : (items as readonly MachineItem[]);
}

function priceOfCores(cores: number, prices: Prices): number {
  return monthlyCost(prices, { cores, egressBytesPerSecond: 0, diskBytes: 0 }).cores;
}

function machineOf(
  item: Known<MachineItemValue>,
  shared: PointSetup | null,
  path: readonly string[],
  context: BuildContext,
): MachineSpec | null {
  const { cores, crypto, disk } = knownOf(item);
  // What is wrong with the item's own parts is told at the item.
  const source = {
    ...context.source,
    flag: (at: readonly string[], message: string, severity?: 'error' | 'warning') =>
      context.source.flag(['space', ...path, ...at.slice(1)], message, severity),
  };
  const own = {
    crypto: crypto ? buildCrypto(crypto, { ...context, source }) : (shared?.machine.crypto ?? null),
    disk: disk ? buildDisk(disk, { ...context, source }) : (shared?.machine.disk ?? null),
  };
  if (shared === null || own.crypto === null || own.disk === null || isBroken(item) || cores === undefined) return null;
  return { ...shared.machine, cores, crypto: own.crypto, disk: own.disk };
}

function bandwidthsOf(
  bandwidth: SpaceValue['bandwidth'],
  shared: PointSetup | null,
  flag: Flag,
): readonly BandwidthItem[] | null {
  if (bandwidth === null) return shared === null ? null : [{ rate: shared.network.egress.bitsPerSecond, perMonth: 0 }];
  const twice = bandwidth.findIndex(({ rate }, i) => bandwidth.findIndex((other) => other.rate === rate) < i);
  if (twice >= 0) return flag(['bandwidth', String(twice), 'rate'], 'stands here twice, expected each bandwidth once');
  return bandwidth;
}
