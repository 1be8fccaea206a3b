/**
 * Finished runs as files, by their identity: `<folder>/<2 hex digits>/<64 hex digits>.json.gz`. A file appears whole or not at all, so
 * several processes may use one store. What cannot be believed is as if it were not there, and is replaced.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MODEL_VERSION } from '../simulation/model-version.ts';
import type { RunResult } from '../simulation/run-result.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { ownFingerprint } from './build-fingerprint.ts';
import { decodeRun, encodeRun, type RunAbout, resultOf } from './run-file.ts';

/** Where runs are kept when nothing is said, from the working directory. */
export const RUNS_FOLDER = join('.quorumlab', 'runs');

export interface RunStore {
  readonly folder: string;
  /** The kept result, under the names it was made for; null where there is none that this build may reuse. */
  find(identity: string): RunResult | null;
  /** @throws what the system refuses: the run is then not kept. */
  keep(identity: string, spec: RunSpec, result: RunResult, about?: RunAbout): void;
}

export interface StoreOptions {
  /** Told of a file that is no whole run file of its name. */
  readonly onDamaged?: (path: string, reason: string) => void;
  /** The code that makes and reuses the runs. */
  readonly build?: string;
}

export function openRunStore(folder: string, { onDamaged, build = ownFingerprint() }: StoreOptions = {}): RunStore {
  return {
    folder,
    find(identity) {
      const path = runPath(folder, identity);
      const bytes = readIfThere(path);
      if (bytes === null) return null;
      try {
        const file = decodeRun(bytes);
        if (file.head.identity !== identity) throw new Error(`it holds the run ${file.head.identity.slice(0, 12)}…`);
        if (file.head.build !== build || file.head.model_version !== MODEL_VERSION) return null;
        const result = resultOf(file);
        touch(path);
        return result;
      } catch (thrown) {
        onDamaged?.(path, (thrown as Error).message);
        return null;
      }
    },
    keep(identity, spec, result, about) {
      writeRunFile(folder, identity, encodeRun(identity, build, spec, result, about));
    },
  };
}

export function runPath(folder: string, identity: string): string {
  return join(folder, identity.slice(0, 2), `${identity}.json.gz`);
}

/** Through a temporary file beside it, whose name no other process has, on this machine or another that shares the folder. */
export function writeRunFile(folder: string, identity: string, bytes: Uint8Array): void {
  writeWhole(runPath(folder, identity), bytes);
}

/** The file appears whole or not at all; its folder is made where it is missing. @throws what the system refuses. */
export function writeWhole(path: string, content: Uint8Array | string): void {
  const temporary = `${path}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, content);
    renameSync(temporary, path);
  } catch (thrown) {
    rmSync(temporary, { force: true });
    // The system names no file where the disk is full.
    throw thrown instanceof Error ? Object.assign(thrown, { path }) : thrown;
  }
}

/** A file that is there and cannot be read is as good as none: the run is made again, and writing tells what is wrong. */
function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

/** The time of a file is that of its last use, by which `cache prune` judges. */
function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // A store that can only be read is still worth reading.
  }
}
