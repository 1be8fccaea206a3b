/** An outcome on its way back to the driver, and what must hold before the driver believes it. */
import type { RunOutcome } from '../../experiment/experiment.ts';
import type { Code } from '../../results/build-fingerprint.ts';
import { fromExactJson, toExactJson } from '../../results/exact-json.ts';
import { renamed } from '../../results/run-identity.ts';
import type { RunSpec } from '../../simulation/run-spec.ts';
import { reasonOf } from '../executor.ts';
import { FORMAT } from './names.ts';
import { outcomeProblem } from './outcome-shape.ts';
import { packed, unpacked } from './packed-text.ts';

/** The text that Redis keeps. */
export async function replyOf(outcome: RunOutcome, identity: string, { build }: Code): Promise<string> {
  return packed(toExactJson({ format: FORMAT, build, identity, outcome }));
}

/** Under the names of the run that asks for it. @throws an Error that says why it is not to be believed. */
export async function outcomeOf(reply: string, identity: string, spec: RunSpec, code: Code): Promise<RunOutcome> {
  const outcome = await readReply(reply, identity, code);
  const problem = outcomeProblem(outcome, spec);
  if (problem !== null) throw new Error(problem);
  return namedAs(outcome as RunOutcome, spec);
}

/** The same outcome under the names of another run that has the same identity. */
export function namedAs(outcome: RunOutcome, spec: RunSpec): RunOutcome {
  if (outcome.ok) return { ok: true, result: renamed(outcome.result, spec) };
  return { ...outcome, label: spec.label, replication: spec.replication };
}

async function readReply(reply: string, identity: string, code: Code): Promise<unknown> {
  let read: unknown;
  try {
    read = fromExactJson(await unpacked(reply));
  } catch (thrown) {
    throw new Error(`it cannot be read: ${reasonOf(thrown)}`);
  }
  const { format, build, identity: actual, outcome } = (read ?? {}) as Record<string, unknown>;
  if (format !== FORMAT) throw new Error(`its format is ${String(format)}, expected ${FORMAT}`);
  if (build !== code.build) throw new Error(`it was made by build ${String(build)}, not ${code.build}`);
  if (actual !== identity) throw new Error('it is of another run');
  return outcome;
}
