/** What was shown of how far the load of an answer could grow (headroom.ts): with all nodes up, and after losses too. */
export interface Reach {
  /** The largest factor that was shown to be kept; 1: none of the steps was. */
  readonly keeps: number;
  /** Of the runs there: what one run alone cannot tell for certain. */
  readonly unsure: readonly string[];
  /** The least factor that is not kept, or whose runs cannot tell, and why; null: none that was tried. */
  readonly fails: number | null;
  readonly why: string | null;
}

/** At its `keeps` all that is asked for was given: with all nodes up, and after each loss that the answer was simulated to survive. */
export interface Headroom extends Reach {
  readonly allUp: Reach;
}

export const NO_REACH: Reach = { keeps: 1, unsure: [], fails: null, why: null };
export const NO_HEADROOM: Headroom = { ...NO_REACH, allUp: NO_REACH };
