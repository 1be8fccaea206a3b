/**
 * The identity of a run: the SHA-256 of everything its outcome depends on. Two runs of one identity have the same outcome to the bit,
 * so a run is computed once, wherever and whenever it was asked for.
 */
import { createHash } from 'node:crypto';
import { MODEL_VERSION } from '../simulation/model-version.ts';
import type { RunResult } from '../simulation/run-result.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { toExactJson } from './exact-json.ts';

/**
 * 64 hex digits over the resolved specification and the model version. What a run is called (its label, the number of its replication,
 * the path of a protocol's file beside the hash of its content) changes nothing that it does, and is no part of it.
 */
export function runIdentity(spec: RunSpec, modelVersion: string = MODEL_VERSION): string {
  const { label: _label, replication: _replication, protocol, ...rest } = spec;
  const { name, options, module } = protocol;
  const text = toExactJson({ ...rest, protocol: { name, options, module: module?.sha256 ?? null } });
  return createHash('sha256').update(`quorumlab run\nmodel ${modelVersion}\n${text}`, 'utf8').digest('hex');
}

/** A kept result under the names of the run that asks for it now. */
export function renamed(result: RunResult, { label, replication }: RunSpec): RunResult {
  return { ...result, label, replication };
}
