/**
 * The rows of etcd's commit latency, placement and throughput once more, with the least that can be said of what etcd takes: one time
 * that delays each request, chosen once on commit latency from 5 ms on and on placement together (1.24 to 1.37 ms fit them). What is
 * judged, and how strictly, is as with the three constants that are shipped: side by side they tell which rows ask for more than one.
 */
import type { Target } from '../target.ts';
import { etcdCommitLatency, etcdPlacementClient, etcdPlacementFar, etcdThroughput } from './etcd.ts';

/** The same value in all four scenarios. */
const CONSTANTS = ['1.3 ms that delay each request at its client, and nothing else (clients.processing)'];

/** Targets of the same rows, with one constant and with three. */
export interface ConstantsPair {
  readonly one: Target;
  readonly three: Target;
}

export const etcdPairs: readonly ConstantsPair[] = [
  paired(etcdCommitLatency, 'etcd-one-constant-commit'),
  paired(etcdPlacementFar, 'etcd-one-constant-far'),
  paired(etcdPlacementClient, 'etcd-one-constant-client'),
  // The small setting leaves out what is not judged.
  paired(etcdThroughput, 'etcd-one-constant-throughput', 'levels={clients.0.load.closed.clients: [1, 4, 16]}'),
];

export const etcdOneConstant: readonly Target[] = etcdPairs.map(({ one }) => one);

/** `id`: of the target and of its scenario. `smaller`: what else makes it small. */
function paired(three: Target, id: string, ...smaller: readonly string[]): ConstantsPair {
  const summary = `${three.summary}: one constant`;
  return {
    one: { ...three, id, summary, scenario: id, constants: CONSTANTS, small: [...three.small, ...smaller] },
    three,
  };
}
