// The table of configurations on which both kernels must agree, for any protocol: each row turns on something that queues,
// orders, delays or loses messages in a way of its own.
import type { FaultSpec } from '../../src/faults/fault-spec.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { MICROSECOND, MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import {
  batchTimeout,
  clientsAt,
  closedLoad,
  openLoad,
  type ProtocolName,
  type SpecChanges,
  testSpec,
  workloadOptions,
} from './run-specs.ts';

export interface KernelCase {
  readonly name: string;
  readonly nodes: number;
  readonly changes: SpecChanges | ((protocol: ProtocolName) => SpecChanges);
  /** Under loss and faults a protocol may finish little in so short a time; else it must finish half of what was sent. */
  readonly mayStall?: true;
}

const slow = { bitsPerSecond: 20e6 };
const fault = (
  kind: 'crash' | 'partition',
  target: FaultSpec['target'],
  at: number,
  duration: number | null,
): FaultSpec => ({
  kind,
  target,
  at: at * MILLISECOND,
  duration: duration === null ? null : duration * MILLISECOND,
});

const slowed = (target: FaultSpec['target'], at: number, duration: number | null, by: number): FaultSpec => {
  const { kind: _, ...schedule } = fault('crash', target, at, duration);
  return { kind: 'slow', by, ...schedule };
};

const sizes: KernelCase[] = [1, 3, 5, 7, 16].map((nodes) => ({
  name: `n = ${nodes}`,
  nodes,
  changes: { horizon: 400 * MILLISECOND },
}));

const fractionalCosts = {
  profile: 'test',
  scheme: 'test',
  sign: 30_000.5,
  verify: 80_000.875,
  mac: 1000.25,
  hashPerByte: 2.3,
} as const;

const machines: KernelCase[] = [
  ...[1, 2, 4].map((cores) => ({
    name: `${cores} cores, heavy load`,
    nodes: 4,
    changes: { machine: { cores }, clients: [clientsAt({ site: 1 }, openLoad(4000))], horizon: 300 * MILLISECOND },
  })),
  {
    name: 'slow cores',
    nodes: 4,
    changes: {
      machine: {
        cores: 3,
        handling: 200 * MICROSECOND,
        requestHandling: 50 * MICROSECOND,
        execution: 70 * MICROSECOND,
      },
    },
  },
  ...[1, 2, 3].map((cores) => ({
    name: `costs with fractions of a nanosecond, ${cores} cores`,
    nodes: 4,
    changes: {
      machine: {
        cores,
        handling: 40_000.375,
        requestHandling: 20_000.625,
        execution: 30_000.125,
        crypto: fractionalCosts,
      },
      clients: [clientsAt({ site: 0 }, closedLoad(10, 5)), clientsAt({ node: 1 }, closedLoad(3, 2))],
      horizon: 300 * MILLISECOND,
    },
  })),
  ...[1, 2, 4].map((cores) => ({
    name: `a thread that takes 0.3 ms to wake up, ${cores} cores`,
    nodes: 4,
    changes: {
      machine: { cores, wakeUp: 300 * MICROSECOND, handling: 40_000.375, requestHandling: 20_000.625 },
      clients: [
        clientsAt({ site: 0 }, { ...closedLoad(4, 2), initialSpread: 20 * MILLISECOND }),
        clientsAt({ node: 1 }, { ...closedLoad(3, 1), initialSpread: 10 * MILLISECOND }),
        clientsAt({ site: 2 }, openLoad(300)),
      ],
      horizon: 300 * MILLISECOND,
    },
  })),
  {
    name: 'threads that wake up behind fast cards and one group of clients',
    nodes: 4,
    changes: {
      machine: { wakeUp: 700 * MICROSECOND, execution: 0, handling: 0, requestHandling: 0 },
      clients: [clientsAt({ site: 1 }, openLoad(900))],
      horizon: 300 * MILLISECOND,
    },
  },
  { name: 'jobs without any cost', nodes: 4, changes: { machine: { handling: 0, requestHandling: 0, execution: 0 } } },
  {
    name: 'a disk with 1 ms fsync',
    nodes: 4,
    changes: { machine: { disk: { fsync: { kind: 'constant', value: MILLISECOND }, bitsPerSecond: 100e6 } } },
  },
  {
    name: 'a disk of varying speed, writes in groups',
    nodes: 5,
    changes: {
      machine: {
        disk: { fsync: { kind: 'lognormal', mean: 4 * MILLISECOND, p99: 15 * MILLISECOND }, bitsPerSecond: 50e6 },
      },
      clients: [clientsAt({ site: 0 }, openLoad(2000))],
    },
  },
];

