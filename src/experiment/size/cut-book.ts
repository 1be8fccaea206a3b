/** Why candidates are no answers: how many for each reason, at what cost, and which came nearest to being one. */
import type { Candidate } from './space.ts';

/** In the order in which they are tried. `exact`: arithmetic; `bound`: a limit that no run beats; the others rest on runs, which of the last could not tell. */
export const CUTS = {
  options: 'exact',
  byzantine: 'exact',
  survive: 'exact',
  finality: 'bound',
  finality_after_loss: 'bound',
  egress: 'bound',
  ingress: 'bound',
  thread: 'bound',
  cores: 'bound',
  disk: 'bound',
  window: 'bound',
  stronger_fails: 'monotonicity',
  screened: 'short run',
  simulated: 'full runs',
  drilled: 'drills',
  undecided: 'runs that cannot tell',
} as const;
export type CutName = keyof typeof CUTS;
export const CUT_NAMES = Object.keys(CUTS) as readonly CutName[];

export interface NearMiss {
  readonly cut: CutName;
  readonly candidate: Candidate;
  /** A month, in the currency of the prices. */
  readonly cost: number;
  /** By how much it misses: a share of the target, or nodes where `inNodes`. */
  readonly by: number;
  readonly inNodes: boolean;
  /** Why, after the candidate's name: `would need 5 nodes for …`. */
  readonly why: string;
}

/** Kept of each reason. */
const NEAREST = 3;

export class CutBook {
  private readonly costs = new Map<CutName, number[]>();
  private readonly near = new Map<CutName, NearMiss[]>();

  /** `why` is asked only of those that are kept. */
  add(cut: CutName, candidate: Candidate, cost: number, by: number, why: () => string, inNodes = false): void {
    const costs = this.costs.get(cut);
    if (costs === undefined) this.costs.set(cut, [cost]);
    else costs.push(cost);
    const kept = this.near.get(cut) ?? [];
    const last = kept.at(-1);
    if (kept.length === NEAREST && last !== undefined && !nearer({ by, cost }, last)) return;
    const miss: NearMiss = { cut, candidate, cost, by, inNodes, why: why() };
    this.near.set(
      cut,
      [...kept, miss].toSorted((a, b) => (nearer(a, b) ? -1 : nearer(b, a) ? 1 : 0)).slice(0, NEAREST),
    );
  }

  count(cut: CutName, below = Number.POSITIVE_INFINITY): number {
    return (this.costs.get(cut) ?? []).filter((cost) => cost < below).length;
  }

  /** Of all reasons. */
  get total(): number {
    return CUT_NAMES.reduce((sum, cut) => sum + this.count(cut), 0);
  }

  nearest(cut: CutName): readonly NearMiss[] {
    return this.near.get(cut) ?? [];
  }
}

function nearer(a: { readonly by: number; readonly cost: number }, b: typeof a): boolean {
  return a.by < b.by || (a.by === b.by && a.cost < b.cost);
}
