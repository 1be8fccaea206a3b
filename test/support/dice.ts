// Random choices of a test, all from one seed, so that a failing case can be had again.
import { draw, stream } from '../../src/kernel/random.ts';

export class Dice {
  private readonly stream: number;
  private counter = 0;
  constructor(seed: number) {
    this.stream = stream(seed, 101);
  }
  /** A number in [0, 1). */
  unit(): number {
    return (draw(this.stream, this.counter++) >>> 0) / 4294967296;
  }
  below(bound: number): number {
    return Math.floor(this.unit() * bound);
  }
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }
  chance(share: number): boolean {
    return this.unit() < share;
  }
  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
  /** Whole, and as likely between 1 and 2 as between 10 and 20. */
  spread(low: number, high: number): number {
    return Math.round(low * (high / low) ** this.unit());
  }
}
