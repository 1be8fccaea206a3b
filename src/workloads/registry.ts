/** The workloads there are. A new one is a file beside this one and a line here. */
import { opaque } from './opaque.ts';
import { payments } from './payments.ts';
import { supplyChain } from './supply-chain.ts';
import type { WorkloadDefinition } from './workload.ts';

export const workloads = {
  opaque,
  'supply-chain': supplyChain,
  payments,
} as const satisfies Record<string, WorkloadDefinition<unknown>>;

/** The workload of this name. Throws where there is none, naming those that there are. */
export function workloadNamed(name: string): WorkloadDefinition<unknown> {
  const found = Object.values(workloads).find((workload) => workload.name === name);
  if (found === undefined)
    throw new Error(`there is no workload '${name}': there are ${Object.keys(workloads).join(', ')}`);
  return found;
}
