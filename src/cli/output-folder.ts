/**
 * Tries the output folder before anything is run: hours of simulation must not end at a folder that can't be written. Folders are
 * made one by one, since Node's recursive mkdir never returns for a place such as /proc/foo.
 */
import { existsSync, mkdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { reasonOfTheSystem } from './exit-codes.ts';

/** What is wrong with a folder to write results to; null: it is there, or can be made, and takes files. Leaves nothing behind. */
export function folderProblem(folder: string): string | null {
  let made: readonly string[];
  try {
    made = makeFolders(folder);
  } catch (thrown) {
    return reasonOfTheSystem(thrown) ?? String(thrown);
  }
  const probe = join(folder, `.quorumlab-${process.pid}.tmp`);
  try {
    writeProbe(probe);
    return null;
  } catch (thrown) {
    return reasonOfTheSystem(thrown) ?? String(thrown);
  } finally {
    rmSync(probe, { force: true });
    for (const path of [...made].reverse()) rmdirSync(path);
  }
}

/** What is wrong with a file to write, whose folders are made where they are missing; null: it can be written. Leaves nothing behind. */
export function fileProblem(file: string): string | null {
  return isFolder(file) ? 'is a folder, expected a file' : folderProblem(dirname(file));
}

/** False also where a path leads through a file. */
export function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/** A block of a disk: a full one still takes an empty file. */
const PROBE = ' '.repeat(4096);

/** Some places, such as /proc, answer that there is nothing where something should be made. */
function writeProbe(path: string): void {
  try {
    writeFileSync(path, PROBE);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
    throw Object.assign(new Error('nothing can be made here'), { code: 'ENOTSUP', path });
  }
}

/** Makes a folder and those above it that are missing; returns what was made, outermost first. @throws what the system refuses. */
export function makeFolders(folder: string): readonly string[] {
  const missing: string[] = [];
  let at = resolve(folder);
  while (!existsSync(at)) {
    missing.unshift(at);
    at = dirname(at);
  }
  if (!statSync(at).isDirectory()) throw Object.assign(new Error(`${at} is no folder`), { code: 'ENOTDIR', path: at });
  const made: string[] = [];
  try {
    for (const path of missing) {
      mkdirSync(path);
      made.push(path);
    }
  } catch (thrown) {
    for (const path of made.reverse()) rmdirSync(path);
    // As in writeProbe.
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
    throw Object.assign(new Error('nothing can be made here'), { code: 'ENOTSUP', path: resolve(folder) });
  }
  return made;
}
