/**
 * Measurements of real etcd clusters (scenarios/data/reference/measured), all predicted with the same three constants of what
 * processors take: a part of each request that delays it at its client, what a message or request occupies of a thread, and what an
 * idle thread takes to begin. They were chosen once, on all rows together: one client near to a leader says only their sum, several
 * hops tell the last from the first, and many clients the second. Rows that were bound by the processors of the machine they were
 * measured on are shown, not judged.
 */
import { latencyQuantile, throughput } from '../quantities.ts';
import { numberAt, type ReferenceRow } from '../reference.ts';
import type { Comparison, Quantity, Target, Tolerance } from '../target.ts';

/** The same values in all scenarios of these targets. */
export const ETCD_CONSTANTS = [
  '0.43 ms that delay each request at its client (clients.processing)',
  '60 us of the thread for each message and each request (machine.handling, request_handling)',
  '0.3 ms until an idle thread begins with a message from the network (machine.wake_up)',
];
const BELOW_5_MS = 'below 5 ms scheduling of the two measured cores weighs as much as the network';
/** Above this share of the machine's processors a row is shown only. */
const MOST_PROCESSOR = 0.6;
const small = ['run.duration=6s'];
const p50 = latencyQuantile(0.5);

export const etcdCommitLatency: Target = {
  id: 'etcd-commit-latency',
  summary: 'Median latency of etcd writes against delay and members',
  source: 'measured/etcd-commit-latency.csv',
  scenario: 'etcd-commit-latency',
  constants: ETCD_CONSTANTS,
  small,
  comparisons: (reference) =>
    reference('measured/etcd-commit-latency.csv').map((row) => {
      const delay = numberAt(row, 'one_way_delay_ms');
      return {
        row: `${row.members} members, ${delay} ms one way, p50`,
        unit: 'ms',
        real: numberAt(row, 'p50_ms'),
        tolerance: { percent: 3 },
        ungated: delay < 5 ? BELOW_5_MS : null,
        where: { 'nodes.count': numberAt(row, 'members'), 'network.matrix.uniform': delayed(delay) },
        quantity: p50,
      };
    }),
};

/** A delay of 0 is no network: links take at least 1 us here. */
function delayed(ms: number): string {
  return ms === 0 ? '1us' : `${ms}ms`;
}

export const etcdThroughput: Target = {
  id: 'etcd-throughput',
  summary: 'Throughput of closed-loop etcd clients, 3 members, 5 ms one way',
  source: 'measured/etcd-throughput.csv',
  scenario: 'etcd-throughput',
  constants: ETCD_CONSTANTS,
  small,
  comparisons: (reference) =>
    reference('measured/etcd-throughput.csv').map((row) => {
      const clients = numberAt(row, 'clients');
      return {
        row: `${clients} ${clients === 1 ? 'client' : 'clients'}`,
        unit: '/s',
        real: numberAt(row, 'throughput_per_s'),
        tolerance: { percent: clients <= 4 ? 3 : 8 },
        ungated: boundBy(row),
        where: { 'clients.0.load.closed.clients': clients },
        quantity: throughput,
      };
    }),
};

function boundBy(row: ReferenceRow): string | null {
  return numberAt(row, 'machine_cpu_frac') > MOST_PROCESSOR
    ? `more than ${MOST_PROCESSOR * 100} % of the measured machine's processors were busy`
    : null;
}

const PLACEMENT: Tolerance = { percent: 3, orAbsolute: 0.5 };

export const etcdPlacementFar: Target = {
  id: 'etcd-placement-far',
  summary: 'Median latency of etcd writes with the leader near to or far from the majority',
  source: 'measured/etcd-placement.csv (near3far2)',
  scenario: 'etcd-placement-far',
  constants: ETCD_CONSTANTS,
  small,
  comparisons: (reference) =>
    reference('measured/etcd-placement.csv')
      .filter((row) => row.series === 'near3far2')
      .map((row) => {
        const leader = numberAt(row, 'leader');
        const where = { 'clients.0.node': leader, 'protocol.raft.initial_leader': leader };
        return placement(`leader and client at member ${leader}, p50`, row, where, p50);
      }),
};

