/**
 * Outages from fine bins: an interval with at least one request outstanding and none becoming final for longer than
 * max(100 ms, 3 × the longest gap before the first fault, what is usual: docs/MODEL.md section 7). Gaps are exact to the instants kept
 * in each bin.
 */
import { type Duration, type Instant, NEVER } from '../units/quantities.ts';
import type { Outage } from './run-result.ts';

/** What outages are found from: by bin, ascending. */
export interface OutageBins {
  readonly fine: Duration;
  readonly fineSubmitted: Int32Array;
  readonly fineFinal: Int32Array;
  readonly firstSubmit: Float64Array;
  readonly firstFinal: Float64Array;
  readonly lastFinalIn: Float64Array;
}

export const SHORTEST_OUTAGE: Duration = 100_000_000;

/** Gaps between consecutive finals while something was outstanding. */
function gaps(bins: OutageBins, from: Instant, end: Instant): Outage[] {
  const found: Outage[] = [];
  let outstanding = 0;
  let waitingSince = NEVER;
  for (let i = 0; i < bins.fineFinal.length && i * bins.fine < end; i++) {
    const submitted = bins.fineSubmitted[i] as number;
    const final = bins.fineFinal[i] as number;
    if (outstanding === 0 && submitted > 0 && waitingSince === NEVER) waitingSince = bins.firstSubmit[i] as number;
    if (final > 0) {
      const first = bins.firstFinal[i] as number;
      if (waitingSince !== NEVER && first > waitingSince && first >= from)
        found.push({ from: Math.max(from, waitingSince), to: first });
      waitingSince = bins.lastFinalIn[i] as number;
    }
    outstanding += submitted - final;
    if (outstanding <= 0) {
      outstanding = 0;
      waitingSince = NEVER;
    }
  }
  if (outstanding > 0 && waitingSince !== NEVER && waitingSince < end)
    found.push({ from: Math.max(from, waitingSince), to: end });
  return found;
}

/** `usual`: a gap no longer than this is no outage, as where requests are so rare that each waits alone. */
export function findOutages(
  bins: OutageBins,
  from: Instant,
  firstFault: Instant,
  end: Instant,
  usual: Duration = 0,
): readonly Outage[] {
  const all = gaps(bins, from, end);
  const firstOfAll = bins.firstFinal.find((at) => at !== NEVER) ?? NEVER;
  let longest = 0;
  // What passes before anything at all became final (a first election) is a start, not the rhythm of a healthy run.
  for (const gap of all)
    if (gap.to <= firstFault && gap.to > firstOfAll) longest = Math.max(longest, gap.to - gap.from);
  const threshold = Math.max(SHORTEST_OUTAGE, usual, firstFault === NEVER ? 0 : 3 * longest);
  return all.filter((gap) => gap.to - gap.from > threshold);
}
