/**
 * Where a curve that rises ever more steeply, such as latency against load, bends: the point furthest below the chord between its ends
 * once both axes are scaled to 0 … 1 (Kneedle: Satopaa, Albrecht, Irwin & Raghavan, "Finding a 'Kneedle' in a Haystack", 2011).
 */

export interface CurvePoint {
  readonly x: number;
  readonly y: number;
}

/** A curve whose highest value is less than this many times its lowest has no bend worth the name. */
const FLAT = 1.25;
/** Distance to the chord, on scaled axes, below which a curve is as good as straight. */
const STRAIGHT = 0.05;

/** `curve`: ascending in x. null where it has fewer than four points, is flat, straight, or bends the other way. */
export function kneeOf(curve: readonly CurvePoint[]): CurvePoint | null {
  const [first, last] = [curve[0], curve.at(-1)];
  if (first === undefined || last === undefined || curve.length < 4) return null;
  const lowest = Math.min(...curve.map(({ y }) => y));
  const highest = Math.max(...curve.map(({ y }) => y));
  if (!(last.x > first.x && highest >= FLAT * lowest && last.y > first.y)) return null;
  const below = ({ x, y }: CurvePoint): number => {
    const chord = first.y + ((last.y - first.y) * (x - first.x)) / (last.x - first.x);
    return (chord - y) / (highest - lowest);
  };
  const knee = curve.reduce((best, point) => (below(point) > below(best) ? point : best));
  return below(knee) < STRAIGHT ? null : knee;
}

/** Where the curve first reaches `y` from below, on straight lines between its points; null where it begins above or never does. */
export function reaches(curve: readonly CurvePoint[], y: number): number | null {
  const at = curve.findIndex((point) => point.y >= y);
  const [before, after] = [curve[at - 1], curve[at]];
  if (before === undefined || after === undefined) return null;
  return before.x + ((after.x - before.x) * (y - before.y)) / (after.y - before.y);
}
