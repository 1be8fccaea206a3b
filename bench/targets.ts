/** What the benchmarks are to reach on a machine of two cores: at least, and better. They inform; missing one is not an error. */
import type { BenchResult } from './bench-report.ts';

export interface Target {
  readonly name: string;
  readonly figure: string;
  readonly unit: string;
  readonly least: number;
  readonly aim: number;
  readonly better: 'more' | 'less';
  readonly of: (result: BenchResult) => number | null;
}

export type Mark = 'aim' | 'ok' | 'SHORT' | 'not measured';

const million = (result: BenchResult): number | null =>
  result.kind === 'whole-run' ? result.messages_per_second / 1e6 : null;
const ratio = (result: BenchResult): number | null => (result.kind === 'whole-run' ? result.ratio_to_reference : null);

function speed(name: string, least: number, aim: number): Target {
  return { name, figure: 'messages per second', unit: 'M/s', least, aim, better: 'more', of: million };
}

function ratioTo(name: string, least: number, aim: number): Target {
  return { name, figure: 'ratio to the reference kernel', unit: '×', least, aim, better: 'more', of: ratio };
}

/**
 * The target is no growth, so only zero is the aim. This bound passes what tables and queues breathe between two samples (some 0.3 MB
 * over 9 million further transactions); one bit kept for each transaction would be 0.125 B.
 */
const NONE_BYTES = 0.05;

function noGrowth(name: string): Target {
  return {
    name,
    figure: 'growth of memory per further transaction',
    unit: 'B',
    least: NONE_BYTES,
    aim: 0,
    better: 'less',
    of: (result) => (result.kind === 'memory-growth' ? result.growth_bytes_per_transaction : null),
  };
}

export const targets: readonly Target[] = [
  speed('pbft-n16', 5, 10),
  speed('pbft-n100', 6, 14),
  speed('pbft-n1000', 8, 16),
  ratioTo('pbft-n100', 5, 12),
  ratioTo('pbft-n1000', 20, 50),
  {
    name: 'raft-n5',
    figure: 'time per transaction',
    unit: 'ns',
    least: 250,
    aim: 100,
    better: 'less',
    of: (result) => (result.kind === 'whole-run' ? result.ns_per_transaction : null),
  },
  {
    name: 'pbft-n1000',
    figure: 'memory per message in flight',
    unit: 'B',
    least: 24,
    aim: 16,
    better: 'less',
    of: (result) => (result.kind === 'whole-run' ? result.bytes_per_message : null),
  },
  noGrowth('memory-growth-pbft-n4'),
  noGrowth('memory-growth-raft-n5'),
  {
    name: 'two-threads-pbft-n100',
    figure: 'two runs on two threads',
    unit: '×',
    least: 1.5,
    aim: 1.8,
    better: 'more',
    of: (result) => (result.kind === 'two-threads' ? result.speed_up : null),
  },
];

export function measuredFor(target: Target, results: readonly BenchResult[]): number | null {
  const result = results.find(({ name }) => name === target.name);
  return result === undefined ? null : target.of(result);
}

export function markOf(target: Target, value: number | null): Mark {
  if (value === null) return 'not measured';
  const reaches = (bound: number): boolean => (target.better === 'more' ? value >= bound : value <= bound);
  return reaches(target.aim) ? 'aim' : reaches(target.least) ? 'ok' : 'SHORT';
}
