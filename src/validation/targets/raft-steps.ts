/**
 * Raft's steps in a row, exactly: a new leader's first message to each follower is answered before more is sent, and nobody
 * acknowledges what is not on its disk. The leader's own write runs beside its followers'.
 */
import { firstLatency, latencyMean } from '../quantities.ts';
import type { Comparison, Quantity, Target } from '../target.ts';

/** One way. */
const DELAY_MS = 10;
const WRITE_MS = 5;
const NO_DISK = 'none';
const DISK = '{"fsync":{"constant":"5ms"}';

export const raftSteps: Target = {
  id: 'raft-steps',
  summary: "One-way delays and disk writes before Raft's client has its answer, under a new leader and later",
  source: 'Ongaro 2014, sections 10.2 and 10.2.1; etcd, raft/design.md (progress: probe and replicate)',
  scenario: 'raft-steps',
  constants: [],
  small: ['run.duration=1s'],
  comparisons: () => [
    // The request comes one delay after the probe left and waits one more for its answer.
    row('first request of a new leader', NO_DISK, 5, 0, firstLatency),
    row('first request of a new leader', DISK, 5, 2, firstLatency),
    row('later requests', NO_DISK, 4, 0, latencyMean),
    row('later requests', DISK, 4, 1, latencyMean),
  ],
};

function row(what: string, disk: string, delays: number, writes: number, quantity: Quantity): Comparison {
  return {
    row: `${what}: ${delays} delays${writes === 0 ? ', no disk' : ` and ${writes === 1 ? 'a write' : `${writes} writes`}`}`,
    unit: 'ms',
    real: delays * DELAY_MS + writes * WRITE_MS,
    tolerance: { percent: 0.01 },
    ungated: null,
    where: { 'machine.disk': disk },
    quantity,
  };
}
