/** How far one constant gets with the measured etcd rows, beside the three that are shipped: figures read off the results of both. */
import type { ComparisonResult } from '../../validation/target.ts';
import { type ConstantsPair, etcdPairs } from '../../validation/targets/etcd-one-constant.ts';
import type { TargetResult } from '../../validation/validate.ts';
import { errorText } from './words.ts';

/** Errors that lie further apart are named, in percentage points: as much as medians of one set-up differed by, measured again. */
const APART = 3;

interface RowPair {
  readonly one: ComparisonResult;
  readonly three: ComparisonResult;
}

/** Nothing where not all of these targets were run. */
export function etcdConstants(results: readonly TargetResult[]): readonly string[] {
  const pairs = etcdPairs.map((pair) => rowsOf(pair, results));
  if (pairs.some((rows) => rows.length === 0)) return [];
  const rows = pairs.flat();
  const judged = rows.filter(({ one }) => one.ungated === null);
  const held = judged.filter(({ one }) => one.holds).length;
  const constant = etcdPairs[0]?.one.constants.join('; ');
  const apart = rows.filter(({ one, three }) => Math.abs((one.errorPercent ?? 0) - (three.errorPercent ?? 0)) > APART);
  const named = apart.map(
    ({ one, three }) => `${one.row}${one.ungated === null ? '' : ' (shown)'} ${errorText(one)} and ${errorText(three)}`,
  );
  return [
    `etcd has three constants here, one value each for all rows. Commit latency, placement and throughput were predicted with one as well (${constant}: ${etcdPairs.map(({ one }) => one.id).join(', ')}), and ${held} of the ${judged.length} rows judged there hold. A time that occupies nothing is no limit, however many clients ask, so three are shipped.${named.length === 0 ? '' : ` Errors more than ${APART} percentage points apart, with one constant and with three: ${named.join('; ')}.`}`,
  ];
}

function rowsOf({ one, three }: ConstantsPair, results: readonly TargetResult[]): readonly RowPair[] {
  const of = (id: string) => results.filter(({ target }) => target.id === id).flatMap(({ comparisons }) => comparisons);
  const others = of(three.id);
  return of(one.id).flatMap((row) => {
    const other = others.find((candidate) => candidate.row === row.row);
    return other === undefined ? [] : [{ one: row, three: other }];
  });
}
