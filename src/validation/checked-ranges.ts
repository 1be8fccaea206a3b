/**
 * In which ranges predictions were held against real systems, as data: what the judged rows of the targets named here cover, ends
 * included (test/unit/checked-range.test.ts takes it from their scenarios and tables anew). Closed forms and the results of other
 * simulators are no real systems and widen no range. With what constants and options they were predicted stands in a file of its
 * own, which that test writes.
 */
import { checkedSettings } from './checked-settings.ts';
import type { PointSettings } from './point-settings.ts';

/** Both ends were checked. */
export interface Span {
  readonly low: number;
  readonly high: number;
}

export interface CheckedRange {
  /** The real system, with its version. */
  readonly system: string;
  readonly origin: 'measured' | 'published';
  readonly protocol: 'raft' | 'pbft';
  /** Validation targets whose judged rows this is of. */
  readonly targets: readonly string[];
  readonly nodes: Span;
  /** One-way delay between two nodes, ms. */
  readonly delayMs: Span;
  /** The longest one-way delay between a client and a node, ms; 0: clients were on the nodes' own machines. */
  readonly clientDelayMs: number;
  /** Closed loops with at most so many requests under way, or requests at a constant rate, at most so many a second. */
  readonly load: { readonly loop: 'closed' | 'constant'; readonly most: number };
  /** The busiest processors and network cards: shares of their time. */
  readonly processors: number;
  readonly cards: number;
  /** The slowest fsync, mean, ms; 0: nothing waited for a disk. */
  readonly fsyncMs: number;
  readonly faults: 'none' | 'leader killed';
  /** The service times, costs of cryptography and options that those rows were predicted with. */
  readonly settings: PointSettings;
}

/** Below a tenth of its time in use a queue adds less than 6 % of one service (M/D/1): as good as unloaded. */
const UNLOADED = 0.1;

const etcd = { system: 'etcd 3.4.23', origin: 'measured', protocol: 'raft', faults: 'none' } as const;

const ranges: readonly Omit<CheckedRange, 'settings'>[] = [
  {
    ...etcd,
    targets: ['etcd-commit-latency', 'etcd-placement-far', 'etcd-placement-client', 'etcd-throughput', 'etcd-fsync'],
    nodes: { low: 3, high: 5 },
    delayMs: { low: 2, high: 25 },
    clientDelayMs: 5,
    load: { loop: 'closed', most: 16 },
    processors: 0.507,
    cards: UNLOADED,
    fsyncMs: 0.14445,
  },
  {
    ...etcd,
    system: 'etcd 3.4.23 behind a card of 10 Mbit/s',
    targets: ['etcd-bandwidth'],
    nodes: { low: 5, high: 5 },
    delayMs: { low: 1, high: 1 },
    clientDelayMs: 0,
    load: { loop: 'closed', most: 1 },
    processors: UNLOADED,
    cards: 1,
    fsyncMs: 0,
  },
  {
    ...etcd,
    system: 'etcd 3.4.23 whose leader is killed',
    targets: ['etcd-failover'],
    nodes: { low: 3, high: 3 },
    delayMs: { low: 5, high: 5 },
    clientDelayMs: 0,
    load: { loop: 'constant', most: 600 },
    processors: UNLOADED,
    cards: UNLOADED,
    fsyncMs: 0,
    faults: 'leader killed',
  },
  {
    ...etcd,
    system: 'NuRaft',
    origin: 'published',
    targets: ['nuraft'],
    nodes: { low: 3, high: 3 },
    delayMs: { low: 0.09, high: 0.09 },
    clientDelayMs: 0,
    load: { loop: 'closed', most: 1 },
    processors: UNLOADED,
    cards: UNLOADED,
    fsyncMs: 0,
  },
  {
    system: 'BFT-SMaRt',
    origin: 'measured',
    protocol: 'pbft',
    targets: ['bft-smart'],
    nodes: { low: 4, high: 4 },
    delayMs: { low: 5, high: 25 },
    clientDelayMs: 25,
    load: { loop: 'closed', most: 1 },
    processors: 0.264,
    cards: UNLOADED,
    fsyncMs: 0,
    faults: 'none',
  },
  {
    system: 'BFT-SMaRt over four AWS regions',
    origin: 'published',
    protocol: 'pbft',
    targets: ['pbft-wide-area'],
    nodes: { low: 4, high: 4 },
    delayMs: { low: 69.66, high: 156.52 },
    clientDelayMs: 156.52,
    load: { loop: 'closed', most: 4 },
    processors: UNLOADED,
    cards: UNLOADED,
    fsyncMs: 0,
    faults: 'none',
  },
];

/** The wider ones first: of two that miss a scenario by as much, the first is named. */
export const checkedRanges: readonly CheckedRange[] = ranges.map((range) => ({
  ...range,
  settings: checkedSettings[range.system] as PointSettings,
}));
