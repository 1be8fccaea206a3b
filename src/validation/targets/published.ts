/** Published results that targets.csv names row by row: wide-area PBFT, the leader's bandwidth, NuRaft, accounting checks, Fabric. */
import {
  bottleneckIs,
  commitMean,
  groupLatency,
  inUnits,
  latencyMax,
  latencyMean,
  latencyQuantile,
  throughput,
} from '../quantities.ts';
import { numberAt, type Reference, type ReferenceRow } from '../reference.ts';
import type { Comparison, Quantity, Target, Tolerance } from '../target.ts';

/** Its rows, in order; of one system where its name is given. */
export function publishedRows(reference: Reference, id: string, system = ''): readonly ReferenceRow[] {
  return reference('published/targets.csv').filter((row) => row.id === id && (row.system ?? '').includes(system));
}

function comparison(row: ReferenceRow, quantity: Quantity, changes: Partial<Comparison> = {}): Comparison {
  return {
    row: row.metric as string,
    unit: row.unit as string,
    real: numberAt(row, 'value'),
    tolerance: { percent: numberAt(row, 'tolerance_percent') },
    ungated: null,
    where: {},
    quantity,
    published: row,
    ...changes,
  };
}

export const wideAreaPbft: Target = {
  id: 'pbft-wide-area',
  summary: 'Consensus and client latency of BFT-SMaRt over four AWS regions, from the round trips alone',
  source: 'R5: Berger, Ben Toumia & Reiser 2022, arXiv 2208.14745',
  scenario: 'pbft-wide-area',
  constants: [],
  beyond: [
    'within each region messages take half the mean of the four diagonal values, which differ by 0.4 ms at most',
  ],
  small: ['run.duration=60s'],
  comparisons: (reference) =>
    publishedRows(reference, 'R5').map((row) => {
      const place = row.setup?.includes('client in Oregon') ? 0 : row.setup?.includes('client in Ireland') ? 1 : null;
      if (place === null) return comparison(row, commitMean);
      const name = `${row.metric}, ${['Oregon', 'Ireland'][place]}`;
      return comparison(row, groupLatency(place), { row: name });
    }),
};

export const leaderBandwidth: Target = {
  id: 'leader-bandwidth',
  summary: "Throughput of PBFT where the primary's card is the limit",
  source: 'R7: Berger, Ben Toumia & Reiser 2022, arXiv 2208.14745',
  scenario: 'leader-bandwidth',
  constants: [],
  small: ['run.duration=500ms', 'levels={nodes.count: [4, 8, 16]}'],
  comparisons: (reference) =>
    publishedRows(reference, 'R7').flatMap((row) => {
      const n = Number(/^n = (\d+)/.exec(row.setup ?? '')?.[1]);
      const where = { 'nodes.count': n };
      const named = { row: `n=${n}, the bottleneck named is egress (1: yes)`, unit: '', real: 1 };
      return [
        comparison(row, throughput, { row: `n=${n}`, where }),
        comparison(row, bottleneckIs('egress'), { ...named, tolerance: { percent: 0 }, where }),
      ];
    }),
};

export const nuraft: Target = {
  id: 'nuraft',
  summary: 'Commit latency of NuRaft, 3 nodes, 180 us apart (round trip), 1 client',
  source: 'R9: eBay NuRaft bench results 2019',
  scenario: 'nuraft',
  constants: [],
  small: [],
  comparisons: (reference) => publishedRows(reference, 'R9', 'NuRaft').map((row) => comparison(row, inMicroseconds)),
};

export const accounting: readonly Target[] = [
  { id: 'logcabin-accounting', system: 'LogCabin', constant: '51.02 us a transaction, so that throughput is 19,600/s' },
  { id: 'etcd-accounting', system: 'etcd', constant: '22.372 us a transaction, so that throughput is 44,341/s' },
].map(({ id, system, constant }) => ({
  id,
  summary: `Throughput and latency of ${system} fit together (Little's law)`,
  source: 'R9: Ongaro 2014, section 10.3; etcd op-guide performance page',
  scenario: id,
  constants: [constant],
  small: ['run.duration=3s'],
  accounting: true,
  comparisons: (reference) =>
    publishedRows(reference, 'R9', system).flatMap((row) => {
      const rate = Number(/at (\d+) tx/.exec(row.metric ?? '')?.[1]);
      return [
        comparison(row, latencyMean),
        comparison(row, throughput, { row: 'throughput', unit: 'tx/s', real: rate }),
      ];
    }),
}));

