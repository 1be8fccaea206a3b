/**
 * What a design point consumes in steady state, to be priced (cost.ts): cores, what its nodes send, and what they keep on disk. Taken
 * from its runs, so that a cluster that does not keep up is charged for what it did, and a caller must say that it did not keep up.
 */
import { wireBytes } from '../network/wire.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import type { Consumption } from './cost.ts';
import type { PointEstimate } from './point-estimate.ts';
import { keptBytes, requestRuleOf, sampleRequests } from './request-sample.ts';

/** What the nodes of a point, all together, consume; null where nothing became final, so that there is nothing to go by. */
export function consumptionOf(
  spec: RunSpec,
  { estimates, runs, repeats }: Pick<PointEstimate, 'estimates' | 'runs' | 'repeats'>,
  retentionDays: number,
): Consumption | null {
  const sent = meanOf(runs.map(({ values }) => product(values.bytes_per_transaction, values.throughput_per_s)));
  const throughput = estimates.throughput_per_s?.mean ?? null;
  const offered = estimates.offered_per_s?.mean ?? null;
  if (sent === null || throughput === null || offered === null) return null;
  const sample = sampleRequests(spec, spec.seed);
  const rule = requestRuleOf(spec);
  const wire = meanOf(sample.bytes.map((bytes) => wireBytes(spec.network, bytes + rule.signature))) ?? 0;
  // Runs count all that anybody sends. What clients send to the nodes does not leave a node, and is taken off again.
  const fromClients = offered * repeats.sendsPerRequest * wire;
  const orderedPerSecond = throughput / (1 - repeats.orderedAgain);
  return {
    cores: spec.machine.cores * spec.nodes,
    egressBytesPerSecond: Math.max(0, sent - fromClients),
    diskBytes: keptBytes(sample, rule, { perSecond: orderedPerSecond, retentionDays, nodes: spec.nodes }),
  };
}

function product(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a * b;
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
