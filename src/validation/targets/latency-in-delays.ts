/** How many one-way delays a client waits where nothing else takes time. */
import { latencyMean } from '../quantities.ts';
import type { Comparison, Target } from '../target.ts';

const DELAY_MS = 10;

export const latencyInDelays: Target = {
  id: 'latency-in-delays',
  summary: 'Latency in one-way delays where nothing else takes time',
  source: "Castro & Liskov, OSDI'99, figure 1; Ongaro 2014, section 10.2, figure 10.3",
  scenario: 'latency-in-delays',
  constants: [],
  small: ['run.duration=2s', 'run.warmup=500ms'],
  comparisons: () => [row('PBFT n=4', 5), row('PBFT n=7', 5), row('Raft n=3', 4), row('Raft n=5', 4)],
};

function row(label: string, delays: number): Comparison {
  return {
    row: `${label}, client outside: ${delays} delays`,
    unit: 'ms',
    real: delays * DELAY_MS,
    tolerance: { percent: 0.01 },
    ungated: null,
    where: { label },
    quantity: latencyMean,
  };
}
