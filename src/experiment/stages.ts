/** Where the time of a point's transactions goes, of how many of them that is known, and what is not among them. */
import { STAGES } from '../simulation/run-result.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { MILLISECOND } from '../units/quantities.ts';
import type { Window } from './window.ts';

/** Mean ms in each stage, each run weighing the same. */
export function meanStages(windows: readonly Window[]): readonly number[] {
  const known = windows.filter((window) => window.staged > 0);
  return STAGES.map((_, stage) => {
    const sum = known.reduce((total, window) => total + (window.stageSums[stage] as number) / window.staged, 0);
    return known.length === 0 ? 0 : sum / known.length / MILLISECOND;
  });
}

/** Of the final transactions, the share that the stages are of. */
export function stagedShare(windows: readonly Window[]): number {
  const final = windows.reduce((sum, window) => sum + window.final, 0);
  return final === 0 ? 1 : windows.reduce((sum, window) => sum + window.staged, 0) / final;
}

/** A share of transactions without stages below this is that of a few retries. */
const FEW_WITHOUT_STAGES = 0.01;

/** What the stages leave out, and whether reads are among it: protocols that serve them apart need no block for them. */
export function stagesNote(spec: RunSpec, windows: readonly Window[]): readonly string[] {
  const missing = 1 - stagedShare(windows);
  const { readShare = 0 } = spec.workload.options as { readonly readShare?: number };
  const ordered = readShare > 0 && missing < readShare / 2;
  return [
    ...(ordered ? ['reads are ordered in blocks like any other transaction'] : []),
    ...(missing < FEW_WITHOUT_STAGES
      ? []
      : [
          `where the time goes is told of the ${percent(1 - missing)} of the transactions that went through a block: ${readShare > 0 && !ordered ? 'reads are served without one, and a retry may be' : 'a retry may be'} answered from memory`,
        ]),
  ];
}

function percent(share: number): string {
  return `${Math.round(1000 * share) / 10} %`;
}
