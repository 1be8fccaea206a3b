/** Everything that a scenario can name, by kind, from the registries and the shipped files: what `list` and `explain` show. */
import { readFileSync } from 'node:fs';
import { faultDefinitions } from '../faults/registry.ts';
import { distributions } from '../kernel/distributions.ts';
import { networkPresets } from '../network/presets.ts';
import type { AnyProtocol } from '../protocols/protocol.ts';
import { protocols } from '../protocols/registry.ts';
import type { Definition } from '../units/definition.ts';
import { formatDuration } from '../units/format.ts';
import { arrivalProcesses } from '../workloads/arrival-registry.ts';
import { workloads } from '../workloads/registry.ts';
import { entriesOf } from './definition-shape.ts';
import { faultsShape } from './load-shape.ts';
import { readCryptoProfile, readDiskProfile } from './profiles.ts';
import { expectationOf } from './read.ts';
import { type Field, type Fields, type FileForm, type RecordShape, type Shape, snakeCase } from './shape.ts';
import { dataPath, profileNames, profilePath, shippedTraces } from './shipped-data.ts';
import { fileFormOf } from './write.ts';

export interface CatalogueEntry {
  /** Such as `protocol`. */
  readonly kind: string;
  readonly name: string;
  readonly summary: string;
  readonly reference: string;
  readonly options: readonly OptionRow[];
  /** Further facts, one line each. */
  readonly facts: readonly string[];
}

export interface OptionRow {
  /** As in a file, groups dotted. */
  readonly name: string;
  /** Unit, form and range. */
  readonly expected: string;
  readonly byDefault: string;
  readonly meaning: string;
}

/** In the order in which `list` shows them. */
export function catalogue(): readonly CatalogueEntry[] {
  return [
    ...fromRegistry('protocol', protocols),
    ...fromRegistry('workload', workloads),
    ...fromRegistry('arrival process', arrivalProcesses),
    ...shippedTraces.map((trace) => ({
      kind: 'arrival trace',
      ...trace,
      options: [],
      facts: [`columns: ${trace.columns}`, `file: scenarios/data/${trace.path}`],
    })),
    ...fromRegistry('network', networkPresets).map((entry) => ({ ...entry, facts: sitesOf(entry.name) })),
    ...fromRegistry('distribution', distributions),
    ...faults(),
    ...profileNames('crypto').flatMap(cryptoProfile),
    ...profileNames('disk').flatMap(diskProfile),
  ];
}

function fromRegistry(
  kind: string,
  registry: Readonly<Record<string, Definition<unknown>>>,
): readonly CatalogueEntry[] {
  const entries = entriesOf(registry);
  return Object.entries(registry).map(([name, { summary, reference }]) => {
    const shape = entries[name]!.shape as RecordShape;
    const facts = Object.entries(shape.presets ?? {}).map(
      ([preset, { summary: what, options }]) => `preset: ${preset}: ${what} ${presetText(shape, options)}`,
    );
    return { kind, name, summary, reference, options: rowsOf(shape.fields, ''), facts };
  });
}

/** A protocol that is in no registry. */
export function protocolEntry(definition: AnyProtocol): CatalogueEntry {
  return fromRegistry('protocol', { [definition.name]: definition })[0] as CatalogueEntry;
}

/** `(tick: 100ms, batch.max_transactions: 1)`: a preset may give a part of a group, whose names are dotted as in `rowsOf`. */
function presetText({ fields }: RecordShape, options: Readonly<Record<string, unknown>>): string {
  return `(${settingsIn(fields, options, '').join(', ')})`;
}

function settingsIn(fields: Fields, options: Readonly<Record<string, unknown>>, prefix: string): readonly string[] {
  return Object.entries(options).flatMap(([key, value]) => {
    const { shape } = fields[key]!;
    const name = `${prefix}${snakeCase(key)}`;
    return shape.kind === 'record'
      ? settingsIn(shape.fields, value as Readonly<Record<string, unknown>>, `${name}.`)
      : [`${name}: ${String(fileFormOf(shape, value))}`];
  });
}

function rowsOf(fields: Fields, prefix: string): readonly OptionRow[] {
  return Object.entries(fields).flatMap(([key, field]) => {
    const name = `${prefix}${snakeCase(key)}`;
    if (field.shape.kind === 'record') return rowsOf(field.shape.fields, `${name}.`);
    return [{ name, expected: expectationOf(field.shape), byDefault: defaultOf(field), meaning: field.shape.meaning }];
  });
}

function defaultOf(field: Field): string {
  if (field.required) return 'required';
  const form: FileForm = field.default ?? null;
  return form === null ? 'none' : typeof form === 'object' ? JSON.stringify(form) : String(form);
}

function faults(): readonly CatalogueEntry[] {
  const shape = (faultsShape as Extract<Shape, { kind: 'list' }>).of as Extract<Shape, { kind: 'keyed' }>;
  return Object.entries(shape.entries).map(([name, { summary, target, shape: rest }]) => ({
    kind: 'fault',
    name,
    summary,
    reference: faultDefinitions[name as keyof typeof faultDefinitions].reference,
    facts: [],
    options: rowsOf({ [name]: { shape: target, required: true }, ...rest.fields }, ''),
  }));
}

/** The names of a preset's sites. */
function sitesOf(name: string): readonly string[] {
  const { matrix } = networkPresets[name as keyof typeof networkPresets];
  if (matrix.kind === 'built-in') return [`sites: ${matrix.sites.join(', ')}`];
  const header = readFileSync(dataPath(matrix.path), 'utf8').split('\n', 1)[0] ?? '';
  const sites = header
    .trim()
    .split(',')
    .slice(1)
    .filter((site) => site !== '');
  return [
    `sites: ${sites.map((site) => (matrix.names === 'last-word' ? site.split(' ').at(-1) : site)).join(', ')}`,
    `file: scenarios/data/${matrix.path}`,
  ];
}

function cryptoProfile(name: string): readonly CatalogueEntry[] {
  const path = profilePath('crypto', name, '');
  const read = readCryptoProfile(path, readFileSync(path, 'utf8'));
  if (!read.ok) return [];
  const { summary, origin, date, schemes, mac, hashPerKb } = read.profile;
  const facts = [
    ...schemes.map(
      ([scheme, { sign, verify }]) =>
        `${scheme}: ${formatDuration(sign)} a signature, ${formatDuration(verify)} a verification`,
    ),
    `MAC: ${formatDuration(mac)}; hashing: ${formatDuration(hashPerKb)} a kilobyte`,
  ];
  return [
    {
      kind: 'crypto profile',
      name,
      summary,
      reference: date === null ? origin : `${origin} (${date})`,
      options: [],
      facts,
    },
  ];
}

function diskProfile(name: string): readonly CatalogueEntry[] {
  const path = profilePath('disk', name, '');
  const text = readFileSync(path, 'utf8');
  const read = readDiskProfile(path, text);
  if (!read.ok) return [];
  const facts = text.split('\n').filter((line) => /^(fsync|bandwidth):/.test(line));
  const { summary, origin, date } = read.profile;
  const reference = date === null ? origin : `${origin} (${date})`;
  return [{ kind: 'disk', name, summary, reference, options: [], facts }];
}