const networks: KernelCase[] = [
  {
    name: 'fair cards of 20 Mbit/s',
    nodes: 4,
    changes: {
      network: { egress: { ...slow, discipline: 'fair' }, ingress: slow },
      clients: [clientsAt({ site: 0 }, openLoad(800))],
    },
  },
  {
    name: 'fifo cards of 20 Mbit/s',
    nodes: 4,
    changes: {
      network: { egress: { ...slow, discipline: 'fifo' }, ingress: slow },
      clients: [clientsAt({ site: 0 }, openLoad(800))],
    },
  },
  {
    name: 'long messages on fair cards of 3 Mbit/s',
    nodes: 4,
    changes: {
      network: { egress: { bitsPerSecond: 3e6, discipline: 'fair' }, ingress: { bitsPerSecond: 7e6 } },
      workload: workloadOptions('opaque', { requestBytes: 3000, replyBytes: 100 }),
      clients: [clientsAt({ site: 2 }, openLoad(20))],
    },
  },
  {
    name: 'cards that carry fractions of a nanosecond',
    nodes: 4,
    changes: {
      machine: { cores: 2, handling: 0, requestHandling: 0 },
      network: {
        jitter: { kind: 'constant', value: 0 },
        egress: { bitsPerSecond: 300e6, discipline: 'fifo' },
        ingress: { bitsPerSecond: 299.9e6 },
      },
      clients: [clientsAt({ site: 0 }, closedLoad(20, 4)), clientsAt({ node: 3 }, closedLoad(3, 2))],
      horizon: 300 * MILLISECOND,
    },
  },
  {
    name: 'cards without limit',
    nodes: 5,
    changes: {
      network: {
        egress: { bitsPerSecond: Number.POSITIVE_INFINITY, discipline: 'fair' },
        ingress: { bitsPerSecond: Number.POSITIVE_INFINITY },
      },
    },
  },
  { name: 'no jitter', nodes: 4, changes: { network: { jitter: { kind: 'constant', value: 0 } } } },
  {
    name: 'no jitter, no limit, equal delays: many ties',
    nodes: 7,
    changes: {
      network: {
        sites: ['here'],
        oneWay: Float64Array.of(MILLISECOND),
        nodeSites: new Int32Array(7),
        jitter: { kind: 'constant', value: 0 },
        egress: { bitsPerSecond: Number.POSITIVE_INFINITY, discipline: 'fair' },
        ingress: { bitsPerSecond: Number.POSITIVE_INFINITY },
      },
      clients: [
        clientsAt({ site: 0 }, closedLoad(8, 2)),
        clientsAt({ node: 2 }, closedLoad(3, 1)),
        clientsAt({ node: 0 }, openLoad(1000, 'constant')),
      ],
      horizon: 200 * MILLISECOND,
    },
  },
  {
    name: 'uniform jitter',
    nodes: 4,
    changes: { network: { jitter: { kind: 'uniform', min: 0, max: 3 * MILLISECOND } } },
  },
  {
    name: 'datagrams out of order',
    nodes: 4,
    changes: { network: { transport: 'datagram', jitter: { kind: 'exponential', mean: 2 * MILLISECOND } } },
  },
  {
    name: 'datagrams with 2 % loss',
    nodes: 4,
    mayStall: true,
    changes: { network: { transport: 'datagram', loss: 0.02 } },
  },
  { name: 'tcp with 2 % loss', nodes: 4, mayStall: true, changes: { network: { loss: 0.02 }, horizon: 2 * SECOND } },
  {
    name: 'tcp with 2 % loss on slow cards',
    nodes: 5,
    mayStall: true,
    changes: {
      network: { loss: 0.02, egress: { ...slow, discipline: 'fair' }, ingress: slow },
      workload: workloadOptions('opaque', { requestBytes: 2000 }),
      clients: [clientsAt({ site: 0 }, openLoad(200))],
      horizon: 2 * SECOND,
    },
  },
];

