/**
 * A slow node: its processor and disk take `by` times as long, its network card does not (docs/MODEL.md section 3, "A slow node").
 * Correct in all it says, and so no fault that counts towards f; a leader that is slow is what protocols find hardest to notice.
 */
import type { FaultDefinition } from './fault.ts';

export interface SlowOptions {
  /** A whole number, so that service times stay exact multiples of 2⁻¹⁶ ns. */
  readonly by: number;
}

export const slow: FaultDefinition<SlowOptions> = {
  name: 'slow',
  summary:
    'The processor and the disk of a node take `by` times as long for all work that they are given; its network card does not.',
  reference:
    'Fail-slow hardware (Gunawi et al., FAST 2018); slow primaries (Clement et al., NSDI 2009, section 3); docs/MODEL.md section 3',
  options: {
    by: {
      kind: 'count',
      default: 10,
      min: 2,
      max: 1000,
      meaning: 'How many times as long; where several such faults overlap on a node, the greatest of them counts.',
    },
  },
  beginning: ({ by }) => `slowness (${by} times)`,
  ending: 'usual speed',
  begin(ground, nodes, at, { by }) {
    for (const node of nodes) ground.slow(node, by, at);
    return (over) => {
      for (const node of nodes) ground.unslow(node, by, over);
    };
  },
};
