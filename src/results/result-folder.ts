/** Writes the files of one result. Each appears whole or not at all, so that a reader never sees half a file. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResultFile } from './result-file.ts';

/** Where a result lies: `<out>/<scenario name>/<id>`. */
export function resultFolder(out: string, scenario: string, id: string): string {
  return join(out, scenario, id);
}

/** Writes every file through a temporary one beside it. The folder is made where it is missing. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const temporary = join(folder, `.${name}.${process.pid}.tmp`);
    try {
      writeFileSync(temporary, text);
      renameSync(temporary, join(folder, name));
    } catch (error) {
      rmSync(temporary, { force: true });
      // The system names no file where the disk is full, and a temporary one where it names any.
      throw error instanceof Error ? Object.assign(error, { path: join(folder, name) }) : error;
    }
  }
}

/** True when the folder already holds a result in which no run is missing. */
export function holdsCompleteResult(folder: string): boolean {
  try {
    const result = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as ResultFile;
    return result.failed_runs.length === 0;
  } catch {
    return false; // absent or unreadable: nothing worth keeping
  }
}
