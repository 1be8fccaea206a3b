/** Every fault by name. Adding one is a file and a line here. */
import { crash } from './crash.ts';
import type { FaultDefinition } from './fault.ts';
import { partition } from './partition.ts';

export const faultDefinitions = { crash, partition } as const satisfies Record<string, FaultDefinition>;
