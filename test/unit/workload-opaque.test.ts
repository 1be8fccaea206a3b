// The opaque workload: sizes as told, nothing to execute, the asked share of reads; and the registry that names the workloads.
import { describe, expect, test } from 'vitest';
import { defaultsOf } from '../../src/units/options.ts';
import { opaque } from '../../src/workloads/opaque.ts';
import { workloadNamed, workloads } from '../../src/workloads/registry.ts';

const context = { seed: 42, groups: 3 };

describe('the opaque workload', () => {
  test('has the sizes it was told, also empty ones, and nothing to execute', () => {
    for (const requestBytes of [0, 4096]) {
      const workload = opaque.create(
        { requestBytes, replyBytes: 8, readShare: 0, requestLaw: 'constant', replyLaw: 'constant' },
        context,
      );
      expect([workload.bytes(0), workload.bytes(2 ** 31 - 1)]).toEqual([requestBytes, requestBytes]);
      expect(workload.replyBytes(5)).toBe(8);
      expect(workload.executes).toBe(false);
      expect(workload.hasReads).toBe(false);
      expect(() => workload.newState()).toThrow('no state');
    }
  });

  test('has the asked share of reads, none at 0 and only reads at 1', () => {
    const requests = 100_000;
    for (const readShare of [0, 0.05, 0.5, 1]) {
      const workload = opaque.create(
        { requestBytes: 1, replyBytes: 1, readShare, requestLaw: 'constant', replyLaw: 'constant' },
        context,
      );
      let reads = 0;
      for (let id = 0; id < requests; id++) if (workload.isRead(id)) reads++;
      // Four standard deviations of a binomial count.
      const slack = 4 * Math.sqrt(requests * readShare * (1 - readShare));
      expect(Math.abs(reads - requests * readShare)).toBeLessThanOrEqual(slack);
      expect(workload.hasReads).toBe(readShare > 0);
    }
  });
});

describe('the registry of workloads', () => {
  test('names each workload by its key, with defaults that can be created', () => {
    for (const [name, definition] of Object.entries(workloads)) {
      expect(definition.name).toBe(name);
      expect(workloadNamed(name)).toBe(definition);
      const workload = workloadNamed(name).create(defaultsOf<unknown>(definition.options), context);
      expect(workload.bytes(7)).toBeGreaterThanOrEqual(0);
    }
  });

  test('says which workloads there are when asked for one that there is not', () => {
    expect(() => workloadNamed('suply-chain')).toThrow(
      "there is no workload 'suply-chain': there are opaque, supply-chain, payments",
    );
  });
});