export const etcdPlacementClient: Target = {
  id: 'etcd-placement-client',
  summary: 'Latency of etcd writes from the leader, a follower and outside, 5 ms one way',
  source: 'measured/etcd-placement.csv (uniform5)',
  scenario: 'etcd-placement-client',
  constants: ETCD_CONSTANTS,
  small,
  comparisons: (reference) =>
    reference('measured/etcd-placement.csv')
      .filter((row) => row.series === 'uniform5')
      .map((row) => placement(`client at ${row.client_at}, p50`, row, { clients: groupAt(row) }, p50)),
};

/** How the only group of clients of a point begins. */
function groupAt({ client_at: place = '' }: ReferenceRow): string {
  if (place.startsWith('external')) return '[{"site":"outside",';
  return place === 'leader-ns' ? '[{"node":0,' : '[{"node":1,';
}

function placement(name: string, row: ReferenceRow, where: Comparison['where'], quantity: Quantity): Comparison {
  return { row: name, unit: 'ms', real: numberAt(row, 'p50_ms'), tolerance: PLACEMENT, ungated: null, where, quantity };
}

export const etcdBandwidth: Target = {
  id: 'etcd-bandwidth',
  summary: 'Median latency of 64 KiB etcd writes, 5 members, 10 Mbit/s',
  source: 'measured/etcd-bandwidth.csv (there only the leader was limited; what followers send is small)',
  scenario: 'etcd-bandwidth',
  constants: ETCD_CONSTANTS,
  small: ['run.duration=11s'],
  comparisons: (reference) =>
    reference('measured/etcd-bandwidth.csv').map((row) => ({
      row: `${row.members} members, p50`,
      unit: 'ms',
      real: numberAt(row, 'p50_ms'),
      tolerance: { percent: 3 },
      ungated: null,
      where: {},
      quantity: p50,
    })),
};

/** The median with the disk less the median without it: the points stand in the order none, nvme. */
const shift: Quantity = {
  observe: p50.observe,
  summarise: (_values, [without = [], withDisk = []]) => p50.summarise(withDisk, []) - p50.summarise(without, []),
};

export const etcdFsync: Target = {
  id: 'etcd-fsync',
  summary: 'What a disk adds to the median etcd write, and writes by 1 to 64 clients with and without it, 3 members',
  source: 'measured/etcd-fsync.csv',
  scenario: 'etcd-fsync',
  constants: [...ETCD_CONSTANTS, 'disk: nvme as shipped (fdatasync 0.14 ms, measured)'],
  small,
  comparisons: (reference) => {
    const rows = reference('measured/etcd-fsync.csv');
    const unloaded = rows.filter((row) => numberAt(row, 'one_way_delay_ms') === 5 && numberAt(row, 'clients') === 1);
    const median = (disk: string) => numberAt(unloaded.find((row) => row.data_dir === disk) as ReferenceRow, 'p50_ms');
    return [
      {
        row: 'p50 on disk less p50 on tmpfs',
        unit: 'ms',
        real: median('disk') - median('tmpfs'),
        tolerance: { low: 0, high: 0.3 },
        ungated: null,
        where: { 'network.matrix.uniform': '5ms', 'clients.0.load.closed.clients': 1 },
        quantity: shift,
      },
      ...rows.map((row): Comparison => {
        const delay = numberAt(row, 'one_way_delay_ms');
        const clients = numberAt(row, 'clients');
        return {
          row: `${row.data_dir}, ${delay} ms one way, ${clients} ${clients === 1 ? 'client' : 'clients'}`,
          unit: '/s',
          real: numberAt(row, 'throughput_per_s'),
          tolerance: { percent: clients <= 4 ? 3 : 8 },
          ungated: boundBy(row) ?? (delay < 5 ? BELOW_5_MS : null),
          where: {
            'machine.disk': row.data_dir === 'disk' ? 'nvme' : 'none',
            'network.matrix.uniform': delayed(delay),
            'clients.0.load.closed.clients': clients,
          },
          quantity: throughput,
        };
      }),
    ];
  },
};
