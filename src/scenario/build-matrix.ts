/** From a matrix by name, file or one delay to sites and one-way delays in ns. What is missing becomes NaN and matters only where used. */
import { type MatrixFile, type NetworkPreset, networkPresets } from '../network/presets.ts';
import { formatDuration } from '../units/format.ts';
import { type Duration, LONGEST_DELAY, MICROSECOND } from '../units/quantities.ts';
import { type BuildContext, flagDataProblems, withData } from './build-context.ts';
import { type DataProblem, type Table, throwProblems } from './csv-table.ts';
import type { MatrixValue, NetworkValue, NodesValue } from './file-value.ts';
import { entriesOf, type Fragments, type Known, knownOf, wholeOf } from './fragments.ts';
import { nearest } from './problem.ts';
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

/** The sites and delays of a network; null after flagging what is wrong, and where they are not known. */
export function buildMatrix(
  given: Known<NetworkValue>,
  nodes: Known<NodesValue> | undefined,
  context: BuildContext,
): Matrix | null {
  const network = knownOf(given);
  const matrix = wholeOf(network.matrix);
  if (matrix === null) return null;
  const { form, value } = matrix;
  if (form === 'scalar') return fromPreset(networkPresets[value as keyof typeof networkPresets], network, context);
  const own = value as MatrixValue;
  if (own.name === 'uniform') {
    const same = uniform(own.target, own.sites, nodes);
    return same === null ? null : withDiagonal(same, true, network, null, context);
  }
  const file: MatrixFile = {
    kind: 'file',
    path: besideScenario(own.target, context.file),
    unit: own.unit,
    holds: own.holds,
    names: 'whole',
  };
  const read = fromFile(file, own.target, context);
  if (read === null) return null;
  if (network.intraSite !== undefined) warnOfDiagonal(file, own.target, intraSiteOf(network, null), context);
  return withDiagonal(read, false, network, null, context);
}

function fromPreset(preset: NetworkPreset, network: Fragments<NetworkValue>, context: BuildContext): Matrix | null {
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
  network: Fragments<NetworkValue>,
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
function intraSiteOf(network: Fragments<NetworkValue>, preset: NetworkPreset | null): Duration {
  return network.intraSite ?? preset?.intraSite ?? INTRA_SITE;
}

/** null where the sites follow from nodes that are not known. */
function uniform(
  delay: Duration,
  names: readonly string[] | null,
  nodes: Known<NodesValue> | undefined,
): { sites: readonly string[]; oneWay: Float64Array } | null {
  const known = knownOf(nodes);
  const many = known.sites === null ? known.count : undefined;
  if (names === null && !known.sites && !many) return null;
  const own = known.sites
    ? entriesOf(known.sites).map(([site]) => site)
    : Array.from({ length: many ?? 0 }, (_, i) => `site-${i}`);
  const sites = names ?? [...own.filter((site) => site !== 'outside'), 'outside'];
  return { sites, oneWay: new Float64Array(sites.length * sites.length).fill(delay) };
}

/** A square table with site names in its first row and column. */
function fromFile(
  file: MatrixFile,
  name: string,
  context: BuildContext,
): { sites: readonly string[]; oneWay: Float64Array } | null {
  return withData(['network', 'matrix'], 'a CSV table with site names in its first row and column', context, () => {
    const table = context.data.table(file.path, name);
    const nameOf = (heading: string) => (file.names === 'last-word' ? (heading.split(' ').at(-1) as string) : heading);
    const sites = table.rows.map((row) => nameOf(row[0] as string));
    const columns = table.header.slice(1).map(nameOf);
    const scale = UNIT_NS[file.unit] / (file.holds === 'round-trip' ? 2 : 1);
    throwProblems(name, [...namingProblems(table, sites, columns), ...delayProblems(table, sites, file)]);
    const oneWay = new Float64Array(sites.length * sites.length).fill(Number.NaN);
    table.rows.forEach((row, from) => {
      sites.forEach((site, to) => {
        const text = row[columns.indexOf(site) + 1] as string;
        // Zero off the diagonal is missing data, not a message faster than light.
        oneWay[from * sites.length + to] = Number(text) === 0 ? Number.NaN : Math.round(Number(text) * scale);
      });
    });
    return { sites, oneWay };
  });
}

/** Rows and columns must be named, each once, by the same names. */
function namingProblems(table: Table, sites: readonly string[], columns: readonly string[]): readonly DataProblem[] {
  const problems: DataProblem[] = [];
  const say = (row: number, field: number, message: string) => problems.push({ ...table.placeOf(row, field), message });
  if (sites.length === 0) say(-1, 0, 'there are no rows below the header line, expected one for each site');
  sites.forEach((site, row) => {
    if (site === '') say(row, 0, 'the row has no name, expected the name of a site');
    else if (sites.indexOf(site) !== row) say(row, 0, `a second row is named '${site}', expected each site once`);
    else if (!columns.includes(site))
      say(
        row,
        0,
        `there is no column for '${site}'${nearest(site, columns)}, expected the same sites as in the header`,
      );
  });
  columns.forEach((site, k) => {
    // Spreadsheets end each line with a comma.
    if (site === '' && table.rows.every((row) => row[k + 1] === '')) return;
    if (columns.indexOf(site) !== k) say(-1, k + 1, `a second column is named '${site}', expected each site once`);
    else if (sites.length > 0 && !sites.includes(site))
      say(
        -1,
        k + 1,
        `there is no row for '${site}'${nearest(site, sites)}, expected the same sites as in the first column`,
      );
  });
  return problems;
}

/** Every field must be empty (no data) or a delay that something on Earth can have. */
function delayProblems(table: Table, sites: readonly string[], file: MatrixFile): readonly DataProblem[] {
  return table.rows.flatMap((row, from) =>
    row.slice(1).flatMap((text, to): DataProblem[] => {
      const value = text === '' ? 0 : Number(text);
      const most = LONGEST_DELAY / UNIT_NS[file.unit];
      if (value >= 0 && value <= most) return [];
      const between = `from ${sites[from]} to ${table.header[to + 1]}`;
      const expected = value < 0 ? 'no negative delay' : `a number of ${file.unit}, at most ${most}`;
      return [{ ...table.placeOf(from, to + 1), message: `${between} stands '${text}', expected ${expected}` }];
    }),
  );
}

/** What stands on the diagonal of a user's own file is not used, which must be said where it is not nothing. */
function warnOfDiagonal(file: MatrixFile, name: string, intraSite: Duration, context: BuildContext): void {
  const table = context.data.table(file.path, name);
  const given = table.rows.flatMap((row, from) => {
    const field = table.header.indexOf(row[0] as string, 1);
    return field > 0 && Number(row[field]) > 0 ? [{ from, field, text: row[field] as string }] : [];
  });
  const first = given[0];
  if (first === undefined) return;
  const more = given.length > 1 ? ` (and ${given.length - 1} more on the diagonal)` : '';
  const message = `the delay of ${table.rows[first.from]?.[0]} to itself, ${first.text} ${file.unit}${more}, is not used: machines of one site are network.intra_site apart, ${formatDuration(intraSite)} one way`;
  const problems = [{ ...table.placeOf(first.from, first.field), message }];
  flagDataProblems({ file: name, problems }, 'warning', context);
}
