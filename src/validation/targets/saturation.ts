/**
 * How much each resource lets through, worked out from its costs: the measured maximum must be that, and the bottleneck that is
 * named must be that resource. Several cores scale as Amdahl says: in proportion, until what one thread must do is the limit.
 */
import type { Resource } from '../../experiment/bottleneck.ts';
import { bottleneckIs, throughput } from '../quantities.ts';
import type { Comparison, Quantity, Target } from '../target.ts';

const BATCH = 100;
/** K, the default. */
const CHECKPOINT = 128;
const source = 'Service demand law (Lazowska et al., Quantitative System Performance, 1984, section 3.3)';
const small = ['run.duration=5s'];

/** The most that any of the points brings: a sweep of offered rates peaks at saturation. */
const mostThroughput: Quantity = {
  observe: throughput.observe,
  summarise: (values) => Math.max(...values),
};

/** `at`: where in a sweep the bottleneck is looked at. */
function rows(
  name: string,
  where: Comparison['where'],
  limit: number,
  resource: Resource,
  at: Comparison['where'] = {},
): readonly Comparison[] {
  const common = { where, ungated: null };
  return [
    {
      ...common,
      row: `${name}, throughput`,
      unit: '/s',
      real: limit,
      tolerance: { percent: 2 },
      quantity: mostThroughput,
    },
    {
      ...common,
      where: { ...where, ...at },
      row: `${name}, the bottleneck named is ${resource} (1: yes)`,
      unit: '',
      real: 1,
      tolerance: { percent: 0 },
      quantity: bottleneckIs(resource),
    },
  ];
}

/** Messages that a replica gets for each batch: prepares and commits of the others, and their checkpoints now and then. */
const messages = (n: number) => 2 * (n - 1) + (n - 1) / CHECKPOINT;
/** Transactions a second where a batch takes so many us. */
const perSecond = (us: number) => (BATCH * 1e6) / us;

export const saturation: readonly Target[] = [
  {
    id: 'saturation-thread',
    summary: "Most transactions a second where the primary's protocol thread is the limit (PBFT)",
    source,
    scenario: 'saturation-thread',
    constants: [],
    small,
    comparisons: () =>
      [4, 16, 31].flatMap((n) =>
        rows(`n=${n}`, { 'nodes.count': n }, perSecond(20 * messages(n) + BATCH * (10 + 10)), 'thread'),
      ),
  },
  {
    id: 'saturation-cores',
    summary: 'Most transactions a second where the cores that verify are the limit, then the thread (PBFT, n=4)',
    source: `${source}; Amdahl 1967`,
    scenario: 'saturation-cores',
    constants: [],
    beyond: [
      'the rates offered lie just below the limit that the costs give, so the most that comes is an offered rate in whole batches: above it, cores verify requests at the expense of the batches that are under way, and less comes',
    ],
    small: ['run.duration=5s', 'levels={machine.cores: [2], clients.0.load.open.constant: [9300/s]}'],
    comparisons: () =>
      [
        [2, 9300],
        [3, 18_600],
        [5, 37_200],
        [9, 49_000],
      ].flatMap(([cores = 0, rate]) => {
        // Each client's signature and each message is verified; pre-prepare, commit and now and then a checkpoint are signed.
        const crypto = (100 * (BATCH + messages(4)) + 50 * (2 + 1 / CHECKPOINT)) / (cores - 1);
        const thread = 5 * messages(4) + BATCH * (10 + 10);
        const limit = perSecond(Math.max(crypto, thread));
        const busiest = crypto > thread ? 'cores' : 'thread';
        const at = { 'clients.0.load.open.constant': `${rate}/s` };
        return rows(`${cores} cores`, { 'machine.cores': cores }, limit, busiest, at);
      }),
  },
  {
    id: 'saturation-disk',
    summary: 'Most transactions a second where the disk is the limit (Raft, n=3)',
    source,
    scenario: 'saturation-disk',
    constants: [],
    small: [],
    // Record header, entry header, and 8 B for each request.
    comparisons: () => rows('10 MB/s', {}, (1e7 * BATCH) / (16 + 24 + BATCH * (8 + 1000)), 'disk'),
  },
];
