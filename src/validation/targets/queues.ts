/**
 * Waiting in front of a server with Poisson arrivals: M/D/1 and M/M/1 at the network cards, in and out, at the protocol thread and at
 * the core that verifies signatures. A load of 0.9 has a scenario of its own, with as many customers as its slow mean needs.
 */
import type { Resource } from '../../experiment/bottleneck.ts';
import { waiting } from '../closed-forms.ts';
import { busyTime, latencyMean, meanOf, meanToReceived, throughput } from '../quantities.ts';
import type { Comparison, Quantity, Target } from '../target.ts';

const RATE = 5000;
/** One way there and back. */
const TRAVEL_MS = 2;
const source = 'Pollaczek 1930, Khinchine 1932';

interface Queue {
  readonly id: string;
  readonly summary: string;
  readonly resource: Resource;
  /** Squared coefficient of variation of the service. */
  readonly variation: number;
  /** What the levels vary, and its value at each load. */
  readonly path: string;
  readonly levels: Readonly<Record<string, string>>;
}

const exponentialCard = { 0.1: '41836236kbps', 0.3: '13945412kbps', 0.5: '8367247kbps', 0.7: '5976605kbps' };
const executions = { 0.1: '20us', 0.3: '60us', 0.5: '100us', 0.7: '140us' };

const QUEUES: readonly Queue[] = [
  {
    id: 'm-d-1-card',
    summary: 'Mean waiting of Poisson requests of one size at the incoming network card (M/D/1)',
    resource: 'ingress',
    variation: 0,
    path: 'network.ingress',
    levels: { 0.1: '50.4Mbps', 0.3: '16.8Mbps', 0.5: '10.08Mbps', 0.7: '7.2Mbps' },
  },
  {
    id: 'm-m-1-card',
    summary: 'Mean waiting of Poisson requests of exponential size at the incoming network card (M/M/1)',
    resource: 'ingress',
    variation: 1,
    path: 'network.ingress',
    levels: exponentialCard,
  },
  {
    id: 'm-m-1-card-out',
    summary: 'Mean waiting of replies of exponential size at the outgoing network card (M/M/1)',
    resource: 'egress',
    variation: 1,
    path: 'network.egress.bandwidth',
    levels: exponentialCard,
  },
  {
    id: 'm-d-1-thread',
    summary: 'Mean waiting of Poisson transactions for the processor that executes them (M/D/1)',
    resource: 'thread',
    variation: 0,
    path: 'machine.execution',
    levels: executions,
  },
  {
    id: 'm-m-1-thread',
    summary: 'Mean waiting of Poisson transactions for the processor that executes them, exponential times (M/M/1)',
    resource: 'thread',
    variation: 1,
    path: 'machine.execution',
    levels: executions,
  },
];

export const queues: readonly Target[] = QUEUES.flatMap((queue) => {
  const row = (load: number, where: Comparison['where']): Comparison => ({
    row: `load ${load}`,
    unit: 'ms',
    real: (waiting(load, queue.variation) * load * 1000) / RATE,
    tolerance: { percent: 1 },
    ungated: null,
    where,
    quantity: waited(queue.resource),
  });
  const { id, summary } = queue;
  return [
    {
      id,
      summary,
      source,
      scenario: id,
      constants: [],
      small: [`run.duration=${queue.variation === 0 ? 60 : 110}s`, 'run.warmup=10s'],
      comparisons: () =>
        Object.entries(queue.levels).map(([load, level]) => row(Number(load), { [queue.path]: level })),
    },
    {
      id: `${id}-busy`,
      summary,
      source,
      scenario: `${id}-busy`,
      constants: [],
      small: ['run.duration=410s', 'run.warmup=10s'],
      comparisons: () => [row(0.9, {})],
    },
  ];
});

/** Latency less travel and what the service itself took on average, ms. */
function waited(resource: Resource): Quantity {
  const busy = busyTime(resource);
  return {
    observe: (run) => {
      const [latency, share, rate] = [latencyMean, busy, throughput].map(({ observe }) => observe(run)[0] as number);
      return [(latency as number) - TRAVEL_MS - (1000 * (share as number)) / (rate as number)];
    },
    summarise: meanOf,
  };
}

const LOADS = [0.1, 0.3, 0.5, 0.7];
const VERIFY_MS = 0.1;

export const coreQueue: Target = {
  id: 'm-d-1-core',
  summary: 'Mean waiting of Poisson requests for the one core that verifies their signatures (M/D/1)',
  source,
  scenario: 'm-d-1-core',
  constants: [],
  small: ['run.duration=60s', 'run.warmup=10s', 'levels={clients.0.load.open.poisson: [3000/s, 7000/s]}'],
  comparisons: () =>
    LOADS.map((load) => ({
      row: `load ${load}`,
      unit: 'ms',
      real: waiting(load, 0) * VERIFY_MS,
      tolerance: { percent: 1 },
      ungated: null,
      where: { 'clients.0.load.open.poisson': `${(load * 1000) / VERIFY_MS}/s` },
      quantity: {
        // One way, and the verification itself.
        observe: (run) => meanToReceived.observe(run).map((ms) => ms - 1 - VERIFY_MS),
        summarise: meanOf,
      },
    })),
};
