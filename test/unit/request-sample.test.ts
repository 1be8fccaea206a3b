// What a bound may count on of the sizes of requests: less than the mean of any run, however heavy the tail; and what is kept on disks.
import { expect, test } from 'vitest';
import { keptBytes, leastMean, sampleRequests } from '../../src/experiment/request-sample.ts';
import { capacityLimits } from '../../src/experiment/size/capacity-bound.ts';
import type { Load } from '../../src/experiment/size/demand.ts';
import { draw, Purpose, stream, unit } from '../../src/kernel/random.ts';
import { testSpec } from '../support/run-specs.ts';

/** `count` sizes of at least 100 bytes: Pareto's law, whose variance is infinite for a shape of 2 or less, and its mean for 1 or less. */
function paretoSizes(seed: number, count: number, shape: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => 100 * (1 - unit(draw(stream(seed, Purpose.size), i))) ** (-1 / shape));
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test.each([1.1, 1.5, 2.5])('no run of heavy-tailed sizes (shape %d) weighs less than the bound counts on', (shape) => {
  const naive: boolean[] = [];
  for (let seed = 1; seed <= 40; seed++) {
    const sample = [...paretoSizes(seed, 4096, shape)].sort((a, b) => a - b);
    const run = meanOf(paretoSizes(1000 + seed, 500, shape));
    expect(leastMean({ bytes: sample }, 500)).toBeLessThanOrEqual(run);
    naive.push(0.97 * meanOf(sample) <= run);
  }
  // Three percent off the mean of the sample, by contrast, is no bound: about as often as not a run weighs less.
  expect(naive.filter((held) => !held).length).toBeGreaterThan(5);
});

test('sizes that are all one are counted on in full, and a cap takes what is above it', () => {
  expect(leastMean({ bytes: [256, 256, 256] }, 10)).toBe(256);
  expect(leastMean({ bytes: new Array<number>(1000).fill(256) }, 10, 100)).toBe(100);
});

test('a batch holds more of heavy-tailed requests than their mean would fill it with, and the bound allows for that', () => {
  // Of a hundred requests one is larger than a batch and has one to itself; 99 small ones share another: 50 a batch, not 1,000 ÷ 1,099.
  const bytes = [...new Array<number>(990).fill(10), ...new Array<number>(10).fill(100_000)];
  const load = {
    sample: { bytes, mean: meanOf(bytes), written: { sizes: bytes } },
    origins: [{ toLeader: true }],
  } as unknown as Load;
  const raft = testSpec('raft', 3, {
    protocol: {
      name: 'raft',
      options: { batch: { maxTransactions: 10_000, maxBytes: 1000, timeout: 0 }, maxInflight: 1 },
    },
  } as never);
  const window = capacityLimits(raft, load, 1e9, 1e6).find(({ kind }) => kind === 'window');
  expect(window?.most).toBeGreaterThan(50);
});

test('disks keep what was ordered: signatures count, reads that go past blocks do not', () => {
  const sample = { bytes: [100], mean: 100, replyMean: 0, written: { share: 0.5, bytes: 60, sizes: [] } };
  const month = { perSecond: 10, retentionDays: 30, nodes: 4 };
  expect(keptBytes(sample, { signature: 64, readsApart: false }, month)).toBe(10 * 164 * 30 * 86_400 * 4);
  expect(keptBytes(sample, { signature: 0, readsApart: true }, month)).toBe(10 * 60 * 30 * 86_400 * 4);
});

test('a sample knows what requests, replies and writes weigh', () => {
  const spec = testSpec('raft', 3, {
    workload: {
      name: 'opaque',
      options: { requestBytes: 256, replyBytes: 16, requestLaw: 'constant', replyLaw: 'constant', readShare: 0.25 },
    },
  } as never);
  const sample = sampleRequests(spec, 1);
  expect(sample).toMatchObject({ mean: 256, replyMean: 16 });
  expect(sample.bytes).toHaveLength(4096);
  expect(sample.written.share).toBeGreaterThan(0.72);
  expect(sample.written.share).toBeLessThan(0.78);
  expect(sample.written.bytes).toBeCloseTo(256 * sample.written.share, 9);
});
