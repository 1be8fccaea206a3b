/** The mathematics that predictions are held against: waiting in queues, votes that split, order statistics, messages kept in order. */
import { exp, normalCdf } from '../kernel/elementary.ts';
import { binomialCdf } from '../statistics/order-statistics.ts';

/** Mean waiting time in units of the service time: Pollaczek 1930, Khinchine 1932. `variation`: squared coefficient of the service. */
export function waiting(load: number, variation: number): number {
  return (load * (1 + variation)) / (2 * (1 - load));
}

/** Ongaro 2014, section 9.2: that so many of `left` nodes time out within one delay of the first that none gets a majority. */
export function splitVote(nodes: number, failed: number, delay: number): number {
  const left = nodes - failed;
  const candidates = left - Math.floor(nodes / 2) + 1;
  return 1 - binomialCdf(candidates - 2, left, delay);
}

/** Ongaro 2014, section 9.3, in units of the shortest timeout. */
export function electionTime(nodes: number, failed: number, delay: number): number {
  const left = nodes - failed;
  return (1 / (1 - splitVote(nodes, failed, delay))) * (1 + 1 / (left + 1) + delay) + delay - 1 / 4;
}

/**
 * Mean delay of Poisson messages that overtake each other on a link with exponential delays of mean 1 and are handed over in
 * order, `perDelay` of them in a mean delay: P(at most x) = (1 − e⁻ˣ) exp(−perDelay · e⁻ˣ), since each earlier message that is
 * still under way x later is a point of a Poisson process (Harrus & Plateau, IEEE Trans. Software Eng. 8(2), 1982).
 */
export function meanInOrder(perDelay: number): number {
  return integral((x) => 1 - (1 - exp(-x)) * exp(-perDelay * exp(-x)), 0, 40, 40_000);
}

/** A law on [0, end] by its distribution function. */
export interface Law {
  readonly cdf: (x: number) => number;
  readonly end: number;
}

export function uniformLaw(end: number): Law {
  return { cdf: (x) => Math.min(1, Math.max(0, x / end)), end };
}

/** An exponential law, followed until less than 10⁻¹² is left. */
export function exponentialLaw(mean: number): Law {
  return { cdf: (x) => (x <= 0 ? 0 : 1 - exp(-x / mean)), end: 28 * mean };
}

export function truncatedNormalLaw(mean: number, sd: number, low: number, high: number): Law {
  const from = normalCdf((low - mean) / sd);
  const whole = normalCdf((high - mean) / sd) - from;
  const cdf = (x: number) => (x <= low ? 0 : x >= high ? 1 : (normalCdf((x - mean) / sd) - from) / whole);
  return { cdf, end: high };
}

/** The law of the sum of two independent values. */
export function sumOfTwo({ cdf, end }: Law, steps = 2_000): Law {
  const width = end / steps;
  const at = Float64Array.from({ length: steps + 1 }, (_, i) => cdf(i * width));
  const whole = new Float64Array(2 * steps + 1);
  for (let i = 0; i <= 2 * steps; i++) {
    let sum = 0;
    // The first value lies in step j, taken at its middle; the second must be at most the rest.
    for (let j = 0; j < steps && j <= i; j++) {
      const share = (at[j + 1] as number) - (at[j] as number);
      const rest = i - j - 1;
      const low = rest < 0 ? 0 : rest >= steps ? 1 : (at[rest] as number);
      const high = rest + 1 >= steps ? 1 : (at[rest + 1] as number);
      sum += (share * (low + high)) / 2;
    }
    whole[i] = sum;
  }
  const lookUp = (x: number) => {
    const place = Math.min(2 * steps, Math.max(0, x / width));
    const below = Math.floor(place);
    const low = whole[below] as number;
    return low + (place - below) * ((whole[Math.min(2 * steps, below + 1)] as number) - low);
  };
  return { cdf: lookUp, end: 2 * end };
}

/** Mean of the `rank`-th smallest of `count` independent values. */
export function meanOfRank(law: Law, count: number, rank: number): number {
  return integral((x) => binomialCdf(rank - 1, count, law.cdf(x)), 0, law.end, 4_000);
}

/** Simpson's rule. */
function integral(of: (x: number) => number, from: number, to: number, steps: number): number {
  const width = (to - from) / steps;
  let sum = of(from) + of(to);
  for (let i = 1; i < steps; i++) sum += (i % 2 === 1 ? 4 : 2) * of(from + i * width);
  return (sum * width) / 3;
}
