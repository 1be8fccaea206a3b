/** The constants of a scenario that only a running system can tell, which a fit to measurements may choose: one value for all rows. */
import type { RunSpec } from '../simulation/run-spec.ts';
import { type Duration, MILLISECOND } from '../units/quantities.ts';

export interface FreeConstant {
  /** What it is, for a sentence. */
  readonly meaning: string;
  /** The `--set` that gives a scenario this value, or null where there is no such key. */
  readonly setting: ((text: string) => string) | null;
  /** Where the search begins. */
  readonly start: (spec: RunSpec) => Duration;
  readonly applied: (spec: RunSpec, value: Duration) => RunSpec;
}

export const freeConstants = {
  'service-time': {
    meaning: "the protocol thread's time for each protocol message",
    setting: (text) => `machine.handling=${text}`,
    start: ({ machine }) => Math.max(machine.handling, MILLISECOND / 10),
    applied: (spec, value) => ({ ...spec, machine: { ...spec.machine, handling: Math.round(value) } }),
  },
  fsync: {
    meaning: 'one fsync, the same every time',
    setting: (text) => `machine.disk.fsync.constant=${text}`,
    start: () => MILLISECOND / 10,
    applied: (spec, value) => {
      const { disk } = spec.machine;
      const fsync = { kind: 'constant', value: Math.round(value) };
      return { ...spec, machine: { ...spec.machine, disk: { ...disk, fsync } } };
    },
  },
  'link-delay': {
    meaning: 'added to every one-way delay of the scenario (switches, kernels, drivers)',
    setting: null,
    start: () => MILLISECOND / 20,
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
