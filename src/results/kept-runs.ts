/** What lies in a run store: for lists, queries, pruning and merging. Only files that the store itself has named are looked at. */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { peekHead, type RunHead } from './run-file.ts';

export interface KeptRun {
  readonly path: string;
  readonly identity: string;
  readonly bytes: number;
  /** When it was made or last reused, ms since 1970. */
  readonly usedAt: number;
}

/** A run with its head; null: the file cannot be read as one. */
export interface DescribedRun extends KeptRun {
  readonly head: RunHead | null;
}

/** The unfinished file of a process that was killed. */
export interface Leftover {
  readonly path: string;
  readonly bytes: number;
  readonly usedAt: number;
}

/** Enough of a file for its head, whatever the length of its labels and options within reason. */
const HEAD_BYTES = 16 * 1024;

/** In the order of their identities; empty where there is no such folder. */
export function keptRuns(folder: string): readonly KeptRun[] {
  return filesOf(folder).flatMap(({ name, path }) => {
    const identity = /^([0-9a-f]{64})\.json\.gz$/.exec(name)?.[1];
    return identity === undefined ? [] : sized(path).map((file) => ({ ...file, identity }));
  });
}

export function leftovers(folder: string): readonly Leftover[] {
  return filesOf(folder).flatMap(({ name, path }) =>
    /^[0-9a-f]{64}\.json\.gz\.\d+-[0-9a-f]{12}\.tmp$/.test(name) ? sized(path) : [],
  );
}

export function described(run: KeptRun): DescribedRun {
  const head = peekHead(startOf(run.path));
  return { ...run, head: head?.identity === run.identity ? head : null };
}

function filesOf(folder: string): readonly { readonly name: string; readonly path: string }[] {
  return namesIn(folder)
    .filter((name) => /^[0-9a-f]{2}$/.test(name))
    .flatMap((group) => namesIn(join(folder, group)).map((name) => ({ name, path: join(folder, group, name) })));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (thrown) {
    if (['ENOENT', 'ENOTDIR'].includes((thrown as NodeJS.ErrnoException).code ?? '')) return [];
    throw thrown;
  }
}

/** Nothing where another process has just removed it. */
function sized(path: string): readonly Leftover[] {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? [{ path, bytes: found.size, usedAt: found.mtimeMs }] : [];
}

function startOf(path: string): Uint8Array {
  const start = new Uint8Array(HEAD_BYTES);
  const file = openSync(path, 'r');
  try {
    return start.subarray(0, readSync(file, start, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(file);
  }
}
