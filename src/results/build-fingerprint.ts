/**
 * Which build of the simulator this is: a hash of the code that a run's outcome depends on. The model version is raised by people, who
 * forget; the code itself cannot, so a kept run is reused only by the very code that made it (ADR 0010).
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MODEL_VERSION } from '../simulation/model-version.ts';

/** The pure folders down to `simulation`: all that `simulate` can reach (docs/ARCHITECTURE.md; a test compares them with the table). */
export const FOLDERS_OF_A_RUN = [
  'units',
  'kernel',
  'statistics',
  'network',
  'machines',
  'ledger',
  'protocols',
  'workloads',
  'faults',
  'checks',
  'simulation',
] as const;

/** Which code made a run, or may reuse it. */
export interface Code {
  readonly model_version: string;
  readonly build: string;
}

let ownBuild: string | null = null;

/** The code that is running. */
export function ownCode(): Code {
  return { model_version: MODEL_VERSION, build: ownFingerprint() };
}

/** Of the code that is running: the sources under tsx, the compiled files in a package. */
export function ownFingerprint(): string {
  ownBuild ??= fingerprintOf(fileURLToPath(new URL('../', import.meta.url)), import.meta.url.endsWith('.ts'));
  return ownBuild;
}

/** 12 hex digits over the names and contents of the code files below `root`. */
export function fingerprintOf(root: string, fromSource: boolean): string {
  const hash = createHash('sha256');
  for (const folder of FOLDERS_OF_A_RUN) {
    const names = readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' })
      .map((name) => name.replaceAll('\\', '/'))
      .filter((name) => (fromSource ? name.endsWith('.ts') : name.endsWith('.js')))
      .sort();
    for (const name of names)
      hash
        .update(`${folder}/${name}\n`)
        .update(readFileSync(`${root}/${folder}/${name}`))
        .update('\n');
  }
  return hash.digest('hex').slice(0, 12);
}
