// What it means that both kernels computed the same run: the same digest, and the same result but for what depends on how a kernel
// works inside.
import { expect } from 'vitest';
import { protocolNamed } from '../../src/protocols/registry.ts';
import { differingEvent } from '../../src/simulation/event-difference.ts';
import type { NodeUtilisation, RunResult } from '../../src/simulation/run-result.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';

/** Runs twice on the fast kernel and once on the reference kernel; returns the result on which all agree. */
export function expectKernelsToAgree(spec: RunSpec): RunResult {
  const fast = simulate(spec);
  expectSame(simulate(spec), fast);
  const reference = simulate(spec, { kernel: 'reference' });
  if (reference.digest !== fast.digest) expect.fail(`the digests differ: ${differingEvent(spec)}`);
  expectSame(comparable(reference), comparable(fast));
  const span = fast.endedAt - (spec.boundaries.length === 1 ? (spec.boundaries[0] as number) : 0);
  const signs = protocolNamed(spec.protocol.name).trust === 'byzantine';
  const inexact = signs && (fast.endedAt < spec.horizon || spec.faults.length > 0);
  const resources = inexact ? exact : [...exact, 'egress' as const];
  fast.utilisation.forEach((shares, node) => {
    for (const key of resources) {
      const other = (reference.utilisation[node] as NodeUtilisation)[key];
      expect(Math.abs(other - shares[key]) * span, `${key} of node ${node}`).toBeLessThan(2.1);
    }
  });
  return fast;
}

/**
 * Busy times that agree to the nanosecond at either end of the measured time: servers carry fractions of one, which running clocks
 * and events cut off at different jobs. The fast kernel's egress card is left out where messages are signed and the run stops early or
 * a node crashes: it is fed at the end of the job that made a message, and takes the pause until it is signed for work ahead.
 */
const exact = ['thread', 'cores', 'ingress', 'disk'] as const;

function expectSame(one: unknown, other: unknown): void {
  expect(one).toEqual(other);
}

/** Without the memory of the kernel, and without utilisation, which is compared apart. */
function comparable({ utilisation: _, ...result }: RunResult): unknown {
  return { ...result, counts: { ...result.counts, peakInFlight: 0, kernelBytes: 0 } };
}
