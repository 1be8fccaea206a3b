/**
 * Waiting in front of a server with Poisson arrivals: M/D/1 and M/M/1 at the network cards, in and out, at the protocol thread and at
 * the core that verifies signatures. Ten independent runs a load, so that the error of each mean is known.
 */
import type { Resource } from '../../experiment/bottleneck.ts';
import { waiting } from '../closed-forms.ts';
import {
  busyTime,
  errorOfMean,
  meanOf,
  meanToExecuted,
  meanToFinal,
  meanToReceived,
  throughput,
} from '../quantities.ts';
import type { Comparison, Quantity, Target } from '../target.ts';

type Run = Parameters<Quantity['observe']>[0];

const LOADS = [0.1, 0.3, 0.5, 0.7, 0.9];
/** One way. */
const TRAVEL_MS = 10;
const source = 'Pollaczek 1930, Khinchine 1932';

/** So many requests a second at every load, each served for as long as the load asks: one duration gives all loads as many customers. */
const RATE = 20_000;

/** A million customers a load, behind the longest relaxation time six times over (17 ms, M/M/1 at load 0.9). */
const small = ['run.warmup=100ms', 'run.duration=5.1s'];

/** The mean of one stage, ms, less what is no waiting in it. */
function waited(stage: Quantity, less: (run: Run) => number): Quantity {
  return {
    observe: (run) => stage.observe(run).map((ms) => ms - less(run)),
    summarise: meanOf,
    standardError: errorOfMean,
  };
}

const busyShares: Partial<Record<Resource, Quantity>> = {
  ingress: busyTime('ingress'),
  egress: busyTime('egress'),
  thread: busyTime('thread'),
};

/** What the service took on average in this run, ms: the server's busy time behind the warm-up, shared by those it served there. */
function serviceIn(run: Run, resource: 'ingress' | 'egress' | 'thread'): number {
  const share = (busyShares[resource] as Quantity).observe(run)[0] as number;
  return (1000 * share) / (throughput.observe(run)[0] as number);
}

/** ms */
const serviceAt = (load: number): number => (load * 1000) / RATE;

function row(
  load: number,
  variation: 0 | 1,
  where: Comparison['where'],
  quantity: Quantity,
  name = `load ${load}`,
): Comparison {
  const real = waiting(load, variation) * serviceAt(load);
  return { row: name, unit: 'ms', real, tolerance: { percent: 1 }, ungated: null, where, quantity };
}

const CONSTANT_CARD: Readonly<Record<number, string>> = {
  0.1: '201.6Mbps',
  0.3: '67.2Mbps',
  0.5: '40.32Mbps',
  0.7: '28.8Mbps',
  0.9: '22.4Mbps',
};
const EXPONENTIAL_CARD: Readonly<Record<number, string>> = {
  0.1: '167344944kbps',
  0.3: '55781648kbps',
  0.5: '33468988kbps',
  0.7: '23906420kbps',
  0.9: '18593884kbps',
};

/** The thread executes for as long as the load asks, at a constant or an exponential time. */
const executionAt = (load: number): Comparison['where'] => ({ 'machine.execution': `${1000 * serviceAt(load)}us` });

/** In front of a server before the mempool. `served`: how long in a run, ms. */
function onArrival(
  id: string,
  summary: string,
  variation: 0 | 1,
  where: (load: number) => Comparison['where'],
  served: (load: number, run: Run) => number,
): Target {
  const comparison = (load: number): Comparison =>
    row(
      load,
      variation,
      where(load),
      waited(meanToReceived, (run) => TRAVEL_MS + served(load, run)),
    );
  return { id, summary, source, scenario: id, constants: [], small, comparisons: () => LOADS.map(comparison) };
}

export const queues: readonly Target[] = [
  onArrival(
    'm-d-1-card',
    'Mean waiting of Poisson requests of one size at the incoming network card (M/D/1)',
    0,
    (load) => ({ 'network.ingress': CONSTANT_CARD[load] as string }),
    serviceAt,
  ),
  onArrival(
    'm-m-1-card',
    'Mean waiting of Poisson requests of exponential size at the incoming network card (M/M/1)',
    1,
    (load) => ({ 'network.ingress': EXPONENTIAL_CARD[load] as string }),
    (_, run) => serviceIn(run, 'ingress'),
  ),
  onArrival(
    'm-d-1-core',
    'Mean waiting of Poisson requests for the one core that verifies their signatures (M/D/1)',
    0,
    (load) => ({ 'machine.crypto.scheme': `load-${Math.round(100 * load)}` }),
    serviceAt,
  ),
  {
    id: 'm-d-1-thread',
    summary: 'Mean waiting of Poisson transactions for the thread that executes them (M/D/1)',
    source,
    scenario: 'm-d-1-thread',
    constants: [],
    small: [...small, 'levels={machine.execution: [45us]}'],
    comparisons: () =>
      LOADS.map((load) =>
        row(
          load,
          0,
          executionAt(load),
          waited(meanToExecuted, () => TRAVEL_MS + serviceAt(load)),
        ),
      ),
  },
  {
    id: 'm-m-1-thread-card-out',
    summary:
      'Mean waiting of Poisson transactions for the thread that executes them, and of their replies for the outgoing card (M/M/1 twice)',
    source: `${source}; Burke, Operations Research 4(6), 1956`,
    scenario: 'm-m-1-thread-card-out',
    constants: [],
    small: [
      ...small,
      'zipped=[{machine.execution: [25us, 45us], network.egress.bandwidth: [33468988kbps, 18593884kbps]}]',
    ],
    comparisons: () =>
      LOADS.flatMap((load) => [
        row(
          load,
          1,
          executionAt(load),
          waited(meanToExecuted, (run) => TRAVEL_MS + serviceIn(run, 'thread')),
          `load ${load}, thread`,
        ),
        row(
          load,
          1,
          executionAt(load),
          waited(meanToFinal, (run) => TRAVEL_MS + serviceIn(run, 'egress')),
          `load ${load}, card`,
        ),
      ]),
  },
];
