/** Joins run stores into one. Every file is verified before it is taken; two contents for one identity are never resolved by choosing. */
import { readFileSync } from 'node:fs';
import { ownFingerprint } from './build-fingerprint.ts';
import { keptRuns } from './kept-runs.ts';
import { decodeRun, type RunFile } from './run-file.ts';
import { runPath, writeRunFile } from './run-store.ts';

export interface MergeAnswer {
  /** Taken over, and found to be there already with the same content. */
  readonly added: number;
  readonly same: number;
  /** Files that are not what they say, one sentence each. They are not taken. */
  readonly refused: readonly string[];
  /** Two different results for one run, one sentence each. What was there stays. */
  readonly conflicts: readonly string[];
}

/** From each of the folders, in their order, into `into`. What code of another `build` had made gives way to what this one has made. */
export function mergeStores(folders: readonly string[], into: string, build: string = ownFingerprint()): MergeAnswer {
  let [added, same] = [0, 0];
  const refused: string[] = [];
  const conflicts: string[] = [];
  for (const folder of folders)
    for (const { path, identity } of keptRuns(folder)) {
      const bytes = readFileSync(path);
      const file = verified(bytes, identity);
      if (typeof file === 'string') {
        refused.push(`${path}: ${file}`);
        continue;
      }
      const there = alreadyIn(into, identity);
      const outdated = there !== null && there.head.build !== build && file.head.build === build;
      if (there === null || outdated) {
        writeRunFile(into, identity, bytes);
        added++;
      } else if (there.resultText === file.resultText) same++;
      else conflicts.push(conflictOf(path, file, runPath(into, identity), there));
    }
  return { added, same, refused, conflicts };
}

/** What is wrong with it, where something is. */
function verified(bytes: Uint8Array, identity: string): RunFile | string {
  try {
    const file = decodeRun(bytes);
    return file.head.identity === identity ? file : `it holds the run ${file.head.identity.slice(0, 12)}…`;
  } catch (thrown) {
    return (thrown as Error).message;
  }
}

/** null where there is nothing worth keeping. */
function alreadyIn(folder: string, identity: string): RunFile | null {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(runPath(folder, identity));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw thrown;
  }
  const file = verified(bytes, identity);
  return typeof file === 'string' ? null : file;
}

function conflictOf(path: string, one: RunFile, otherPath: string, other: RunFile): string {
  const { label, replication } = one.head;
  const code =
    one.head.build === other.head.build
      ? `both by build ${one.head.build}: it is not deterministic`
      : `by builds ${one.head.build} and ${other.head.build}: one model version must not give two results`;
  return `${label}, replication ${replication}: ${path} and ${otherPath} hold different results of one run, ${code}`;
}
