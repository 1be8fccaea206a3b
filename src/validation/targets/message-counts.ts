/** How many protocol messages a batch takes in PBFT: all-to-all twice, but that the primary sends no prepare. */
import { coreWorkPerBatch, messagesPerBatch } from '../quantities.ts';
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

/** An authenticator holds a MAC for each other replica; so many are made and checked by each replica for a batch. */
export const authenticatorCounts: Target = {
  id: 'pbft-authenticators',
  summary: 'MACs that a replica makes and checks for each batch of PBFT with authenticators',
  source: "Castro & Liskov, OSDI'99, section 5.2",
  scenario: 'pbft-authenticators',
  constants: [],
  small: ['run.stop_after=40'],
  comparisons: () =>
    [4, 7, 10, 16, 31].map((n) => ({
      row: `n=${n}: 2 authenticators of n − 1 made, 2 (n − 1) checked, 1 reply`,
      unit: '',
      real: 4 * (n - 1) + 1,
      tolerance: { percent: 0.001 },
      ungated: null,
      where: { 'nodes.count': n },
      quantity: coreWorkPerBatch(1000, 4),
    })),
};
