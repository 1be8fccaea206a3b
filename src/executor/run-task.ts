/**
 * What a worker thread does with one task, as functions that tests call in process: it simulates the runs of a task, reports
 * the virtual time reached through shared memory, and says which buffers can be handed over instead of copied.
 */
import type { RunOutcome } from '../experiment/experiment.ts';
import { placeIn } from '../scenario/own-protocol.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { crashed, reasonOf, type Simulate } from './executor.ts';
import { protocolsOf } from './own-protocols.ts';

/** One run, or several very short ones. */
export interface RunTask {
  readonly specs: readonly RunSpec[];
  /** Where the virtual time of `specs[i]` is reported: `reached[slots[i]]`, from 0 on. `reached` lies in shared memory. */
  readonly slots: readonly number[];
  readonly reached: Float64Array;
}

/** Simulates every run of a task; one that throws does not keep the others from running. */
export async function runTask(task: RunTask, simulate: Simulate): Promise<readonly RunOutcome[]> {
  const outcomes: RunOutcome[] = [];
  for (const [i, spec] of task.specs.entries()) {
    const slot = task.slots[i] as number;
    task.reached[slot] = 0;
    outcomes.push(
      await runOne(spec, simulate, (at) => {
        task.reached[slot] = at;
      }),
    );
  }
  return outcomes;
}

export async function runOne(spec: RunSpec, simulate: Simulate, onProgress: (at: number) => void): Promise<RunOutcome> {
  try {
    return { ok: true, result: simulate(spec, { onProgress, ...(await protocolsOf(spec)) }) };
  } catch (thrown) {
    return crashed(spec, reasonOfCrash(spec, thrown));
  }
}

/** Why this run threw, on one line, with the place in the file of a protocol of the user's own. */
export function reasonOfCrash({ protocol: { module } }: RunSpec, thrown: unknown): string {
  return reasonOf(thrown) + (module === undefined ? '' : placeIn(module.path, thrown));
}

/**
 * The buffers inside a value that can be transferred to another thread: each once, and only those that one view covers whole,
 * since a buffer that is a slice of something larger may still be in use here.
 */
export function transferablesOf(value: unknown, found: Set<ArrayBuffer> = new Set()): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) {
    const { buffer } = value;
    if (buffer instanceof ArrayBuffer && value.byteLength === buffer.byteLength) found.add(buffer);
  } else if (Array.isArray(value)) {
    // An array whose first element is no object holds text or numbers: nothing to find.
    if (typeof value[0] === 'object') for (const element of value) transferablesOf(element, found);
  } else if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) transferablesOf(part, found);
  }
  return found;
}
