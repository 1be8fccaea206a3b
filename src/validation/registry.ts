/** Every validation target, in the order in which they are shown: closed forms, published results, measured systems. */
import type { Target } from './target.ts';
import {
  etcdBandwidth,
  etcdCommitLatency,
  etcdFsync,
  etcdPlacementClient,
  etcdPlacementFar,
  etcdThroughput,
} from './targets/etcd.ts';
import { inOrder } from './targets/in-order.ts';
import { latencyInDelays } from './targets/latency-in-delays.ts';
import { messageCounts } from './targets/message-counts.ts';
import { orderStatistics } from './targets/order-statistics.ts';
import { cardQueue, coreQueue } from './targets/queues.ts';

export const targets: readonly Target[] = [
  latencyInDelays,
  messageCounts,
  cardQueue,
  coreQueue,
  inOrder,
  orderStatistics,
  etcdCommitLatency,
  etcdPlacementFar,
  etcdPlacementClient,
  etcdThroughput,
  etcdBandwidth,
  etcdFsync,
];
