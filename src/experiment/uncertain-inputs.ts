/**
 * What a scenario states and nobody knows exactly: measured or guessed properties of links and machines, with the range in which
 * the truth may lie and how it is measured. Timeouts, batches and loads are not among them: those are chosen, not found out.
 */
import { createSampler } from '../kernel/distributions.ts';
import type { DistributionSpec } from '../kernel/sampler.ts';
import { scaledDistribution } from '../kernel/scaled-distribution.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { MICROSECOND } from '../units/quantities.ts';

/** As factors on what the scenario says. */
export interface FactorRange {
  readonly low: number;
  readonly high: number;
}

export interface UncertainInput {
  readonly title: string;
  /** Where nothing else is asked for. */
  readonly range: FactorRange;
  /** Why this range: half a sentence. */
  readonly why: string;
  /** How to find out: an instruction. */
  readonly measure: string;
  /** Why multiplying it changes nothing in this run, or null. */
  readonly absent: (spec: RunSpec) => string | null;
  readonly scaled: (spec: RunSpec, factor: number) => RunSpec;
}

export const uncertainInputs = {
  'link-delay': {
    title: 'link delay',
    range: { low: 0.8, high: 1.25 },
    why: 'a matrix of the public Internet or of a cloud against your own lines',
    measure: 'ping between the sites for a day and give the matrix of round trips (network.matrix)',
    absent: ({ network }) => (network.oneWay.some((delay) => delay > 0) ? null : 'there is none'),
    // A link of a run takes at least 1 µs; what takes less already (a site of one node) stays.
    scaled: (spec, factor) => {
      const scaled = (delay: number): number => Math.max(Math.min(delay, MICROSECOND), Math.round(delay * factor));
      return { ...spec, network: { ...spec.network, oneWay: spec.network.oneWay.map(scaled) } };
    },
  },
  jitter: {
    title: 'jitter',
    range: { low: 0, high: 3 },
    why: 'from a leased line without any to a busy path with three times as much',
    measure: 'keep the spread of those pings, mean and 99th percentile (network.jitter)',
    absent: ({ network }) => nothing(network.jitter, 'network.jitter is 0: give the least you expect to see it varied'),
    scaled: (spec, factor) => ({
      ...spec,
      network: { ...spec.network, jitter: scaledDistribution(spec.network.jitter, factor) },
    }),
  },
  'service-times': {
    title: 'service times',
    range: { low: 0.5, high: 2 },
    why: 'between implementations and processors',
    measure:
      'measure your own cluster and fit it: quorumlab calibrate --from results.csv (machine.handling, request_handling, execution, wake_up; clients.processing)',
    absent: ({ machine: { handling, requestHandling, execution, wakeUp = 0 }, clients }) =>
      handling + requestHandling + execution + wakeUp > 0 || clients.some(({ processing = 0 }) => processing > 0)
        ? null
        : 'machine.handling, request_handling, execution and wake_up and clients.processing are 0',
    scaled: (spec, factor) => {
      const { handling, requestHandling, execution, wakeUp } = spec.machine;
      const times = (value: number): number => Math.round(value * factor);
      return {
        ...spec,
        machine: {
          ...spec.machine,
          handling: times(handling),
          requestHandling: times(requestHandling),
          execution: times(execution),
          ...(wakeUp === undefined ? {} : { wakeUp: times(wakeUp) }),
        },
        clients: spec.clients.map((group) =>
          group.processing === undefined ? group : { ...group, processing: times(group.processing) },
        ),
      };
    },
  },
  fsync: {
    title: 'fsync',
    range: { low: 0.5, high: 2 },
    why: 'between drives of one class, and with their age',
    measure: 'run quorumlab calibrate --directory DIR on the disk that the nodes will use (machine.disk)',
    absent: ({ machine }) => nothing(machine.disk.fsync, 'machine.disk makes a write durable at once'),
    scaled: (spec, factor) => {
      const { disk } = spec.machine;
      return {
        ...spec,
        machine: { ...spec.machine, disk: { ...disk, fsync: scaledDistribution(disk.fsync, factor) } },
      };
    },
  },
  'signature-cost': {
    title: 'signature cost',
    range: { low: 0.4, high: 2.5 },
    why: 'between generations of processors; signing, verifying, MACs and hashing together',
    measure: 'run quorumlab calibrate on a machine like the nodes (machine.crypto.profile)',
    absent: ({ machine: { crypto } }) =>
      crypto.sign + crypto.verify + crypto.mac + crypto.hashPerByte > 0 ? null : 'cryptography costs nothing here',
    scaled: (spec, factor) => {
      const { crypto } = spec.machine;
      return {
        ...spec,
        machine: {
          ...spec.machine,
          crypto: {
            ...crypto,
            sign: Math.round(crypto.sign * factor),
            verify: Math.round(crypto.verify * factor),
            mac: Math.round(crypto.mac * factor),
            // A multiple of 2⁻¹⁶ ns, as the contract wants it.
            hashPerByte: Math.round(crypto.hashPerByte * factor * 65_536) / 65_536,
          },
        },
      };
    },
  },
  bandwidth: {
    title: 'bandwidth',
    range: { low: 0.5, high: 1 },
    why: 'other programs share a card, which never gives more than its nominal rate',
    measure: 'send one stream between two nodes for a minute (network.egress, network.ingress)',
    absent: ({ network: { egress, ingress } }) =>
      Number.isFinite(egress.bitsPerSecond) || Number.isFinite(ingress.bitsPerSecond)
        ? null
        : 'network.egress and network.ingress are unlimited',
    scaled: (spec, factor) => {
      const { egress, ingress } = spec.network;
      return {
        ...spec,
        network: {
          ...spec.network,
          egress: { ...egress, bitsPerSecond: rate(egress.bitsPerSecond, factor) },
          ingress: { bitsPerSecond: rate(ingress.bitsPerSecond, factor) },
        },
      };
    },
  },
} as const satisfies Record<string, UncertainInput>;

export type InputName = keyof typeof uncertainInputs;
export const INPUT_NAMES = Object.keys(uncertainInputs) as readonly InputName[];

function nothing(law: DistributionSpec, sentence: string): string | null {
  return createSampler(law).mean > 0 ? null : sentence;
}

function rate(bitsPerSecond: number, factor: number): number {
  return Number.isFinite(bitsPerSecond) ? Math.max(1, Math.round(bitsPerSecond * factor)) : bitsPerSecond;
}
