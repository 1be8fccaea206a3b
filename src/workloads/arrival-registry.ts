/** The arrival processes there are. A new one is a file in arrivals/ and a line here. */
import { bursty } from './arrivals/bursty.ts';
import { constant } from './arrivals/constant.ts';
import { poisson } from './arrivals/poisson.ts';
import { trace } from './arrivals/trace.ts';
import type { ArrivalDefinition } from './arrivals.ts';

export const arrivalProcesses = {
  poisson,
  constant,
  bursty,
  trace,
} as const satisfies Record<string, ArrivalDefinition<unknown>>;

/** The arrival process of this name. Throws where there is none, naming those that there are. */
export function arrivalsNamed(name: string): ArrivalDefinition<unknown> {
  const found = Object.values(arrivalProcesses).find((process) => process.name === name);
  if (found !== undefined) return found;
  throw new Error(`there is no arrival process '${name}': there are ${Object.keys(arrivalProcesses).join(', ')}`);
}