const median = latencyQuantile(0.5);
const inMicroseconds = inUnits(median, 1000);
const inSeconds = inUnits(latencyMax, 1e-3);
const meanInSeconds = inUnits(latencyMean, 1e-3);

export const blockCutter: Target = {
  id: 'block-cutter',
  summary: 'How long the last partial block of an ordering service waits (one Raft node stands for the orderer)',
  source: 'R10: Hyperledger Fabric 2.5 performance report',
  scenario: 'block-cutter',
  constants: [],
  small: [],
  comparisons: (reference) => publishedRows(reference, 'R10').map((row) => comparison(row, inSeconds)),
};

/** What execution and polling take for each transaction: chosen on the five rows of R11 together. */
const BESU_CONSTANT = '1.4 ms for each transaction executed (machine.execution), one value for all five periods';

export const blockPeriod: Target = {
  id: 'block-period',
  summary: 'Mean latency of QBFT on 8 Besu nodes against the block period (PBFT with rotating proposers stands in)',
  source: 'R11: Fan et al., DAPPS 2022',
  scenario: 'block-period',
  constants: [BESU_CONSTANT],
  small: ['run.duration=70s'],
  comparisons: (reference) =>
    publishedRows(reference, 'R11').map((row) => {
      const period = /block period (\d+ s)/.exec(row.setup ?? '')?.[1] ?? '';
      const where = { 'protocol.pbft.block_period': period.replace(' ', '') };
      return comparison(row, meanInSeconds, { row: `block period ${period}, mean latency`, where });
    }),
};

/** The same values in both BFT-SMaRt scenarios. */
const BFT_SMART_CONSTANTS = [
  '0.7 ms until an idle thread begins with a message (machine.wake_up)',
  '50 us of the thread for each message and each request (machine.handling, request_handling)',
];

export const bftSmart: Target = {
  id: 'bft-smart',
  summary: 'Median latency of BFT-SMaRt, 4 replicas, client equally far from all',
  source: 'measured/bft-smart-latency.csv',
  scenario: 'bft-smart',
  constants: BFT_SMART_CONSTANTS,
  small: ['run.duration=11s'],
  comparisons: (reference) =>
    reference('measured/bft-smart-latency.csv').map((row) => {
      const delay = numberAt(row, 'one_way_delay_ms');
      return {
        row: `${delay} ms one way, p50`,
        unit: 'ms',
        real: numberAt(row, 'p50_ms'),
        tolerance: { percent: 3 },
        ungated: null,
        where: { 'network.matrix.uniform': `${delay}ms` },
        quantity: latencyQuantile(0.5),
      };
    }),
};

/** A rule and no measurement: "about" six delays and two overheads. */
const ABOUT: Tolerance = { percent: 5 };

export const bftSmartBatches: Target = {
  id: 'bft-smart-batches',
  summary: 'Median latency of many BFT-SMaRt clients, which fall into two batches in turn',
  source:
    'one consensus instance at a time (Bessani, Sousa & Alchieri, DSN 2014): 6 delays and twice the overhead that measured/bft-smart-latency.csv shows with one client',
  scenario: 'bft-smart-batches',
  constants: BFT_SMART_CONSTANTS,
  small: ['run.duration=6s'],
  comparisons: (reference) =>
    reference('measured/bft-smart-latency.csv').flatMap((row) => {
      const delay = numberAt(row, 'one_way_delay_ms');
      const overhead = numberAt(row, 'p50_ms') - 5 * delay;
      return [4, 16].map((clients) => ({
        row: `${clients} clients, ${delay} ms one way, p50`,
        unit: 'ms',
        real: 6 * delay + 2 * overhead,
        tolerance: ABOUT,
        ungated: null,
        where: { 'network.matrix.uniform': `${delay}ms`, 'clients.0.load.closed.clients': clients },
        quantity: latencyQuantile(0.5),
      }));
    }),
};
