/** A small piece of the hot path. `calls` hold many operations each, so that the clock's own cost and resolution vanish. */
export interface Piece {
  readonly name: string;
  /** What one operation is. */
  readonly per: string;
  /** Sets up and returns a call, which does some operations and returns how many; called for as long as the clock likes. */
  readonly prepare: () => () => number;
}

/** Where results go that nothing else uses, so that computing them is not optimised away. */
export const sink = { value: 0 };
