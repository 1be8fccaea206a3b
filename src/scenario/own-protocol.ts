/**
 * Protocols of the user's own: an ES module, named in a scenario by its path, whose default export is a ProtocolDefinition
 * (src/protocols/protocol.ts). Importing it runs its code with the user's rights; the SHA-256 of the file goes into the
 * result's id, so that a result is never mistaken for that of another version.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { AnyProtocol } from '../protocols/protocol.ts';
import { protocols } from '../protocols/registry.ts';
import type { OptionField } from '../units/options.ts';
import { troubleInLoading } from './try-loading.ts';

export interface OwnProtocol {
  readonly definition: AnyProtocol;
  /** Absolute. */
  readonly path: string;
  readonly sha256: string;
}

/** What a file may be called to be taken for a protocol of one's own. */
export function isOwnProtocol(name: string): boolean {
  return /[/\\.]/.test(name);
}

/**
 * Imports the file at this absolute path. A file is imported anew when its content has changed.
 * @throws an Error whose message, put behind the file's name, says what is wrong: it is not there, throws, exports no definition,
 * or is not the one with the SHA-256 `expected`.
 */
export async function importProtocol(path: string, expected: string | null = null): Promise<OwnProtocol> {
  const sha256 = createHash('sha256').update(readOrExplain(path)).digest('hex');
  if (expected !== null && sha256 !== expected)
    throw new Error(
      `has changed since the scenario was read (SHA-256 ${sha256.slice(0, 12)}…, not ${expected.slice(0, 12)}…): run it again`,
    );
  const exported = await evaluate(path, sha256, expected === null);
  const definition = exported.default;
  const wrong = faultsOf(definition);
  if (wrong.length > 0)
    throw new Error(`has no ProtocolDefinition as its default export: ${wrong.join('; ')}; see docs/ARCHITECTURE.md`);
  return { definition: definition as AnyProtocol, path, sha256 };
}

function readOrExplain(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new Error(`does not exist (${path}), expected an ES module with a protocol`);
    throw new Error(
      code === 'EISDIR' ? 'is a folder, expected an ES module with a protocol' : `can't be read: ${code}`,
    );
  }
}

/** Files that are known to load, by address. */
const tried = new Set<string>();

/** `unknown`: the file is read for the first time, so that it is tried in a thread of its own before it runs in this one. */
async function evaluate(path: string, sha256: string, unknown: boolean): Promise<{ readonly default?: unknown }> {
  const url = pathToFileURL(path);
  url.searchParams.set('sha256', sha256);
  if (unknown && !tried.has(url.href)) {
    const trouble = await troubleInLoading(url.href);
    if (trouble !== null) throw new Error(trouble);
    tried.add(url.href);
  }
  try {
    return await import(/* @vite-ignore */ url.href);
  } catch (thrown) {
    const said = thrown instanceof Error ? `${thrown.name}: ${thrown.message.split('\n')[0]}` : String(thrown);
    throw new Error(`can't be loaded: ${said}${placeIn(path, thrown)}${hintOf(path, thrown)}`);
  }
}

/** What helps where Node took an ES module for CommonJS, as it does below the package.json that `npm init` writes. */
export function hintOf(path: string, thrown: unknown): string {
  const taken =
    path.endsWith('.js') && thrown instanceof SyntaxError && /'export'|import statement/.test(thrown.message);
  return taken ? '; name it .mjs, or set "type": "module" in its package.json' : '';
}

/** ` (my-protocol.js:12:5)`: where in the file something was thrown; empty where that is not known. */
export function placeIn(path: string, thrown: unknown): string {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  const name = path.split(/[/\\]/).at(-1) as string;
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const found = new RegExp(`${escaped}(?:\\?[^:\\s)]*)?:(\\d+)(?::(\\d+))?`).exec(stack);
  return found === null ? '' : ` (${name}:${found[1]}${found[2] === undefined ? '' : `:${found[2]}`})`;
}

const TEXTS = ['name', 'summary', 'reference', 'trustNote'] as const;
const LISTS = ['messages', 'timers', 'marks'] as const;
const FUNCTIONS = ['faults', 'client', 'leaderOf', 'create', 'sizeOf', 'workOf', 'hashOf', 'isDurable'] as const;
const KINDS: readonly OptionField['kind'][] = [
  'duration',
  'duration-range',
  'bytes',
  'count',
  'ratio',
  'rate',
  'flag',
  'choice',
  'group',
];

/** Everything that keeps a value from being a protocol's definition. */
function faultsOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [`it is ${value === undefined ? 'missing' : typeof value}`];
  const given = value as Readonly<Record<string, unknown>>;
  const faults: string[] = [];
  for (const key of TEXTS) if (typeof given[key] !== 'string' || given[key] === '') faults.push(`${key} is no text`);
  const { name } = given;
  if (typeof name === 'string' && name !== '') {
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) faults.push(`name '${name}' is not kebab-case`);
    if (Object.hasOwn(protocols, name))
      faults.push(`name '${name}' is the name of a protocol that comes with quorumlab`);
  }
  if (given.trust !== 'crash' && given.trust !== 'byzantine') faults.push("trust is neither 'crash' nor 'byzantine'");
  for (const key of LISTS)
    if (!Array.isArray(given[key]) || given[key].some((item) => typeof item !== 'string'))
      faults.push(`${key} is no list of names`);
  if (Array.isArray(given.marks) && !given.marks.includes('leader')) faults.push("'leader' is not among the marks");
  for (const key of FUNCTIONS) if (typeof given[key] !== 'function') faults.push(`${key} is no function`);
  for (const key of ['empty', 'apply'])
    if (typeof (given.durable as Record<string, unknown> | null | undefined)?.[key] !== 'function')
      faults.push(`durable.${key} is no function`);
  return [...faults, ...optionFaults(given.options, 'options')];
}

function optionFaults(schema: unknown, path: string): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [`${path} is no mapping of options`];
  return Object.entries(schema as Record<string, unknown>).flatMap(([key, value]) => {
    const field = (value ?? {}) as Readonly<Record<string, unknown>>;
    const at = `${path}.${key}`;
    const kind = field.kind as OptionField['kind'];
    if (!KINDS.includes(kind)) return [`${at}.kind is none of ${KINDS.join(', ')}`];
    const faults: string[] = [];
    if (typeof field.meaning !== 'string') faults.push(`${at}.meaning is no text`);
    if (kind === 'group') return [...faults, ...optionFaults(field.fields, at)];
    if (kind === 'choice' && !Array.isArray(field.choices)) faults.push(`${at}.choices is no list`);
    if (field.default === undefined) faults.push(`${at}.default is missing (null: none)`);
    return faults;
  });
}
