/** Two numbers that differ, written so that they do: `2.04` and `2`, not `2` and `2`. */

/** Of a nanosecond in ms; beyond it all digits are written. */
const MOST_DIGITS = 6;

/** A bound with as few decimals as tell it from the target, cut, not rounded, where it is a lower bound, so that it stays one; else rounded up. */
export function toldApart(bound: number, target: number, side: 'at least' | 'at most'): string {
  for (let digits = 0; digits <= MOST_DIGITS; digits++) {
    const scale = Number(`1e${digits}`);
    const written = (side === 'at least' ? Math.floor(bound * scale) : Math.ceil(bound * scale)) / scale;
    if (side === 'at least' ? written > target : written < target) return String(written);
  }
  return String(bound);
}
