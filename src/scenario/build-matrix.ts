/** From a matrix by name, file or one delay to sites and one-way delays in ns. What is missing becomes NaN and matters only where used. */
import { type MatrixFile, type NetworkPreset, networkPresets } from '../network/presets.ts';
import { type Duration, MICROSECOND } from '../units/quantities.ts';
import type { BuildContext } from './build-context.ts';
import { reasonOf } from './data-files.ts';
import type { MatrixValue, NetworkValue, NodesValue } from './file-value.ts';
import { besideScenario, dataPath } from './shipped-data.ts';

export interface Matrix {
  readonly sites: readonly string[];
  /** One-way delay in ns at [from * sites.length + to]; the diagonal holds the intra-site delay. NaN: no data. */
  readonly oneWay: Float64Array;
  /** True where nodes given by `count` have a natural place. */
  readonly placesNodes: boolean;
}

const INTRA_SITE: Duration = 250 * MICROSECOND;
const UNIT_NS = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 } as const;

/** The sites and delays of a network; null after flagging what is wrong. */
export function buildMatrix(network: NetworkValue, nodes: NodesValue, context: BuildContext): Matrix | null {
  const { form, value } = network.matrix;
  if (form === 'scalar') return fromPreset(networkPresets[value as keyof typeof networkPresets], network, context);
  const own = value as MatrixValue;
  if (own.name === 'uniform') return withDiagonal(uniform(own.target, own.sites, nodes), true, network, null, context);
  const file: MatrixFile = {
    kind: 'file',
    path: besideScenario(own.target, context.file),
    unit: own.unit,
    holds: own.holds,
    names: 'whole',
  };
  const read = fromFile(file, own.target, context);
  return read === null ? null : withDiagonal(read, false, network, null, context);
}

function fromPreset(preset: NetworkPreset, network: NetworkValue, context: BuildContext): Matrix | null {
  const { matrix } = preset;
  if (matrix.kind === 'file') {
    const read = fromFile({ ...matrix, path: dataPath(matrix.path) }, preset.name, context);
    if (read === null) return null;
    context.assume(
      `Network ${preset.name}: ${preset.summary} ${preset.reference}. Values are used as measured, never repaired.`,
    );
    return withDiagonal(read, false, network, preset, context);
  }
  context.assume(`Network ${preset.name}: ${preset.summary}`);
  const oneWay = Float64Array.from(matrix.roundTrips, (roundTrip) => Math.round(roundTrip / 2));
  return withDiagonal({ sites: matrix.sites, oneWay }, true, network, preset, context);
}

function withDiagonal(
  read: { sites: readonly string[]; oneWay: Float64Array },
  placesNodes: boolean,
  network: NetworkValue,
  preset: NetworkPreset | null,
  context: BuildContext,
): Matrix {
  const { sites, oneWay } = read;
  const intraSite = intraSiteOf(network, preset);
  for (let site = 0; site < sites.length; site++) oneWay[site * sites.length + site] = intraSite;
  if (network.intraSite === null)
    context.assume(
      `Two machines of one site are ${intraSite / MICROSECOND} us apart (one way), since the scenario does not say.`,
    );
  return { sites, oneWay, placesNodes };
}

/** The one-way delay inside a site when the scenario is silent: the preset's, else 250 us. */
function intraSiteOf(network: NetworkValue, preset: NetworkPreset | null): Duration {
  return network.intraSite ?? preset?.intraSite ?? INTRA_SITE;
}

function uniform(
  delay: Duration,
  names: readonly string[] | null,
  nodes: NodesValue,
): { sites: readonly string[]; oneWay: Float64Array } {
  const own = nodes.sites?.map(([site]) => site) ?? Array.from({ length: nodes.count ?? 0 }, (_, i) => `site-${i}`);
  const sites = names ?? [...own.filter((site) => site !== 'outside'), 'outside'];
  return { sites, oneWay: new Float64Array(sites.length * sites.length).fill(delay) };
}

/** A square table with site names in its first row and column. */
function fromFile(
  file: MatrixFile,
  name: string,
  context: BuildContext,
): { sites: readonly string[]; oneWay: Float64Array } | null {
  const path = ['network', 'matrix'];
  try {
    const { header, rows } = context.data.table(file.path, name);
    const nameOf = (heading: string) => (file.names === 'last-word' ? (heading.split(' ').at(-1) as string) : heading);
    const sites = rows.map((row) => nameOf(row[0] ?? ''));
    const columns = header.slice(1).map(nameOf);
    const twice = sites.find((site, i) => sites.indexOf(site) !== i);
    if (twice !== undefined) throw new Error(`${name} has two rows named '${twice}'`);
    const scale = UNIT_NS[file.unit] / (file.holds === 'round-trip' ? 2 : 1);
    const oneWay = new Float64Array(sites.length * sites.length).fill(Number.NaN);
    rows.forEach((row, from) => {
      sites.forEach((site, to) => {
        const text = row[columns.indexOf(site) + 1] ?? '';
        const value = columns.includes(site) && text !== '' ? Number(text) : Number.NaN;
        if (Number.isNaN(value) && text !== '')
          throw new Error(
            `${name}: from ${sites[from]} to ${site} stands '${text}', expected a number of ${file.unit}`,
          );
        if (value < 0)
          throw new Error(`${name}: from ${sites[from]} to ${site} stands ${text}, expected no negative delay`);
        // Zero off the diagonal is missing data, not a message faster than light.
        oneWay[from * sites.length + to] = value === 0 ? Number.NaN : Math.round(value * scale);
      });
    });
    if (sites.length === 0) throw new Error(`${name} has no rows`);
    return { sites, oneWay };
  } catch (error) {
    context.source.flag(
      path,
      `${reasonOf(error)}, expected a square CSV table with site names in its first row and column`,
    );
    return null;
  }
}
