// The objective as people type it: what it reads, and one sentence with its column for everything that cannot be meant.
import { describe, expect, test } from 'vitest';
import type { Demand } from '../../src/experiment/size/demand.ts';
import { readObjective } from '../../src/scenario/objective-text.ts';

function demand(text: string): Demand {
  const read = readObjective(text);
  if (!read.ok) throw new Error(read.problems.join('\n'));
  return read.demand;
}

describe('an objective', () => {
  test('reads measures in the units of their estimates, losses and Byzantine nodes', () => {
    const read = demand('throughput >= 1500/s, finality_p99 <= 2s, availability>=99.9%, survive: 1 site, byzantine: 1');
    expect(read.objectives.map(({ estimate, direction, target }) => [estimate, direction, target])).toEqual([
      ['throughput_per_s', 'at-least', 1500],
      ['finality_p99_ms', 'at-most', 2000],
      ['availability', 'at-least', 0.999],
    ]);
    expect(read.survive).toEqual({ count: 1, of: 'site' });
    expect(read.byzantine).toEqual({ faults: 1, meanwhile: false });
  });

  test('takes the stricter reading where it says meanwhile', () => {
    expect(demand('survive: 2 nodes, byzantine: 1 meanwhile')).toEqual({
      objectives: [],
      survive: { count: 2, of: 'node' },
      byzantine: { faults: 1, meanwhile: true },
    });
  });

  test.each([
    ['finality_p99 <= 2s, thruput >= 5/s', 21, "did you mean 'throughput'"],
    ['finality_p99 >= 2s', 1, 'expected finality_p99 <= 2s'],
    ['throughput <= 5/s', 1, 'expected throughput >= 5/s'],
    ['throughput < 5/s', 1, "has '<'"],
    ['throughput >= fast', 1, 'expected a rate'],
    ['finality_p99 <= 0s', 1, 'at least 1ns'],
    ['availability >= 120%', 1, 'at most 100%'],
    ['throughput >= 5/s, throughput >= 6/s', 20, "after 'throughput >= 5/s' in column 1"],
    ['survive: 1 site, survive: 2 nodes', 18, 'a second time'],
    ['survive: one site', 1, "expected 'survive: 1 site'"],
    ['survive: 0 sites', 1, "expected 'survive: 1 site'"],
    ['byzantine: 1 always', 1, "expected 'byzantine: 1'"],
    ['finality_p99 <= 2s, byzantine: 1 meanwhile', 21, 'expected survive beside it'],
    ['finality_p99 2s', 1, 'cannot be read'],
    ['finality_p99 <= 2s,, survive: 1 site', 20, 'is no term'],
  ])('%s is refused at column %d', (text, column, reason) => {
    const read = readObjective(text);
    const problems = read.ok ? [] : read.problems;
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`column ${column}:`);
    expect(problems[0]).toContain(reason);
  });

  test('an empty one is refused with an example, and all problems are told at once', () => {
    expect(readObjective('  ')).toMatchObject({ ok: false, problems: [expect.stringContaining('is empty')] });
    const read = readObjective('a <= 1, b <= 2');
    expect(read.ok ? [] : read.problems).toHaveLength(2);
  });
});
