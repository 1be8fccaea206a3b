/**
 * What things are called in Redis. Everything carries the version of the model and of the format, so that drivers and workers of
 * different versions never meet: their queues are different ones.
 */
import { MODEL_VERSION } from '../../simulation/model-version.ts';

/** Of payloads and results (task.ts, reply.ts). Raised when either changes its meaning. */
export const FORMAT = 1;

/** Begins every key. */
export const PREFIX = 'quorumlab';

export interface Names {
  readonly modelVersion: string;
  /** BullMQ's queue of runs. */
  readonly queue: string;
  /** The outcome of a run. */
  result(identity: string): string;
  /** A large part that many runs share (large-parts.ts). */
  part(sha256: string): string;
  /** A stream of the identities of runs that ended. */
  readonly done: string;
}

export function namesFor(modelVersion: string = MODEL_VERSION): Names {
  const version = `model-${modelVersion}-format-${FORMAT}`;
  return {
    modelVersion,
    queue: `runs-${version}`,
    result: (identity) => `${PREFIX}:${version}:result:${identity}`,
    part: (sha256) => `${PREFIX}:${version}:part:${sha256}`,
    done: `${PREFIX}:${version}:done`,
  };
}

/** The workers of every version, so that a driver can say who is there where none of its own is. */
export const WORKERS = `${PREFIX}:workers`;
export const workerKey = (id: string): string => `${PREFIX}:worker:${id}`;

/** How long Redis keeps a result that nobody has fetched, and one that somebody has; and parts. Seconds. */
export const RESULT_KEPT = 24 * 3600;
export const FETCHED_RESULT_KEPT = 3600;
export const PART_KEPT = 30 * 24 * 3600;
