/**
 * What a design point consumes in steady state, to be priced (cost.ts): cores, what its nodes send, and what they keep on disk. Taken
 * from its runs, so that a cluster that does not keep up is charged for what it did, and a caller must say that it did not keep up.
 */
import { wireBytes } from '../network/wire.ts';
import type { AnyProtocol } from '../protocols/protocol.ts';
import { protocols } from '../protocols/registry.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { CLIENT_SIGNATURE } from '../simulation/world.ts';
import type { Bytes } from '../units/quantities.ts';
import { workloadNamed } from '../workloads/registry.ts';
import type { Consumption } from './cost.ts';
import type { PointEstimate } from './point-estimate.ts';

const SECONDS_PER_DAY = 86_400;
/** Requests whose mean stands for all: 4,096 of a law with a coefficient of variation of 1 are within 1.6 % (one standard error). */
const SOME_REQUESTS = 4096;

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
  const request = meanRequest(spec);
  // Runs count all that anybody sends. What clients send to the nodes does not leave a node, and is taken off again.
  const fromClients = offered * repeats.sendsPerRequest * request.wireBytes;
  const orderedPerSecond = throughput / (1 - repeats.orderedAgain);
  return {
    cores: spec.machine.cores * spec.nodes,
    egressBytesPerSecond: Math.max(0, sent - fromClients),
    diskBytes: orderedPerSecond * request.orderedBytes * retentionDays * SECONDS_PER_DAY * spec.nodes,
  };
}

interface MeanRequest {
  /** As a client sends it, with headers. */
  readonly wireBytes: Bytes;
  /** In a block; a read that is served without one leaves nothing there. */
  readonly orderedBytes: Bytes;
}

function meanRequest(spec: RunSpec): MeanRequest {
  const { workload, network, seed, clients } = spec;
  const made = workloadNamed(workload.name).create(workload.options, { seed, groups: Math.max(1, clients.length) });
  const { signed, readsApart } = ruleOf(spec);
  const signature = signed ? CLIENT_SIGNATURE : 0;
  let wire = 0;
  let ordered = 0;
  for (let id = 0; id < SOME_REQUESTS; id++) {
    const bytes = made.bytes(id) + signature;
    wire += wireBytes(network, bytes);
    if (!(readsApart && made.isRead(id))) ordered += bytes;
  }
  return { wireBytes: wire / SOME_REQUESTS, orderedBytes: ordered / SOME_REQUESTS };
}

/** A protocol of the user's own is not known here: its requests are taken as unsigned and all of them as ordered. */
function ruleOf({ protocol, nodes }: RunSpec): { readonly signed: boolean; readonly readsApart: boolean } {
  const known: AnyProtocol | null =
    protocol.module === undefined && Object.hasOwn(protocols, protocol.name)
      ? protocols[protocol.name as keyof typeof protocols]
      : null;
  const rule = known?.client(protocol.options, nodes);
  return { signed: rule?.signed ?? false, readsApart: rule?.reads === 'separate' };
}

function product(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a * b;
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
