/**
 * Sizes of GS1 EPCIS 2.0 events by kind, as laws that a request's id draws from. Real minified events have these means by kind:
 * Object 657 B, Aggregation 1,417, Transaction 860, Transformation 937, Association 446; over all kinds p25 560, median 705,
 * p75 1,136, maximum 5,389. The shape of each law is ours: a narrow body with a tail to the right, chosen so that the means hold
 * and the mix of kinds along a life cycle (supply-chain.ts) has those overall quantiles within 3 %.
 */
import type { Bytes } from '../units/quantities.ts';

/** The kinds of events of EPCIS 2.0, by the number that `eventBytes` takes. */
export const EventKind = { object: 0, aggregation: 1, transaction: 2, transformation: 3, association: 4 } as const;

/** A quantile function: at each probability a size in bytes, linear in between. */
type Quantiles = readonly (readonly [probability: number, bytes: Bytes])[];

const QUANTILES: Readonly<Record<keyof typeof EventKind, Quantiles>> = {
  object: [
    [0, 330],
    [0.3, 546],
    [0.55, 633],
    [0.75, 706],
    [0.9, 824],
    [0.94, 1125],
    [0.99, 1640],
    [1, 2600],
  ],
  aggregation: [
    [0, 700],
    [0.05, 1040],
    [0.12, 1140],
    [0.5, 1290],
    [0.85, 1610],
    [0.97, 2300],
    [0.995, 3370],
    [1, 5608],
  ],
  transaction: [
    [0, 480],
    [0.25, 674],
    [0.5, 787],
    [0.8, 978],
    [0.86, 1143],
    [0.96, 1480],
    [1, 2200],
  ],
  transformation: [
    [0, 520],
    [0.25, 716],
    [0.5, 840],
    [0.75, 1066],
    [0.95, 1470],
    [1, 2400],
  ],
  association: [
    [0, 330],
    [0.25, 400],
    [0.5, 440],
    [0.75, 478],
    [0.95, 552],
    [1, 730],
  ],
};

/** The largest real event. */
const LARGEST: Bytes = 5389;
const CELLS = 1024;
const CELL_SHIFT = 22;

/** The equally likely sizes of all kinds, CELLS for each. */
const SIZES = sizesOfAllKinds();

/** The size of an event of this kind (one of EventKind) that 32 random bits name: by the upper ten of them. */
export function eventBytes(kind: number, bits: number): Bytes {
  return SIZES[kind * CELLS + (bits >>> CELL_SHIFT)] as Bytes;
}

function sizesOfAllKinds(): Int32Array {
  const sizes = new Int32Array(CELLS * Object.keys(EventKind).length);
  for (const [name, kind] of Object.entries(EventKind))
    sizes.set(cellsOf(QUANTILES[name as keyof typeof EventKind]), kind * CELLS);
  return sizes;
}

/** The middle of each cell; that of the last cell of the heaviest tail is the largest real event. */
function cellsOf(quantiles: Quantiles): Bytes[] {
  const cells: Bytes[] = [];
  let at = 0;
  for (let cell = 0; cell < CELLS; cell++) {
    const probability = (cell + 0.5) / CELLS;
    while ((quantiles[at + 1] as readonly [number, Bytes])[0] < probability) at++;
    const [p0, b0] = quantiles[at] as readonly [number, Bytes];
    const [p1, b1] = quantiles[at + 1] as readonly [number, Bytes];
    cells.push(Math.min(LARGEST, Math.round(b0 + ((b1 - b0) * (probability - p0)) / (p1 - p0))));
  }
  return cells;
}
