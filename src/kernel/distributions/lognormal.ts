/**
 * The lognormal law: ln X is normal with standard deviation sigma. The usual shape of network jitter and of storage latency, named either by
 * mean and 99th percentile or by median and sigma.
 */
import type { OptionProblem } from '../../units/options.ts';
import type { Duration } from '../../units/quantities.ts';
import { exp, log, normalCdf, normalQuantile } from '../elementary.ts';
import { QuantileTable } from '../quantile-table.ts';
import { type DistributionDefinition, impossible, shownDuration } from './distribution-definition.ts';

export interface LognormalOptions {
  readonly mean: Duration | null;
  readonly p99: Duration | null;
  readonly median: Duration | null;
  readonly sigma: number | null;
}

/** Above it, the largest few of 2³² draws decide the variance, and a table no longer keeps it within 0.1 %. */
const GREATEST_SIGMA = 2.4;
const Z99 = normalQuantile(0.99);
/** p99 ÷ mean is e^(z·σ − σ²/2), which is greatest, 14.97, at σ = z. */
const GREATEST_RATIO = exp(0.5 * Z99 * Z99);

export const lognormal: DistributionDefinition<LognormalOptions> = {
  name: 'lognormal',
  summary: 'Skewed to the right with a long tail; given by mean and p99, or by median and sigma.',
  reference: 'Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions vol. 1, ch. 14',
  options: {
    mean: { kind: 'duration', default: null, min: 0, meaning: 'Mean of the law; goes with p99.' },
    p99: {
      kind: 'duration',
      default: null,
      min: 0,
      meaning: '99th percentile: above the mean, at most 14.9 times it.',
    },
    median: { kind: 'duration', default: null, min: 0, meaning: 'Median of the law; goes with sigma.' },
    sigma: {
      kind: 'ratio',
      default: null,
      min: 0,
      max: GREATEST_SIGMA,
      meaning: 'Standard deviation of the logarithm: 0.1 is narrow, 1 is wide, 2.4 is the most.',
    },
  },
  problems(options) {
    const { mean, p99, median, sigma } = options;
    const given = ['mean', 'p99', 'median', 'sigma'].filter((name) => options[name as keyof LognormalOptions] !== null);
    if (mean !== null && p99 !== null && given.length === 2) return meanAndP99Problems(mean, p99);
    if (median !== null && sigma !== null && given.length === 2) return sigmaProblems(sigma);
    const found = given.length === 0 ? 'nothing' : given.join(' and ');
    return [impossible('', `a lognormal law was given by ${found}`, 'mean and p99, or median and sigma')];
  },
  build(options) {
    const sigma = options.sigma ?? sigmaFrom(options.mean as number, options.p99 as number);
    const median = options.median ?? (options.mean as number) * exp(-0.5 * sigma * sigma);
    const quantile = (p: number) => median * exp(sigma * normalQuantile(p));
    return new QuantileTable(quantile, { highest: highestNode(quantile, median, sigma) });
  },
};

function meanAndP99Problems(mean: number, p99: number): OptionProblem[] {
  const greatest = Math.floor(GREATEST_RATIO * mean);
  if (mean > 0 && p99 > mean && p99 <= greatest) return [];
  const expected = mean > 0 ? `above ${shownDuration(mean)} and at most ${shownDuration(greatest)}` : 'a mean above 0';
  const message = `no lognormal law has mean ${shownDuration(mean)} and p99 ${shownDuration(p99)}`;
  return [impossible(mean > 0 ? 'p99' : 'mean', message, expected)];
}

function sigmaProblems(sigma: number): OptionProblem[] {
  if (sigma >= 0 && sigma <= GREATEST_SIGMA) return [];
  return [impossible('sigma', `sigma is ${sigma}`, `from 0 to ${GREATEST_SIGMA}`)];
}

/** ln(p99 ÷ mean) = zσ − σ²/2; of the two roots the smaller, since the other lies beyond the greatest ratio. */
function sigmaFrom(mean: number, p99: number): number {
  const gap = log(p99 / mean);
  // z − sqrt(z² − 2·gap), in the form that does not cancel.
  return (2 * gap) / (Z99 + Math.sqrt(Math.max(0, Z99 * Z99 - 2 * gap)));
}

/**
 * The last draw of 2³² stands for everything beyond it. Its value is the root mean square of the law there, so that the variance of a
 * wide law is kept; the node is twice that less the neighbour, since the draw lies half way between them.
 */
function highestNode(quantile: (p: number) => number, median: number, sigma: number): number {
  const share = 1 / 4294967296;
  const neighbour = quantile(1 - share);
  const beyond = exp(2 * sigma * sigma) * (normalCdf(2 * sigma + normalQuantile(share)) / share);
  return Math.max(neighbour, 2 * median * Math.sqrt(beyond) - neighbour);
}
