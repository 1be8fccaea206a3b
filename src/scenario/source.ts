/**
 * A YAML file being read: its document, and the problems found in it with their places. Overrides and levels are put into the
 * document before it is read, so that they are judged exactly like what stands in the file.
 */
import {
  type Document,
  type ErrorCode,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLParseError,
  type YAMLSeq,
} from 'yaml';
import { isOwnProtocol } from './own-protocol.ts';
import { nearest, type Problem } from './problem.ts';
import type { ReadContext } from './read.ts';

/** A value put at a dotted path: from `--set`, or a level of a factor. */
export interface Assignment {
  readonly path: string;
  /** `--set`'s text, to be read as YAML; or the node of a level, by its own path in the document. */
  readonly value: { readonly text: string } | { readonly from: readonly string[] };
}

export interface Source extends ReadContext {
  readonly problems: Problem[];
  /** Reports on what a path leads to, for what is found after reading. */
  flag(path: readonly string[], message: string, severity?: Problem['severity']): void;
  /** False when the file is no YAML: then only that is worth saying. */
  readonly readable: boolean;
}

/** Opens a text; syntax errors and impossible assignments are among `problems` at once. */
export function openSource(file: string, text: string, assignments: readonly Assignment[] = []): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems: Problem[] = [];
  const overridden: string[][] = [];

  function add(severity: Problem['severity'], offset: number | null, path: readonly string[], message: string): void {
    const dotted = path.join('.');
    // Something without a place of its own came with the override that it belongs to.
    const override = overridden.find(
      (over) => startsWith(path, over) || (offset === null && path.length > 0 && startsWith(over, path)),
    );
    if (override !== undefined) {
      problems.push({ severity, place: `--set ${override.join('.')}`, line: 0, column: 0, path: dotted, message });
      return;
    }
    const { line, col } = lines.linePos(offset ?? offsetOf(document, path) ?? 0);
    const [atLine, column] = [Math.max(1, line), Math.max(1, col)];
    problems.push({ severity, place: `${file}:${atLine}:${column}`, line: atLine, column, path: dotted, message });
  }

  for (const error of document.errors) add('error', error.pos[0], [], refusalOf(error, document, lines));
  for (const warning of document.warnings) add('warning', warning.pos[0], [], refusals[warning.code] ?? NO_YAML);
  for (const offset of circularAliases(document))
    add('error', offset, [], 'an alias stands inside what it repeats, expected a file that ends');
  const readable =
    document.errors.every((error) => error.code === 'DUPLICATE_KEY') && circularAliases(document).length === 0;

  for (const { path, value } of readable ? assignments : []) {
    const steps = 'text' in value ? resolveSteps(document, path) : path.split('.');
    if ('text' in value) overridden.push(steps);
    const refused = assign(document, steps, value);
    if (refused !== null) add('error', 'text' in value ? null : offsetOf(document, value.from), steps, refused);
  }

  return {
    document,
    problems,
    readable,
    report: (at, path, message) => add('error', at?.range?.[0] ?? null, path, message),
    flag: (path, message, severity = 'error') => add(severity, offsetOf(document, path), path, message),
  };
}

/** Where a file names protocols by path: under `protocol`, in `compare`, and among the levels of either. */
export function ownProtocolNames({ document }: Source): readonly { readonly name: string; readonly path: string[] }[] {
  const found: { name: string; path: string[] }[] = [];
  const note = (node: unknown, path: string[]): void => {
    const key = isMap(node) && node.items.length === 1 ? node.items[0]?.key : node;
    const name = isScalar(key) ? key.value : null;
    if (typeof name === 'string' && isOwnProtocol(name)) found.push({ name, path });
  };
  note(nodeAt(document, ['protocol']), ['protocol']);
  const compare = nodeAt(document, ['compare']);
  if (isSeq(compare))
    compare.items.forEach((item, i) => {
      if (isMap(item)) note(item.get('protocol', true), ['compare', String(i), 'protocol']);
    });
  const zipped = nodeAt(document, ['zipped']);
  const zips = isSeq(zipped) ? zipped.items.map((_, i) => ['zipped', String(i)]) : [];
  for (const at of [['levels'], ...zips]) {
    const lists = nodeAt(document, at);
    if (!isMap(lists)) continue;
    for (const { key, value } of lists.items) {
      const path = isScalar(key) ? String(key.value) : '';
      if (/^(protocol|compare\.\d+\.protocol)$/.test(path) && isSeq(value))
        value.items.forEach((item, i) => {
          note(item, [...at, path, String(i)]);
        });
    }
  }
  return found;
}

