/**
 * What things are called in Redis. Everything carries the version of the model, the build (ADR 0010) and the format, so that drivers
 * and workers of different code never meet: their queues are different ones, and so are the results that are kept.
 */
import { type Code, ownCode } from '../../results/build-fingerprint.ts';

/** Of payloads and results (task.ts, reply.ts). Raised when either changes its meaning. */
export const FORMAT = 2;

/** Begins every key. */
export const PREFIX = 'quorumlab';

export interface Names {
  readonly code: Code;
  /** BullMQ's queue of runs. */
  readonly queue: string;
  /** The outcome of a run. */
  result(identity: string): string;
  /** A large part that many runs share (large-parts.ts): known by its content alone, whatever code sent it. */
  part(sha256: string): string;
  /** A stream of the identities of runs that ended. */
  readonly done: string;
}

export function namesFor(code: Code = ownCode()): Names {
  const version = `model-${code.model_version}-build-${code.build}-format-${FORMAT}`;
  return {
    code,
    queue: `runs-${version}`,
    result: (identity) => `${PREFIX}:${version}:result:${identity}`,
    part: (sha256) => `${PREFIX}:part:${sha256}`,
    done: `${PREFIX}:${version}:done`,
  };
}

/** The workers of whatever code, so that a driver can say who is there where none of its own is. */
export const WORKERS = `${PREFIX}:workers`;
export const workerKey = (id: string): string => `${PREFIX}:worker:${id}`;

/** How long Redis keeps a result that nobody has fetched, and one that somebody has; and parts. Seconds. */
export const RESULT_KEPT = 24 * 3600;
export const FETCHED_RESULT_KEPT = 3600;
export const PART_KEPT = 30 * 24 * 3600;
