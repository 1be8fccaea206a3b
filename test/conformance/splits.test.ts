// Conformance of every protocol on both kernels: splits (test/support/kernel-cases.ts), and proof that they catch a quorum too small.
import { describe, expect, test } from 'vitest';
import { simulate } from '../../src/simulation/simulate.ts';
import { majorityTooSmall, quorumTooSmall } from '../support/broken-protocols.ts';
import { expectConformance } from '../support/conformance.ts';
import { kernelCases, specOf } from '../support/kernel-cases.ts';

expectConformance('splits');

describe.each(kernelCases.splits)('$name', (row) => {
  test.each([
    { protocol: 'pbft', broken: quorumTooSmall, check: 'agreement' },
    { protocol: 'raft', broken: majorityTooSmall, check: 'order' },
  ] as const)('stops a $protocol that takes one vote too few for a quorum', ({ protocol, broken, check }) => {
    const { violations } = simulate(specOf(row, protocol), { protocols: { [protocol]: broken } });
    expect(violations.map(({ kind, check: found }) => [kind, found])).toEqual([['safety', check]]);
  });
});
