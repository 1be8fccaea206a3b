// What PBFT says of settings that contradict each other or are unwise.
import { describe, expect, test } from 'vitest';
import type { PbftOptions } from '../../src/protocols/pbft/options.ts';
import { pbft } from '../../src/protocols/pbft/pbft.ts';
import { defaultsOf } from '../../src/units/options.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';

const defaults = defaultsOf<PbftOptions>(pbft.options);
const setting = { nodes: 4, longestRoundTrip: 300 * MILLISECOND, medianRoundTrip: 100 * MILLISECOND, restarts: false };

function said(options: Partial<PbftOptions>, about: Partial<typeof setting> = {}): string[] {
  const problems = pbft.problems?.({ ...defaults, ...options }, { ...setting, ...about }) ?? [];
  return problems.map(({ severity, path }) => `${severity} ${path}`);
}

describe('the settings', () => {
  test('are sound by default, for any number of nodes', () => {
    for (const nodes of [1, 2, 3, 4, 7, 100, 1000]) expect(said({}, { nodes })).toEqual([]);
  });

  test('cannot ask for more faults than a third of the nodes', () => {
    expect(said({ faults: 1 }, { nodes: 3 })).toEqual(['error faults']);
    expect(said({ faults: 2 }, { nodes: 6 })).toEqual(['error faults']);
    expect(said({ faults: 2 }, { nodes: 7 })).toEqual([]);
    const [problem] = pbft.problems?.({ ...defaults, faults: 1 }, { ...setting, nodes: 3 }) ?? [];
    expect(problem?.message).toContain('3 nodes');
    expect(problem?.expected).toContain('4 nodes');
  });

  test('cannot put the checkpoint interval above the watermark window', () => {
    expect(said({ checkpointInterval: 10, watermarkWindow: 9, pipeline: 1 })).toEqual(['error checkpointInterval']);
    expect(said({ checkpointInterval: 10, watermarkWindow: 10, pipeline: 1 })).toEqual(['warning watermarkWindow']);
    expect(said({ checkpointInterval: 10, watermarkWindow: 20 })).toEqual([]);
    expect(said({ checkpointInterval: 4, pipeline: 9 })).toEqual(['warning pipeline']);
  });

  test('are unwise where timeouts are under the round trip or each other', () => {
    expect(said({ requestTimeout: 299 * MILLISECOND, statusInterval: 100 * MILLISECOND })).toEqual([
      'warning requestTimeout',
    ]);
    expect(said({ viewChangeTimeout: 10 * MILLISECOND })).toEqual(['warning viewChangeTimeout']);
    expect(said({ batch: { ...defaults.batch, timeout: 2 * SECOND } })).toEqual(['warning batch.timeout']);
    expect(said({ statusInterval: 2 * SECOND })).toEqual(['warning statusInterval']);
  });

  test('are unwise where a replica restarts without durable state', () => {
    expect(said({ durable: false }, { restarts: true })).toEqual(['warning durable']);
    expect(said({ durable: null }, { restarts: true })).toEqual([]);
    expect(said({ durable: true }, { restarts: true })).toEqual([]);
  });
});

describe('the definition', () => {
  test('names a client rule with f + 1 matching replies and a retry to all', () => {
    expect(pbft.client(defaults, 7)).toMatchObject({ replyQuorum: 3, submit: 'primary', retry: 'all', signed: true });
    expect(pbft.client({ ...defaults, faults: 1, clientSignatures: false }, 7)).toMatchObject({
      replyQuorum: 2,
      signed: false,
    });
  });

  test('is durable only where told so', () => {
    expect([null, false, true].map((durable) => pbft.isDurable({ ...defaults, durable }))).toEqual([
      false,
      false,
      true,
    ]);
  });
});
