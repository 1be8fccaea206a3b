/** The normal law conditioned on a range: never below `min`, which is 0 unless told otherwise, so that no draw is negative. */
import type { OptionProblem } from '../../units/options.ts';
import type { Duration } from '../../units/quantities.ts';
import { normalCdf, normalQuantile } from '../elementary.ts';
import { QuantileTable } from '../quantile-table.ts';
import { type DistributionDefinition, impossible, missing, shownDuration } from './distribution-definition.ts';

export interface TruncatedNormalOptions {
  readonly mean: Duration | null;
  readonly sd: Duration | null;
  readonly min: Duration;
  readonly max: Duration | null;
}

/** A range with less of the normal law than this is taken for a mistake. */
const LEAST_MASS = 1e-6;
/** An end is reached, and so becomes the end of the table, when more than half a draw would lie beyond it. */
const HALF_A_DRAW = 0.5 / 4294967296;

export const truncatedNormal: DistributionDefinition<TruncatedNormalOptions> = {
  name: 'truncated-normal',
  summary: 'A normal law of which only the part between min and max is kept.',
  reference: 'Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions vol. 1, ch. 13 section 10.1',
  options: {
    mean: { kind: 'duration', default: null, min: 0, meaning: 'Mean before truncation. Required.' },
    sd: {
      kind: 'duration',
      default: null,
      min: 0,
      meaning: 'Standard deviation before truncation, above 0. Required.',
    },
    min: { kind: 'duration', default: 0, min: 0, meaning: 'Values below it are never drawn.' },
    max: {
      kind: 'duration',
      default: null,
      min: 0,
      meaning: 'Values above it are never drawn. Default: no upper end.',
    },
  },
  problems(options) {
    const { mean, sd, min, max } = options;
    if (mean === null || sd === null) return missing(options, ['mean', 'sd']);
    const problems: OptionProblem[] = [];
    if (!(sd > 0))
      problems.push(impossible('sd', `sd is ${shownDuration(sd)}`, 'above 0; the constant law has no spread'));
    if (max !== null && max <= min)
      problems.push(
        impossible(
          'max',
          `max ${shownDuration(max)} is not above min ${shownDuration(min)}`,
          `above ${shownDuration(min)}`,
        ),
      );
    if (problems.length === 0 && rangeOf(options).mass < LEAST_MASS)
      problems.push(
        impossible(
          'mean',
          `next to nothing of a normal law with mean ${shownDuration(mean)} and sd ${shownDuration(sd)} lies ${max === null ? `above ${shownDuration(min)}` : `between ${shownDuration(min)} and ${shownDuration(max)}`}`,
          'a mean in or near the range',
        ),
      );
    return problems;
  },
  build(options) {
    const { min } = options;
    const max = options.max ?? Number.POSITIVE_INFINITY;
    const mean = options.mean as number;
    const sd = options.sd as number;
    const { below, above, mass } = rangeOf(options);
    const quantile = (p: number) => {
      // Each half is reckoned from its own end of the untruncated law, where small probabilities are exact.
      const fromBelow = below + p * mass;
      const fromAbove = above + (1 - p) * mass;
      const z = fromBelow < fromAbove ? normalQuantile(fromBelow) : -normalQuantile(fromAbove);
      return Math.min(max, Math.max(min, mean + sd * z));
    };
    return new QuantileTable(quantile, {
      ...(below > HALF_A_DRAW * mass ? { lowest: min } : {}),
      ...(above > HALF_A_DRAW * mass ? { highest: max } : {}),
    });
  },
};

/** How much of the untruncated law lies below, above and within the range. */
function rangeOf(options: TruncatedNormalOptions): { below: number; above: number; mass: number } {
  const { mean, sd, min, max } = options;
  const a = (min - (mean as number)) / (sd as number);
  const b = max === null ? Number.POSITIVE_INFINITY : (max - (mean as number)) / (sd as number);
  const below = normalCdf(a);
  const above = normalCdf(-b);
  // In the upper half the difference of two upper tails keeps the digits that 1 − … would lose.
  return { below, above, mass: a > 0 ? normalCdf(-a) - above : normalCdf(b) - below };
}
