/** A run on its way to a worker (a job's data), and what must hold before a worker computes it. */
import type { Code } from '../../results/build-fingerprint.ts';
import { fromExactJson, toExactJson } from '../../results/exact-json.ts';
import { runIdentity } from '../../results/run-identity.ts';
import type { RunSpec } from '../../simulation/run-spec.ts';
import { reasonOf } from '../executor.ts';
import { dividedText, joinedText, partsNamed } from './large-parts.ts';
import { FORMAT } from './names.ts';
import { packed, unpacked } from './packed-text.ts';
import { count, matching, record, text } from './plain-shape.ts';
import { specProblem } from './spec-shape.ts';

export interface Task {
  readonly format: number;
  readonly model_version: string;
  /** Of the code that asks (ADR 0010): no other may answer. */
  readonly build: string;
  readonly identity: string;
  /** `toExactJson` of the specification, its large parts named only (large-parts.ts), packed. */
  readonly spec: string;
}

export interface TaskWithParts {
  readonly task: Task;
  readonly parts: ReadonlyMap<string, string>;
}

export async function taskOf(spec: RunSpec, identity: string, code: Code): Promise<TaskWithParts> {
  const { text: divided, parts } = dividedText(toExactJson(spec));
  return { task: { format: FORMAT, ...code, identity, spec: await packed(divided) }, parts };
}

const task = record({
  format: count,
  model_version: text,
  build: text,
  identity: matching(/^[0-9a-f]{64}$/, '64 hex digits'),
  spec: text,
});

/**
 * The specification in a job's data. `part` fetches a large part by its SHA-256 (null: it is not there).
 * @throws an Error whose message, behind "refused: ", says why this worker does not compute it.
 */
export async function specOf(
  data: unknown,
  jobId: string,
  code: Code,
  part: (sha256: string) => Promise<string | null>,
): Promise<RunSpec> {
  const problem = task(data, 'task');
  if (problem !== null) throw new Error(problem);
  const { format, model_version, build, identity, spec: sent } = data as Task;
  if (model_version !== code.model_version)
    throw new Error(
      `it is of model version ${model_version}, and this worker computes model version ${code.model_version} only`,
    );
  if (build !== code.build)
    throw new Error(`it is for the code of build ${build}, and this worker is build ${code.build}`);
  if (format !== FORMAT) throw new Error(`its format is ${format}, and this worker reads format ${FORMAT} only`);
  if (identity !== jobId) throw new Error('it is queued under the identity of another run');
  const spec = await readSpec(sent, part);
  const wrong = specProblem(spec);
  if (wrong !== null) throw new Error(wrong);
  const actual = runIdentity(spec as RunSpec, code.model_version);
  if (actual !== identity)
    throw new Error(
      `its specification has the identity ${actual.slice(0, 12)}…, not ${identity.slice(0, 12)}… as it says`,
    );
  return spec as RunSpec;
}

async function readSpec(sent: string, part: (sha256: string) => Promise<string | null>): Promise<unknown> {
  let divided: string;
  try {
    divided = await unpacked(sent);
  } catch (thrown) {
    throw new Error(`its specification cannot be unpacked: ${reasonOf(thrown)}`);
  }
  const parts = new Map<string, string>();
  for (const sha256 of partsNamed(divided)) {
    const found = await part(sha256);
    if (found !== null) parts.set(sha256, found);
  }
  const whole = joinedText({ text: divided, parts });
  try {
    return fromExactJson(whole);
  } catch (thrown) {
    throw new Error(`its specification cannot be read: ${reasonOf(thrown)}`);
  }
}
