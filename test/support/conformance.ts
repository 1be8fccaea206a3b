// The conformance suite: every protocol of the registry on every row of the table, on both kernels.
import { describe, expect, test } from 'vitest';
import { kernelCases, specOf } from './kernel-cases.ts';
import { expectKernelsToAgree } from './kernels-agree.ts';
import { type ProtocolName, protocolNames } from './run-specs.ts';

/** Echo tolerates no fault at all: what faults do to it is still the same on both kernels. */
const fragile: readonly ProtocolName[] = ['echo'];

export function expectConformance(family: keyof typeof kernelCases): void {
  describe.each(protocolNames)('%s', (protocol) => {
    test.each(kernelCases[family])('runs the same on both kernels, twice, and safely: $name', (row) => {
      const spec = specOf(row, protocol);
      const result = expectKernelsToAgree(spec);
      const offered = result.segments.reduce((sum, segment) => sum + segment.offered, 0);
      expect(offered).toBeGreaterThan(20);
      if (spec.faults.length === 0 || !fragile.includes(protocol)) {
        expect(result.violations).toEqual([]);
        expect(result.faults.every(({ at }) => at !== null)).toBe(true);
      }
      expect(result.counts.transactions).toBeGreaterThanOrEqual(row.mayStall ? 1 : offered / 2);
    });
  });
}
