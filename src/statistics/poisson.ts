/**
 * Exact limits on the mean of a Poisson count (Garwood, "Fiducial limits for the Poisson distribution", Biometrika 28, 1936): what may be
 * said of a rate from events that were counted, and from none. Without any event the upper 95 % limit is −ln 0.05 = 2.996: the rule of three.
 */
import { upperIncompleteGamma } from './special-functions.ts';

/** The mean at which so few events, or fewer, are as rare as 1 − `confidence`: half the chi-square quantile with 2k + 2 degrees of freedom. */
export function poissonUpper(events: number, confidence = 0.95): number {
  check(events, confidence);
  return meanWhere((mean) => upperIncompleteGamma(events + 1, mean) <= 1 - confidence);
}

/** The mean at which so many events, or more, are as rare as 1 − `confidence`; 0 without any. */
export function poissonLower(events: number, confidence = 0.95): number {
  check(events, confidence);
  return events === 0 ? 0 : meanWhere((mean) => upperIncompleteGamma(events, mean) <= confidence);
}

function check(events: number, confidence: number): void {
  if (!(Number.isInteger(events) && events >= 0)) throw new Error(`a Poisson count of ${events}`);
  if (!(confidence > 0 && confidence < 1)) throw new Error(`confidence ${confidence} is not in (0, 1)`);
}

/** The least mean from which on a condition holds: about 1e-12 relative. */
function meanWhere(holds: (mean: number) => boolean): number {
  let low = 0;
  let high = 1;
  for (; !holds(high); high *= 2) low = high;
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high || high - low < 1e-13 * high) return middle;
    if (holds(middle)) high = middle;
    else low = middle;
  }
}
