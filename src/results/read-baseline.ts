/** Reads a baseline, or says in one sentence why the text is none: it is edited by hand, merged by git and written by other versions. */
import {
  DEFAULT_TOLERANCES,
  JUDGED_MEASURES,
  measureNamed,
  parseTolerance,
  shortName,
  type Tolerances,
} from '../experiment/tolerance.ts';
import { nearest } from '../scenario/problem.ts';
import { BASELINE_KIND, type BaselineFile } from './baseline-file.ts';

/** What is wrong with a baseline, without the name of the file. */
export class BaselineProblem extends Error {
  override readonly name = 'BaselineProblem';
}

/** @throws BaselineProblem */
export function readBaseline(text: string): BaselineFile {
  const file = recordAt(parsed(text), '');
  if (file.kind !== BASELINE_KIND)
    throw new BaselineProblem(
      `is no baseline: its "kind" is not "${BASELINE_KIND}". Name a file that quorumlab regress --update has written`,
    );
  if (file.format !== 1)
    throw new BaselineProblem(
      `has format ${JSON.stringify(file.format)}, and this quorumlab reads format 1: use the quorumlab that wrote it, or remove it and write it anew with --update`,
    );
  for (const [name, value] of Object.entries(recordAt(file.tolerances, 'tolerances')))
    stringAt(value, `tolerances.${name}`);
  const entries = listAt(file.scenarios, 'scenarios');
  for (const [i, entry] of entries.entries()) checkEntry(entry, `scenarios[${i}]`);
  const read = file as unknown as BaselineFile;
  const names = read.scenarios.map(({ scenario }) => scenario);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new BaselineProblem(`holds ${twice} twice: take one of them out`);
  return read;
}

function parsed(text: string): unknown {
  if (/^(<{7}|>{7}) /m.test(text))
    throw new BaselineProblem('holds marks of a merge that was not finished: take one side whole, then --update');
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new BaselineProblem(
      `is not JSON (${(thrown as Error).message}): restore it, or remove it and write it anew with --update`,
    );
  }
}

function checkEntry(value: unknown, path: string): void {
  const entry = recordAt(value, path);
  for (const name of ['scenario', 'id', 'resolved_sha256', 'asked_sha256', 'model_version'] as const)
    stringAt(entry[name], `${path}.${name}`);
  for (const name of ['seed', 'replications'] as const)
    if (typeof entry[name] !== 'number') throw damaged(`${path}.${name}`, 'a number');
  if (typeof entry.quick !== 'boolean') throw damaged(`${path}.quick`, 'true or false');
  for (const [i, point] of listAt(entry.points, `${path}.points`).entries())
    checkPoint(point, `${path}.points[${i}]`, entry.replications as number);
}

function checkPoint(value: unknown, path: string, replications: number): void {
  const point = recordAt(value, path);
  stringAt(point.label, `${path}.label`);
  for (const digest of columnAt(point.run_digests, `${path}.run_digests`, replications))
    if (digest !== null && typeof digest !== 'string') throw damaged(`${path}.run_digests`, 'digests');
  for (const table of ['measures', 'stages_ms', 'work', 'messages'] as const)
    for (const [name, column] of Object.entries(recordAt(point[table], `${path}.${table}`)))
      for (const number of columnAt(column, `${path}.${table}.${name}`, replications))
        if (number !== null && typeof number !== 'number') throw damaged(`${path}.${table}.${name}`, 'numbers or null');
}

function columnAt(value: unknown, path: string, replications: number): readonly unknown[] {
  const column = listAt(value, path);
  if (column.length !== replications) throw damaged(path, `${replications} values, one a replication`);
  return column;
}

function recordAt(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged(path, 'an object');
  return value as Readonly<Record<string, unknown>>;
}

function listAt(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw damaged(path, 'a list');
  return value;
}

function stringAt(value: unknown, path: string): void {
  if (typeof value !== 'string') throw damaged(path, 'a text');
}

function damaged(path: string, expected: string): BaselineProblem {
  return new BaselineProblem(
    `${path === '' ? 'the file' : path} must be ${expected}: restore the file, or remove it and write it anew with --update`,
  );
}

/** The defaults, but for what is given by name. @throws BaselineProblem */
export function tolerancesOf(given: Readonly<Record<string, string>>): Tolerances {
  const own = Object.entries(given).map(([name, text]) => {
    const measure = measureNamed(name);
    if (measure === null) {
      const names = JUDGED_MEASURES.map(shortName);
      throw new BaselineProblem(
        `tolerances: there is no measure '${name}'${nearest(name, names)}; there are ${names.join(', ')}`,
      );
    }
    const tolerance = parseTolerance(measure, text);
    if (!tolerance.ok) throw new BaselineProblem(`tolerances: ${name} is '${text}', expected ${tolerance.expected}`);
    return [measure, tolerance.value] as const;
  });
  return { ...DEFAULT_TOLERANCES, ...Object.fromEntries(own) };
}
