// Busy shares where a resource has more to do than it can: full, never more, and the same on both kernels; what waits for signatures
// is not taken for a busy card.
import { describe, expect, test } from 'vitest';
import type { NodeUtilisation } from '../../src/simulation/run-result.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { expectKernelsToAgree } from '../support/kernels-agree.ts';
import { clientsAt, openLoad, type SpecChanges, testSpec } from '../support/run-specs.ts';

const crypto = {
  profile: 'slow',
  scheme: 'slow',
  sign: 5 * MILLISECOND,
  verify: 2 * MILLISECOND,
  mac: 0,
  hashPerByte: 0,
};
const slowSigning = (changes: SpecChanges = {}) =>
  testSpec('pbft', 4, {
    clients: [clientsAt({ site: 0 }, openLoad(400), { retryAfter: null })],
    machine: { cores: 2, crypto },
    network: { egress: { bitsPerSecond: 10e6, discipline: 'fair' } },
    ...changes,
  });

describe('the busy shares of a node whose signing is far behind', () => {
  test.each([[[]], [[400 * MILLISECOND]]])(
    'agree on both kernels, the card’s too, with boundaries %j',
    (boundaries) => {
      const { utilisation } = expectKernelsToAgree(slowSigning({ boundaries }));
      for (const { cores } of utilisation) expect(cores).toBeGreaterThan(0.9);
      // What the card was fed beyond the end of the run, and the pauses between, were once counted against it.
      for (const { egress } of utilisation) expect(egress).toBeGreaterThan(0.001);
    },
  );

  test('do not depend on where the run ends, as the load does not', () => {
    const longer = simulate(slowSigning({ horizon: 2 * SECOND, boundaries: [500 * MILLISECOND] }));
    const shorter = simulate(slowSigning({ horizon: 1 * SECOND, boundaries: [500 * MILLISECOND] }));
    const egress = (shares: readonly NodeUtilisation[]): number => shares.reduce((sum, node) => sum + node.egress, 0);
    expect(egress(longer.utilisation) / egress(shorter.utilisation)).toBeGreaterThan(0.5);
    expect(egress(longer.utilisation) / egress(shorter.utilisation)).toBeLessThan(2);
  });
});
