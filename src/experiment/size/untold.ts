/**
 * When runs tell neither that a candidate gives what is asked for nor that it does not, and why, in words: what they show may be the
 * clients' doing. Such a candidate is neither recommended nor called infeasible.
 */
import type { RunSpec } from '../../simulation/run-spec.ts';
import type { EstimateName } from '../estimate.ts';
import { REPEAT_TRACE } from '../longer-runs.ts';
import { isNotReached, type Objective } from '../objective.ts';
import { nominalRate, playsOnce } from '../offered-load.ts';
import type { PointEstimate } from '../point-estimate.ts';
import { rate, type Untold } from '../telling.ts';
import { isSteady } from './demand.ts';

export function isRate(name: EstimateName): name is 'throughput_per_s' | 'goodput_per_s' {
  return name === 'throughput_per_s' || name === 'goodput_per_s';
}

/** Ours: runs that sent less than this share of what clients send on average say nothing of how they are served. */
const FAIR_SHARE = 0.9;

/**
 * Of bursts and traces: whether runs sent clearly less than clients send on average, so that nothing that is met in them is told; or a rate
 * is missed because it was never sent, where the runs sent less than is asked for, or where the share that is final would do at the rate
 * that clients send at on average. null: neither, or the clients are steady.
 */
export function neverSent(
  { objective, estimates }: PointEstimate,
  { clients }: Pick<RunSpec, 'clients'>,
  objectives: readonly Objective[],
): Untold | null {
  const nominal = nominalRate(clients);
  const sent = estimates.offered_per_s?.mean;
  if (nominal === null || sent === undefined || isSteady(clients)) return null;
  const short = objectives.some(({ estimate: name, target }, i) => {
    const value = objective[i]?.value ?? null;
    if (!isRate(name) || value === null || value >= target) return false;
    return sent < target || (value / sent) * nominal >= target;
  });
  if (!short && sent >= FAIR_SHARE * nominal) return null;
  const sentWords = `sent ${rate(sent)} of ${rate(nominal)}/s`;
  if (clients.some(playsOnce))
    return {
      why: `a trace that plays once ends: in these runs it ${sentWords}; ${REPEAT_TRACE}`,
      longer: false,
      measured: null,
    };
  const why = `runs too short for these arrivals: they ${sentWords}`;
  return { why, longer: true, measured: null };
}

/**
 * A goodput that is missed because too little of what was sent is valid, which no cluster changes: all of it final would not do. null: none
 * is. The load is made for the valid share of a sample (demand.ts), which a state that drifts may leave behind.
 */
export function neverValid(
  { objective, estimates: { throughput_per_s: final, goodput_per_s: valid } }: PointEstimate,
  { clients }: Pick<RunSpec, 'clients'>,
  objectives: readonly Objective[],
): Untold | null {
  const nominal = nominalRate(clients);
  const at = objectives.findIndex(({ estimate }) => estimate === 'goodput_per_s');
  if (nominal === null || at < 0 || objective[at]?.met !== false || final === null || valid === null) return null;
  if (final.mean === 0 || (valid.mean / final.mean) * nominal >= (objectives[at] as Objective).target) return null;
  const share = Math.round((1000 * valid.mean) / final.mean) / 10;
  const why = `too little is valid: ${share}% of what is final, of ${rate(nominal)}/s sent, is less than a goodput of ${objectives[at]?.text}; raise space.load_margin`;
  return { why, longer: false, measured: null };
}

/**
 * A quantile of finality that is within its target as far as it is known, while too much was under way at the end of a run to know it: the
 * rest may become final in time or not. More such runs tell as little; of longer ones a smaller share is under way. null: each is known.
 */
export function notReached({ objective }: PointEstimate): Untold | null {
  const open = objective.find(isNotReached);
  return open === undefined ? null : { why: `${open.measure}: ${open.reason}`, longer: true, measured: null };
}
