/** Every validation target, in the order in which they are shown: closed forms, published results, measured systems. */
import type { Target } from './target.ts';
import { electionCurves } from './targets/election-curves.ts';
import { electionTimes, splitVotes, wideAreaElections } from './targets/elections.ts';
import {
  etcdBandwidth,
  etcdCommitLatency,
  etcdFsync,
  etcdPlacementClient,
  etcdPlacementFar,
  etcdThroughput,
} from './targets/etcd.ts';
import { etcdOneConstant } from './targets/etcd-one-constant.ts';
import { failover } from './targets/failover.ts';
import { inOrder } from './targets/in-order.ts';
import { latencyInDelays } from './targets/latency-in-delays.ts';
import { authenticatorCounts, messageCounts } from './targets/message-counts.ts';
import { orderStatistics } from './targets/order-statistics.ts';
import {
  accounting,
  bftSmart,
  bftSmartBatches,
  blockCutter,
  blockPeriod,
  leaderBandwidth,
  nuraft,
  wideAreaPbft,
} from './targets/published.ts';
import { queues } from './targets/queues.ts';
import { raftSteps } from './targets/raft-steps.ts';
import { saturation } from './targets/saturation.ts';

export const targets: readonly Target[] = [
  latencyInDelays,
  raftSteps,
  messageCounts,
  authenticatorCounts,
  ...queues,
  ...saturation,
  inOrder,
  orderStatistics,
  ...splitVotes,
  ...electionTimes,
  ...wideAreaElections,
  ...electionCurves,
  wideAreaPbft,
  leaderBandwidth,
  nuraft,
  ...accounting,
  blockCutter,
  blockPeriod,
  etcdCommitLatency,
  etcdPlacementFar,
  etcdPlacementClient,
  etcdThroughput,
  etcdBandwidth,
  etcdFsync,
  failover,
  ...etcdOneConstant,
  bftSmart,
  bftSmartBatches,
];
