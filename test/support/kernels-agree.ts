// What it means that both kernels computed the same run: the same digest, and the same result but for what depends on how a kernel
// works inside.
import { expect } from 'vitest';
import { differingEvent } from '../../src/simulation/event-difference.ts';
import type { NodeUtilisation, RunResult } from '../../src/simulation/run-result.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { MICROSECOND } from '../../src/units/quantities.ts';

/** Runs twice on the fast kernel and once on the reference kernel; returns the result on which all agree. */
export function expectKernelsToAgree(spec: RunSpec): RunResult {
  const fast = simulate(spec);
  expectSame(simulate(spec), fast);
  const reference = simulate(spec, { kernel: 'reference' });
  if (reference.digest !== fast.digest) expect.fail(`the digests differ: ${differingEvent(spec)}`);
  expectSame(comparable(reference), comparable(fast));
  fast.utilisation.forEach((shares, node) => {
    expectSameWork(reference.utilisation[node] as NodeUtilisation, shares, fast.endedAt, spec.machine.crypto.sign);
  });
  return fast;
}

function expectSame(one: unknown, other: unknown): void {
  expect(one).toEqual(other);
}

/** Without the memory of the kernel, and without utilisation, which is compared apart. */
function comparable({ utilisation: _, ...result }: RunResult): unknown {
  return { ...result, counts: { ...result.counts, peakInFlight: 0, kernelBytes: 0 } };
}

/**
 * A server that carries a remainder is busy to the fraction of a nanosecond, which the running clocks of the fast kernel and the
 * events of the other cut off at different jobs. A card's clock of the fast kernel also takes messages that are still being signed
 * for sent, with the pause before them.
 */
function expectSameWork(one: NodeUtilisation, other: NodeUtilisation, span: number, signing: number): void {
  for (const key of ['thread', 'cores', 'ingress', 'disk', 'egress'] as const) {
    const difference = Math.abs(one[key] - other[key]) * span;
    expect(difference, key).toBeLessThan(key === 'egress' ? 10 * signing + MICROSECOND : 1.01);
  }
}