const clients: KernelCase[] = [
  {
    name: 'a closed loop without thinking',
    nodes: 4,
    changes: { clients: [clientsAt({ site: 2 }, closedLoad(10, 3))], horizon: 500 * MILLISECOND },
  },
  {
    name: 'a closed loop on a node',
    nodes: 4,
    changes: { clients: [clientsAt({ node: 1 }, closedLoad(5, 2, 300 * MICROSECOND))], horizon: 500 * MILLISECOND },
  },
  {
    name: 'a closed loop on a node without thinking, one core',
    nodes: 4,
    changes: {
      machine: { cores: 1 },
      clients: [clientsAt({ node: 0 }, closedLoad(4, 1)), clientsAt({ node: 0 }, closedLoad(2, 2))],
      horizon: 500 * MILLISECOND,
    },
  },
  {
    name: 'clients in many places',
    nodes: 5,
    changes: {
      clients: [
        clientsAt({ site: 0 }, openLoad(300)),
        clientsAt({ node: 3 }, openLoad(300, 'constant')),
        clientsAt({ node: 0 }, closedLoad(2, 1)),
        clientsAt({ site: 2 }, closedLoad(2, 2, MILLISECOND), { submit: 'all' }),
      ],
    },
  },
  {
    name: 'retries of requests that are only slow',
    nodes: 4,
    changes: {
      clients: [
        clientsAt({ site: 0 }, openLoad(200), { retryAfter: 9 * MILLISECOND }),
        clientsAt({ node: 2 }, openLoad(200), { retryAfter: 7 * MILLISECOND }),
      ],
    },
  },
  {
    name: 'bursts, batches that wait',
    nodes: 4,
    changes: (protocol) => ({
      protocol: batchTimeout(protocol, 10 * MILLISECOND),
      clients: [clientsAt({ site: 0 }, openLoad(1500, 'constant'))],
    }),
  },
  {
    name: 'batches cut at once',
    nodes: 4,
    changes: (protocol) => ({ protocol: batchTimeout(protocol, 0), clients: [clientsAt({ site: 0 }, openLoad(700))] }),
  },
];

const workloads: KernelCase[] = [
  { name: 'payments', nodes: 4, changes: { workload: workloadOptions('payments', { accounts: 50 }) } },
  { name: 'supply chain', nodes: 4, changes: { workload: workloadOptions('supply-chain') } },
  {
    name: 'a third of reads',
    nodes: 5,
    changes: {
      workload: workloadOptions('opaque', { readShare: 0.33 }),
      clients: [clientsAt({ site: 0 }, openLoad(400)), clientsAt({ node: 4 }, closedLoad(2, 2))],
    },
  },
  { name: 'empty requests', nodes: 3, changes: { workload: workloadOptions('opaque', { requestBytes: 0 }) } },
];