/** `path=value` as given to `--set`; null where there is no `=`. */
export function parseOverride(text: string): Assignment | null {
  const at = text.indexOf('=');
  return at <= 0 ? null : { path: text.slice(0, at).trim(), value: { text: text.slice(at + 1) } };
}

/** Elements of a list may be named by their label: `compare.PBFT.batch` is `compare.0.batch`. */
function resolveSteps(document: Document, path: string): string[] {
  const steps = path.split('.');
  for (let i = 1; i < steps.length; i++) {
    const list = nodeAt(document, steps.slice(0, i));
    if (!isSeq(list) || /^\d+$/.test(steps[i] as string)) continue;
    const index = labelsOf(list).indexOf(steps[i] as string);
    if (index >= 0) steps[i] = String(index);
  }
  return steps;
}

/** What the elements of a list are called: by their label, or their protocol where they have none; empty for others. */
function labelsOf(list: YAMLSeq): readonly string[] {
  return list.items.map((item) => (isMap(item) ? String(item.get('label') ?? item.get('protocol') ?? '') : ''));
}

/** Puts a value at a path; a sentence when there is no such place. */
function assign(document: Document, steps: readonly string[], value: Assignment['value']): string | null {
  for (let i = 1; i < steps.length; i++) {
    const holder = nodeAt(document, steps.slice(0, i));
    if (holder !== undefined && holder !== null && !isCollection(holder))
      return `there is no such place: ${steps.slice(0, i).join('.')} is a single value, expected the path of a setting`;
    if (isSeq(holder) && !(Number(steps[i]) < holder.items.length && /^\d+$/.test(steps[i] as string)))
      return noElement(holder, steps.slice(0, i).join('.'), steps[i] as string);
  }
  let node: Node | null;
  if ('text' in value) {
    const parsed = parseDocument(value.text);
    if (parsed.errors.length > 0) return `'${value.text}' is no value: ${refusals[parsed.errors[0]!.code] ?? NO_YAML}`;
    if (circularAliases(parsed).length > 0)
      return `'${value.text}' is no value: an alias stands inside what it repeats`;
    node = document.createNode(parsed.toJS());
  } else node = nodeAt(document, value.from) ?? null;
  const key = steps.map((step, i) => (isSeq(nodeAt(document, steps.slice(0, i))) ? Number(step) : step));
  document.setIn(key, node);
  return null;
}

/** A sentence on an element that a list does not have. */
function noElement(list: YAMLSeq, path: string, asked: string): string {
  const count = list.items.length;
  if (count === 0) return `there is no such place: ${path} is an empty list`;
  const labels = labelsOf(list).filter((label) => label !== '');
  const numbers = count === 1 ? 'the number 0' : `a number from 0 to ${count - 1}`;
  const names = labels.length === 0 ? '' : `, or a label: ${labels.join(', ')}`;
  return `there is no such place: ${path} has ${count} ${count === 1 ? 'element' : 'elements'}${nearest(asked, labels)}, expected ${numbers}${names}`;
}

/** Where an alias stands inside the very thing that it is an alias of. */
function circularAliases(document: Document): readonly number[] {
  const found: number[] = [];
  visit(document, {
    Alias(_key, alias, ancestors) {
      const target = alias.resolve(document);
      if (target !== undefined && ancestors.includes(target)) found.push(alias.range?.[0] ?? 0);
    },
  });
  return found;
}

