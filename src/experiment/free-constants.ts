/** The constants of a scenario that only a running system can tell, which a fit to measurements may choose: one value for all rows. */
import { createSampler } from '../kernel/distributions.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { formatBitRate, formatDuration } from '../units/format.ts';
import { type Duration, MICROSECOND, MILLISECOND } from '../units/quantities.ts';

export interface FreeConstant {
  /** What it is, for a sentence. */
  readonly meaning: string;
  /** The `--set`s that give a scenario this value. `addedDelay`: what it adds to every delay already (network.added_delay). */
  readonly settings: (value: Duration, spec: RunSpec, addedDelay: Duration) => readonly string[];
  /** What the scenario says. */
  readonly current: (spec: RunSpec) => Duration;
  /** Where the search begins, at least. */
  readonly start: Duration;
  readonly applied: (spec: RunSpec, value: Duration) => RunSpec;
  /** Why nobody fits it to a scenario unasked, or null. */
  readonly absent?: (spec: RunSpec) => string | null;
}

/** Service times first, the one of a whole request before those of its parts: what rows do not tell apart is ascribed to the first. */
export const freeConstants = {
  processing: {
    meaning: 'service time of one operation: it delays each request and occupies nothing',
    settings: (value, { clients }) => clients.map((_, i) => `clients.${i}.processing=${formatDuration(value)}`),
    current: ({ clients }) => Math.max(0, ...clients.map(({ processing = 0 }) => processing)),
    start: MILLISECOND / 10,
    applied: (spec, value) => ({
      ...spec,
      clients: spec.clients.map((group) => ({ ...group, processing: Math.round(value) })),
    }),
  },
  'request-handling': {
    meaning: "the protocol thread's time for each request, for which others wait",
    settings: (value) => [`machine.request_handling=${formatDuration(value)}`],
    current: ({ machine }) => machine.requestHandling,
    start: 20 * MICROSECOND,
    applied: (spec, value) => ({ ...spec, machine: { ...spec.machine, requestHandling: Math.round(value) } }),
  },
  handling: {
    meaning: "the protocol thread's time for each protocol message",
    settings: (value) => [`machine.handling=${formatDuration(value)}`],
    current: ({ machine }) => machine.handling,
    start: 20 * MICROSECOND,
    applied: (spec, value) => ({ ...spec, machine: { ...spec.machine, handling: Math.round(value) } }),
  },
  'wake-up': {
    meaning: 'what a protocol thread that is idle takes to begin with a message from the network',
    settings: (value) => [`machine.wake_up=${formatDuration(value)}`],
    current: ({ machine }) => machine.wakeUp ?? 0,
    start: 50 * MICROSECOND,
    applied: (spec, value) => ({ ...spec, machine: { ...spec.machine, wakeUp: Math.round(value) } }),
  },
  fsync: {
    meaning: 'one fsync, the same every time',
    settings: (value, { machine: { disk } }) => [
      `machine.disk={ fsync: { constant: ${formatDuration(value)} }, bandwidth: ${formatBitRate(disk.bitsPerSecond)} }`,
    ],
    current: ({ machine }) => Math.round(createSampler(machine.disk.fsync).mean),
    start: MILLISECOND / 10,
    applied: (spec, value) => {
      const { disk } = spec.machine;
      const fsync = { kind: 'constant', value: Math.round(value) };
      return { ...spec, machine: { ...spec.machine, disk: { ...disk, fsync } } };
    },
    absent: ({ machine }) =>
      createSampler(machine.disk.fsync).mean > 0 ? null : 'the scenario has no disk that anything waits for',
  },
  'link-delay': {
    meaning: 'added to every one-way delay of the scenario (switches, kernels, drivers)',
    settings: (value, _spec, addedDelay) => [`network.added_delay=${formatDuration(addedDelay + value)}`],
    current: () => 0,
    start: MILLISECOND / 20,
    applied: (spec, value) => {
      const oneWay = spec.network.oneWay.map((delay) => delay + Math.round(value));
      return { ...spec, network: { ...spec.network, oneWay } };
    },
  },
} as const satisfies Record<string, FreeConstant>;

export type ConstantName = keyof typeof freeConstants;
export const CONSTANT_NAMES = Object.keys(freeConstants) as readonly ConstantName[];

export function constantNamed(name: ConstantName): FreeConstant {
  return freeConstants[name];
}
