/** Every fault by name. Adding one is a file and a line here. */
import { crash } from './crash.ts';
import type { AnyFault } from './fault.ts';
import { partition } from './partition.ts';
import { slow } from './slow.ts';

export const faultDefinitions = { crash, partition, slow } as const satisfies Record<string, AnyFault>;
