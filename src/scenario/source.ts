/**
 * A YAML file being read: its document, and the problems found in it with their places. Overrides and levels are put into the
 * document before it is read, so that they are judged exactly like what stands in the file.
 */
import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml';
import type { Problem } from './problem.ts';
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

  for (const error of document.errors)
    add('error', error.pos[0], [], `${sentence(error.message)}, expected valid YAML`);
  for (const warning of document.warnings) add('warning', warning.pos[0], [], sentence(warning.message));
  const readable = document.errors.every((error) => error.code === 'DUPLICATE_KEY');

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
    const index = list.items.findIndex((item) => isMap(item) && item.get('label') === steps[i]);
    if (index >= 0) steps[i] = String(index);
  }
  return steps;
}

/** Puts a value at a path; a sentence when there is no such place. */
function assign(document: Document, steps: readonly string[], value: Assignment['value']): string | null {
  for (let i = 1; i < steps.length; i++) {
    const holder = nodeAt(document, steps.slice(0, i));
    if (holder !== undefined && holder !== null && !isCollection(holder))
      return `there is no such place: ${steps.slice(0, i).join('.')} is a single value, expected the path of a setting`;
    if (isSeq(holder) && !(Number(steps[i]) < holder.items.length && /^\d+$/.test(steps[i] as string)))
      return `there is no such place: ${steps.slice(0, i).join('.')} has ${holder.items.length} elements, expected a number from 0 to ${holder.items.length - 1}`;
  }
  let node: Node | null;
  if ('text' in value) {
    const parsed = parseDocument(value.text);
    if (parsed.errors.length > 0)
      return `'${value.text}' is no YAML value: ${sentence(parsed.errors[0]?.message ?? '')}`;
    node = document.createNode(parsed.toJS());
  } else node = nodeAt(document, value.from) ?? null;
  const key = steps.map((step, i) => (isSeq(nodeAt(document, steps.slice(0, i))) ? Number(step) : step));
  document.setIn(key, node);
  return null;
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

/** The parser's messages begin with a capital and may end in a full stop or a colon. */
function sentence(message: string): string {
  const text = message.replace(/\s*\n[\s\S]*$/, '').replace(/[.:]$/, '');
  return text.charAt(0).toLowerCase() + text.slice(1);
}
