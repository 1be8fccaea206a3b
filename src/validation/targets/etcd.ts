/**
 * Measurements of real etcd clusters (scenarios/data/reference/measured), all predicted with one constant: what processors take
 * for a request. Rows that were bound by the processors of the machine they were measured on are shown, not judged.
 */
import { groupLatency, latencyQuantile, throughput } from '../quantities.ts';
import { numberAt, type ReferenceRow } from '../reference.ts';
import type { Comparison, Quantity, Target, Tolerance } from '../target.ts';

const CONSTANTS = ['1.3 ms for each request (clients.processing), one value in all etcd scenarios'];
/** Above this share of the machine's processors a row is shown only. */
const MOST_PROCESSOR = 0.6;
const small = ['run.duration=6s'];
const p50 = latencyQuantile(0.5);

export const etcdCommitLatency: Target = {
  id: 'etcd-commit-latency',
  summary: 'Median latency of etcd writes against delay and members',
  source: 'measured/etcd-commit-latency.csv',
  scenario: 'etcd-commit-latency',
  constants: CONSTANTS,
  small,
  // A delay of 0 is no network: links take at least 1 us here.
  comparisons: (reference) =>
    reference('measured/etcd-commit-latency.csv')
      .filter((row) => numberAt(row, 'one_way_delay_ms') > 0)
      .map((row) => {
        const delay = numberAt(row, 'one_way_delay_ms');
        return {
          row: `${row.members} members, ${delay} ms one way, p50`,
          unit: 'ms',
          real: numberAt(row, 'p50_ms'),
          tolerance: { percent: 3 },
          ungated: delay < 5 ? 'below 5 ms scheduling of the two measured cores weighs as much as the network' : null,
          where: { 'nodes.count': numberAt(row, 'members'), 'network.matrix.uniform': `${delay}ms` },
          quantity: p50,
        };
      }),
};

export const etcdThroughput: Target = {
  id: 'etcd-throughput',
  summary: 'Throughput of closed-loop etcd clients, 3 members, 5 ms one way',
  source: 'measured/etcd-throughput.csv',
  scenario: 'etcd-throughput',
  constants: CONSTANTS,
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
  constants: CONSTANTS,
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
  constants: CONSTANTS,
  small,
  // Latencies do not spread here, so that the mean of a group stands for its median.
  comparisons: (reference) =>
    reference('measured/etcd-placement.csv')
      .filter((row) => row.series === 'uniform5')
      .map((row, group) => placement(`client at ${row.client_at}, p50`, row, {}, groupLatency(group))),
};

function placement(name: string, row: ReferenceRow, where: Comparison['where'], quantity: Quantity): Comparison {
  return { row: name, unit: 'ms', real: numberAt(row, 'p50_ms'), tolerance: PLACEMENT, ungated: null, where, quantity };
}

export const etcdBandwidth: Target = {
  id: 'etcd-bandwidth',
  summary: 'Median latency of 64 KiB etcd writes, 5 members, 10 Mbit/s',
  source: 'measured/etcd-bandwidth.csv (there only the leader was limited; what followers send is small)',
  scenario: 'etcd-bandwidth',
  constants: CONSTANTS,
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
  summary: 'How much later a disk makes the median etcd write, 3 members, 5 ms one way, 1 client',
  source: 'measured/etcd-fsync.csv',
  scenario: 'etcd-fsync',
  constants: [...CONSTANTS, 'disk: nvme as shipped (fdatasync 0.14 ms, measured)'],
  small,
  comparisons: (reference) => {
    const rows = reference('measured/etcd-fsync.csv').filter(
      (row) => numberAt(row, 'one_way_delay_ms') === 5 && numberAt(row, 'clients') === 1,
    );
    const median = (disk: string) => numberAt(rows.find((row) => row.data_dir === disk) as ReferenceRow, 'p50_ms');
    return [
      {
        row: 'p50 on disk less p50 on tmpfs',
        unit: 'ms',
        real: median('disk') - median('tmpfs'),
        tolerance: { low: 0, high: 0.3 },
        ungated: null,
        where: {},
        quantity: shift,
      },
    ];
  },
};
