/** A TCP link keeps the order of messages that jitter would mix up: what the wait for earlier ones adds to the mean delay. */
import { meanInOrder } from '../closed-forms.ts';
import { meanToReceived } from '../quantities.ts';
import type { Comparison, Target } from '../target.ts';

const BASE_MS = 1;
const JITTER_MS = 2;

export const inOrder: Target = {
  id: 'tcp-order',
  summary: 'Mean delay of Poisson messages on a link with exponential jitter that keeps their order',
  source: 'Resequencing behind infinitely many servers: Harrus & Plateau, IEEE Trans. Software Eng. 8(2), 1982',
  scenario: 'tcp-order',
  constants: [],
  small: ['run.duration=250s', 'run.warmup=1s'],
  comparisons: () => [100, 1000, 5000].map(row),
};

function row(rate: number): Comparison {
  return {
    row: `${rate} messages/s`,
    unit: 'ms',
    real: BASE_MS + JITTER_MS * meanInOrder((rate * JITTER_MS) / 1000),
    tolerance: { percent: 1 },
    ungated: null,
    where: { 'clients.0.load.open.poisson': `${rate}/s` },
    quantity: meanToReceived,
  };
}