function nodeAt(document: Document, path: readonly string[]): Node | null | undefined {
  let node: unknown = document.contents;
  for (const step of path) {
    if (isMap(node)) node = node.items.find((pair) => String(pair.key) === step)?.value;
    else if (isSeq(node)) node = node.items[Number(step)];
    else return undefined;
  }
  return isNode(node) ? node : node === null ? null : undefined;
}

/** Where a path stands: at its value, or at the nearest thing above it that the file holds. */
function offsetOf(document: Document, path: readonly string[]): number | null {
  for (let length = path.length; length > 0; length--) {
    const holder = nodeAt(document, path.slice(0, length - 1));
    const step = path[length - 1] as string;
    const pair = isMap(holder)
      ? (holder.items.find((item) => String(item.key) === step) as Pair | undefined)
      : undefined;
    const found =
      pair === undefined
        ? isSeq(holder)
          ? nodeAt(document, path.slice(0, length))
          : undefined
        : [pair.value, pair.key].find((node) => isNode(node) && node.range);
    if (isNode(found) && found.range) return found.range[0];
  }
  return document.contents?.range?.[0] ?? null;
}

function startsWith(path: readonly string[], prefix: readonly string[]): boolean {
  return prefix.length <= path.length && prefix.every((step, i) => step === path[i]);
}

const NO_YAML = 'this is not readable';

/** What is wrong with the YAML, and what to do. */
function refusalOf(error: YAMLParseError, document: Document, lines: LineCounter): string {
  if (error.code === 'TAB_AS_INDENT') return `${refusals[error.code]}, expected spaces in its place`;
  if (error.code !== 'DUPLICATE_KEY') return `${refusals[error.code] ?? NO_YAML}, expected valid YAML`;
  const first = firstOfTwins(document, error.pos[0]);
  if (first === null) return 'this key stands here twice, expected it once';
  return `the key '${first.key}' stands here for the second time, after line ${lines.linePos(first.offset).line}, expected it once: remove one of the two`;
}

/** The first key of the same name in the mapping in which a key stands at `offset`. */
function firstOfTwins(document: Document, offset: number): { readonly key: string; readonly offset: number } | null {
  let found: { key: string; offset: number } | null = null;
  visit(document, {
    Map(_key, map) {
      const keys = map.items.map(({ key }) =>
        isScalar(key) && key.range ? { key: String(key.value), offset: key.range[0] } : null,
      );
      const twin = keys.find((key) => key?.offset === offset);
      const first = twin && keys.find((key) => key?.key === twin.key);
      if (first && first.offset !== offset) found = first;
    },
  });
  return found;
}

/** What the parser's codes mean, in our words. */
const refusals: Readonly<Partial<Record<ErrorCode, string>>> = {
  ALIAS_PROPS: 'an alias has an anchor or tag of its own',
  BAD_ALIAS: 'this alias (*name) has no anchor (&name) before it',
  BAD_COLLECTION_TYPE: 'this tag does not fit what follows it',
  BAD_DIRECTIVE: 'this % line is no directive',
  BAD_DQ_ESCAPE: 'this backslash begins no known escape; use single quotes for text with backslashes',
  BAD_INDENT: 'the indentation does not fit the lines around it',
  BAD_PROP_ORDER: 'an anchor or tag stands at the wrong place',
  BAD_SCALAR_START: 'text that begins with this character must stand in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'two keys stand in one line, or a colon in text without quotes',
  BLOCK_IN_FLOW: 'a block cannot stand inside { } or [ ]',
  MISSING_CHAR: 'something is missing here: a bracket, a quote, a comma, or a space after a colon',
  MULTILINE_IMPLICIT_KEY: 'a key must stand in one line and be followed by a colon',
  MULTIPLE_ANCHORS: 'there is more than one anchor',
  MULTIPLE_DOCS: 'a second document begins here (---)',
  MULTIPLE_TAGS: 'there is more than one tag',
  TAB_AS_INDENT: 'a tab stands in the indentation',
  TAG_RESOLVE_FAILED: 'this tag is not known',
  UNEXPECTED_TOKEN: 'this does not belong here',
};
