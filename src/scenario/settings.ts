/** Every key of a scenario file by its path, from the shape that reads it: what `explain` says of a single setting. */
import { type CatalogueEntry, catalogue, type OptionRow } from './catalogue.ts';
import { fileShape } from './file-shape.ts';
import { expectationOf, PRESET } from './read.ts';
import { type Field, type FileForm, type Presets, type Shape, snakeCase } from './shape.ts';

/** A key, such as `network.intra_site`; elements of lists stand for all of them (`clients.0.site` is `clients.site`). */
interface Setting {
  readonly path: readonly string[];
  readonly field: Field;
}

/** The settings that a name means: by its whole path, or by the end of it (`intra_site`, `arrival_trace.repeat`). */
export function settingsNamed(name: string): readonly CatalogueEntry[] {
  const asked = name.split('.').filter((step) => !/^\d+$/.test(step));
  // Protocols, workloads and the like are explained by their own name.
  const listed = new Set(asked.length > 1 ? [] : catalogue().map((entry) => entry.name));
  const all = asked.length === 0 || listed.has(asked[0] as string) ? [] : below(fileShape, []);
  const whole = all.filter(({ path }) => path.join('.') === asked.join('.'));
  const found =
    whole.length > 0 ? whole : all.filter(({ path }) => path.slice(-asked.length).join('.') === asked.join('.'));
  return found.map(entryOf);
}

/** The last part of each path: what a typo is held against. */
export function settingNames(): readonly string[] {
  return [...new Set(below(fileShape, []).map(({ path }) => path.at(-1) as string))];
}

function below(shape: Shape, path: readonly string[]): readonly Setting[] {
  switch (shape.kind) {
    case 'record':
      return [
        ...(shape.presets === undefined ? [] : [presetSetting(shape.presets, path)]),
        ...Object.entries(shape.fields).flatMap(([key, field]) => settingAt([...path, snakeCase(key)], field)),
      ];
    case 'list':
    case 'map':
      return below(shape.of, path);
    case 'named':
      return Object.entries(shape.entries).flatMap(([name, { summary, shape: options }]) =>
        settingAt([...path, name], { shape: { ...options, meaning: summary } }),
      );
    case 'keyed':
      return Object.entries(shape.entries).flatMap(([name, { target, shape: rest }]) =>
        below({ ...rest, fields: { [name]: { shape: target, required: true }, ...rest.fields } }, path),
      );
    case 'tagged':
      // The options of what it names are those under the name itself.
      return below({ kind: 'record', meaning: shape.meaning, fields: shape.common }, path);
    case 'either':
      return [shape.scalar, shape.list, shape.map].flatMap((part) => (part === undefined ? [] : below(part, path)));
    default:
      return [];
  }
}

function settingAt(path: readonly string[], field: Field): readonly Setting[] {
  return [{ path, field }, ...below(field.shape, path)];
}

function presetSetting(presets: Presets, path: readonly string[]): Setting {
  const choices = Object.keys(presets);
  const meaning = `Options by name, which replace the defaults: ${choices.map((name) => `${name}: ${presets[name]?.summary}`).join(' ')}`;
  return { path: [...path, PRESET], field: { shape: { kind: 'words', words: choices, meaning } } };
}

function entryOf({ path, field }: Setting): CatalogueEntry {
  const { shape } = field;
  const name = path.join('.');
  const inside = below(shape, []).filter((setting) => setting.path.length === 1);
  return {
    kind: 'setting of a scenario',
    name,
    summary: shape.meaning,
    reference: 'docs/MODEL.md; schema/scenario.json',
    facts: [
      `expected: ${expectationOf(shape)}`,
      `default: ${defaultText(field)}`,
      ...(path[0] === 'levels' || path[0] === 'zipped' ? [] : [`set it for one run: ${exampleOf(path)}`]),
    ],
    options: inside.map((setting) => rowOf(setting)),
  };
}

function rowOf({ path, field }: Setting): OptionRow {
  return {
    name: path.join('.'),
    expected: expectationOf(field.shape),
    byDefault: defaultText(field),
    meaning: field.shape.meaning,
  };
}

/** What `--set` takes: elements of lists are numbered, or named by their label. */
function exampleOf(path: readonly string[]): string {
  const [first, ...rest] = path;
  if (first === 'protocol' && rest.length > 1)
    return `--set ${path.join('.')}=…, or --set compare.LABEL.${rest.slice(1).join('.')}=…`;
  const listed = ['clients', 'compare', 'faults'].includes(first as string) && rest.length > 0;
  return `--set ${listed ? [first, '0', ...rest].join('.') : path.join('.')}=…`;
}

function defaultText(field: Field): string {
  if (field.required) return 'none: it is required';
  const form: FileForm = field.default ?? null;
  return form === null ? 'none' : typeof form === 'object' ? JSON.stringify(form) : String(form);
}