const restartDisk = { disk: { fsync: { kind: 'constant', value: 500 * MICROSECOND }, bitsPerSecond: 1e9 } } as const;
const faults: KernelCase[] = [
  {
    name: 'a crash of the leader and its restart',
    nodes: 4,
    mayStall: true,
    changes: { machine: restartDisk, faults: [fault('crash', 'leader', 400, 300)], horizon: 1500 * MILLISECOND },
  },
  {
    name: 'a crash of the leader for good',
    nodes: 5,
    mayStall: true,
    changes: { faults: [fault('crash', 'leader', 300, null)] },
  },
  {
    name: 'crashes one after the other',
    nodes: 7,
    mayStall: true,
    changes: {
      machine: restartDisk,
      faults: [fault('crash', 'leader', 200, 250), fault('crash', 3, 333, 200), fault('crash', 'leader', 800, 150)],
      horizon: 1500 * MILLISECOND,
    },
  },
  {
    name: 'a partition of the leader, healed',
    nodes: 4,
    mayStall: true,
    changes: { faults: [fault('partition', 'leader', 300, 300)], horizon: 1500 * MILLISECOND },
  },
  {
    name: 'a partition of two nodes and clients at their site',
    nodes: 7,
    mayStall: true,
    changes: {
      clients: [
        clientsAt({ site: 0 }, openLoad(400)),
        clientsAt({ site: 1 }, openLoad(200)),
        clientsAt({ node: 1 }, openLoad(200)),
      ],
      faults: [fault('partition', [1, 4], 250, 350)],
      horizon: 1200 * MILLISECOND,
    },
  },
  {
    name: 'a partition that outlasts connections',
    nodes: 4,
    mayStall: true,
    changes: {
      network: { connectionTimeout: 250 * MILLISECOND, tls: true },
      faults: [fault('partition', [2], 200, 600)],
      horizon: 1500 * MILLISECOND,
    },
  },
  {
    name: 'faults on slow cards with loss',
    nodes: 5,
    mayStall: true,
    changes: {
      machine: restartDisk,
      network: { loss: 0.01, egress: { ...slow, discipline: 'fair' }, ingress: slow },
      workload: workloadOptions('opaque', { requestBytes: 2000 }),
      clients: [clientsAt({ site: 0 }, openLoad(100)), clientsAt({ node: 2 }, closedLoad(3, 1))],
      faults: [fault('crash', 'leader', 300, 200), fault('partition', [1], 500, 300), fault('crash', 2, 700, 100)],
      horizon: 3000 * MILLISECOND,
    },
  },
  {
    name: 'faults under datagrams',
    nodes: 4,
    mayStall: true,
    changes: {
      machine: restartDisk,
      network: { transport: 'datagram', egress: { ...slow, discipline: 'fifo' } },
      faults: [fault('crash', 1, 200, 100), fault('partition', [2], 300, 200)],
    },
  },
  ...[1, 2, 3].map(
    (cores): KernelCase => ({
      name: `a slow leader, then another node, ${cores} cores, a backlog at each begin and end`,
      nodes: 4,
      mayStall: true,
      changes: {
        machine: { cores, handling: 60 * MICROSECOND, ...restartDisk },
        clients: [clientsAt({ site: 0 }, openLoad(600)), clientsAt({ node: 1 }, closedLoad(4, 2))],
        faults: [slowed('leader', 200, 150, 10), slowed(1, 600, 100, 7)],
      },
    }),
  ),
  {
    name: 'slowness that overlaps, with a crash in it, and costs with fractions of a nanosecond',
    nodes: 5,
    mayStall: true,
    changes: {
      machine: { cores: 2, handling: 40_000.375, requestHandling: 20_000.625, crypto: fractionalCosts, ...restartDisk },
      faults: [
        slowed([1, 2], 100, 500, 3),
        slowed(2, 250, 200, 30),
        fault('crash', 2, 300, 100),
        slowed(0, 700, null, 5),
      ],
      horizon: 1200 * MILLISECOND,
    },
  },
  {
    name: 'a crash of the machine of clients',
    nodes: 4,
    mayStall: true,
    changes: {
      machine: restartDisk,
      clients: [clientsAt({ node: 0 }, closedLoad(4, 2)), clientsAt({ site: 0 }, openLoad(100))],
      faults: [fault('crash', 0, 250, 200)],
    },
  },
];

/** One client a node, on its machine, that asks its own node first: whoever is cut off is still asked for something. */
const clientsEverywhere = (nodes: number) =>
  Array.from({ length: nodes }, (_, node) =>
    clientsAt({ node }, closedLoad(1, 1, 100 * MILLISECOND), { submit: 'nearest', retryAfter: 400 * MILLISECOND }),
  );

/**
 * Neither side of two and two may order anything: two quorums of four nodes share one, under crashes as under lies. The cut outlasts
 * several elections or view changes also with default timeouts, and a protocol whose quorum is one vote too small commits on both sides.
 */
const splits: KernelCase[] = [
  {
    name: 'two against two, with clients on every node, healed',
    nodes: 4,
    changes: {
      clients: clientsEverywhere(4),
      faults: [fault('partition', [2, 3], 500, 3000)],
      horizon: 6 * SECOND,
      progressWithin: 2 * SECOND,
    },
  },
];

export const kernelCases = { sizes, machines, networks, clients, workloads, faults, splits };

export function specOf(row: KernelCase, protocol: ProtocolName): RunSpec {
  return testSpec(protocol, row.nodes, typeof row.changes === 'function' ? row.changes(protocol) : row.changes);
}
