/** Waiting in front of a server with Poisson arrivals: M/D/1 at the network card and at the core that verifies signatures. */
import { waiting } from '../closed-forms.ts';
import { meanToReceived } from '../quantities.ts';
import type { Comparison, Quantity, Target } from '../target.ts';

const LOADS = [0.1, 0.3, 0.5, 0.7, 0.9];
const SERVICE_MS = 0.1;
/** The one-way delay and, behind the card, the service itself. */
const OTHERWISE_MS = 1 + SERVICE_MS;

const small = ['run.duration=100s', 'run.warmup=5s'];
const source = 'Pollaczek 1930, Khinchine 1932';

export const cardQueue: Target = {
  id: 'm-d-1-card',
  summary: 'Mean waiting of Poisson requests of one size at the incoming network card (M/D/1)',
  source,
  scenario: 'm-d-1-card',
  constants: [],
  small,
  comparisons: () => LOADS.map(row),
};

export const coreQueue: Target = {
  id: 'm-d-1-core',
  summary: 'Mean waiting of Poisson requests for the one core that verifies their signatures (M/D/1)',
  source,
  scenario: 'm-d-1-core',
  constants: [],
  small,
  comparisons: () => LOADS.map(row),
};

function row(load: number): Comparison {
  return {
    row: `load ${load}`,
    unit: 'ms',
    real: waiting(load, 0) * SERVICE_MS,
    tolerance: { percent: 1 },
    ungated: null,
    where: { 'clients.0.load.open.poisson': `${(load * 1000) / SERVICE_MS}/s` },
    quantity: waited,
  };
}

const waited: Quantity = {
  observe: (run) => meanToReceived.observe(run).map((ms) => ms - OTHERWISE_MS),
  summarise: meanToReceived.summarise,
};
