/**
 * Raft elections over a LAN with logs of different length, against the distribution of downtime that Ongaro measured for four
 * ranges of timeouts (thesis 9.3, read out of the figures). One effective one-way delay is shared by all four.
 */
import { MILLISECOND } from '../../units/quantities.ts';
import { faultAt, mark, quantileQuantity } from '../quantities.ts';
import { numberAt, type ReferenceRow } from '../reference.ts';
import type { CdfStep, Quantity, Target } from '../target.ts';
import { publishedRows } from './published.ts';

/** One way, in all four scenarios: network and disk together. */
const DELAY_MS = 3.5;
const RANGES = ['25-50', '100-200', '150-175', '150-300'];
/** In per cent, by percentile. */
const TOLERANCES = { 50: 15, 99: 25 };

/** From the crash until the first follower hears the new leader, whose heartbeat leaves when it is elected. */
function downtime(percentile: number): Quantity {
  return quantileQuantity(
    (run) =>
      mark(run, 'leader')
        .slice(0, 1)
        .map(({ at }) => (at - faultAt(run)) / MILLISECOND + DELAY_MS),
    percentile / 100,
  );
}

export const electionCurves: readonly Target[] = RANGES.map((range) => ({
  id: `election-lan-${range}`,
  summary: `Downtime after a crash over a LAN, timeouts of ${range} ms, logs of different length`,
  source: 'R4: Ongaro 2014, section 9.3, figures of election time over a LAN (published/raft-election-cdf.csv)',
  scenario: `election-lan-${range}`,
  constants: [`${DELAY_MS} ms one way for network and disk, one value for the four ranges of timeouts`],
  small: ['run.replications=1000'],
  comparisons: (reference) => {
    const curve = reference('published/raft-election-cdf.csv').filter((row) => row.timeout_range_ms === range);
    // One row for all curves.
    const [published = {}] = publishedRows(reference, 'R4');
    return Object.entries(TOLERANCES).map(([percentile, percent]) => ({
      row: `p${percentile} downtime`,
      unit: 'ms',
      real: numberAt(curve.find((row) => row.percentile === percentile) ?? {}, 'downtime_ms'),
      tolerance: { percent },
      ungated: null,
      where: {},
      quantity: downtime(Number(percentile)),
      published,
      ...(percentile === '50'
        ? { known: { title: `Downtime with timeouts of ${range} ms`, by: 'measured (thesis)', cdf: cdf(curve) } }
        : {}),
    }));
  },
}));

/** A range of timeouts may stand in two figures: the first one counts. */
function cdf(curve: readonly ReferenceRow[]): readonly CdfStep[] {
  return curve
    .filter(({ figure }) => figure === curve[0]?.figure)
    .map((row) => ({ value: numberAt(row, 'downtime_ms'), share: numberAt(row, 'percentile') / 100 }))
    .sort((a, b) => a.share - b.share);
}
