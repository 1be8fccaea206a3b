/** How many protocol messages a batch takes in PBFT: all-to-all twice, but that the primary sends no prepare. */
import { messagesPerBatch } from '../quantities.ts';
import type { Comparison, Target } from '../target.ts';

export const messageCounts: Target = {
  id: 'pbft-messages',
  summary: 'Protocol messages for each batch of PBFT',
  source: "Castro & Liskov, OSDI'99, section 4.2 and figure 1",
  scenario: 'pbft-messages',
  constants: [],
  small: ['run.stop_after=40'],
  comparisons: () => [4, 7, 10, 16, 31].flatMap(rows),
};

function rows(n: number): readonly Comparison[] {
  const row = (name: string, real: number): Comparison => ({
    row: `n=${n}, ${name}`,
    unit: '',
    real,
    tolerance: { percent: 0 },
    ungated: null,
    where: { 'nodes.count': n },
    quantity: messagesPerBatch(name),
  });
  return [row('pre-prepare', n - 1), row('prepare', (n - 1) ** 2), row('commit', n * (n - 1))];
}
