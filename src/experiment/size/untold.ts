/**
 * When runs tell neither that a candidate gives what is asked for nor that it does not, and why, in words: what they show may be the
 * clients' doing. Such a candidate is neither recommended nor called infeasible.
 */
import type { RunResult } from '../../simulation/run-result.ts';
import type { RunSpec } from '../../simulation/run-spec.ts';
import type { Rate, Ratio } from '../../units/quantities.ts';
import type { EstimateName } from '../estimate.ts';
import { REPEAT_TRACE } from '../longer-runs.ts';
import { isNotReached, type Objective } from '../objective.ts';
import { nominalRate, playsOnce } from '../offered-load.ts';
import type { PointEstimate } from '../point-estimate.ts';
import { isAsMeant, measuredToSettle, sentIn } from '../sent-load.ts';
import { rate, type Untold } from '../telling.ts';
import { isSteady } from './demand.ts';

export function isRate(name: EstimateName): name is 'throughput_per_s' | 'goodput_per_s' {
  return name === 'throughput_per_s' || name === 'goodput_per_s';
}

/** Ours: runs of bursts and traces that sent so much more or less than clients send on average are runs of another load. */
const FAIR: Ratio = 0.1;
/** Ours: nearer to its average than this no run is long enough to send bursts. */
const LEAST: Ratio = 0.01;

/**
 * Of bursts and traces: whether runs sent clearly less than clients send on average, so that nothing that is met in them is told; or a rate
 * is missed because it was never sent, where the runs sent less than is asked for, or where the share that is final would do at the rate
 * that clients send at on average. null: neither, or the clients are steady.
 */
export function neverSent(
  { objective, estimates }: PointEstimate,
  spec: RunSpec,
  runs: readonly RunResult[],
  objectives: readonly Objective[],
): Untold | null {
  const nominal = nominalRate(spec.clients);
  const sent = estimates.offered_per_s?.mean;
  if (nominal === null || sent === undefined || isSteady(spec.clients)) return null;
  const short = objectives.filter(({ estimate: name, target }, i) => {
    const value = objective[i]?.value ?? null;
    if (!isRate(name) || value === null || value >= target) return false;
    return sent < target || (value / sent) * nominal >= target;
  });
  if (short.length === 0 && sent >= (1 - FAIR) * nominal) return null;
  const within = Math.min(FAIR, ...short.map(({ target }) => 1 - target / nominal));
  return otherLoad(spec.clients, nominal, sent, within, runs.length);
}

/**
 * Of bursts and traces: whether runs sent clearly more than clients send on average, and by more than the chance of single arrivals, and as
 * much became final as is sent on average. What is slow in them, or does not keep up, may do under the load that was meant; what is met in
 * them is met. null: they did not, or the clients are steady.
 */
export function sentMore(
  { estimates, warmUp, condition }: PointEstimate,
  spec: RunSpec,
  runs: readonly RunResult[],
): Untold | null {
  const nominal = nominalRate(spec.clients);
  const sent = estimates.offered_per_s?.mean;
  if (nominal === null || sent === undefined || isSteady(spec.clients)) return null;
  const stopped = condition === null || ['silent', 'stalled', 'down'].includes(condition.condition);
  if (stopped || (estimates.throughput_per_s?.mean ?? 0) < nominal) return null;
  if (isAsMeant(sentIn(spec, runs, warmUp.end), FAIR)) return null;
  return otherLoad(spec.clients, nominal, sent, FAIR, runs.length);
}

/** @param within share of the average by which what is sent may differ from it. */
function otherLoad(clients: RunSpec['clients'], nominal: Rate, sent: Rate, within: Ratio, runs: number): Untold {
  const rates = `${rate(sent)}/s, where ${rate(nominal)}/s are sent on average`;
  if (sent < nominal && clients.some(playsOnce)) {
    const why = `a trace that plays once ends: these runs sent ${rates}; ${REPEAT_TRACE}`;
    return { why, longer: false, measured: null };
  }
  if (within < LEAST) {
    const why = `runs of any length send less than is asked for now and then: they sent ${rates}; raise space.load_margin`;
    return { why, longer: false, measured: null };
  }
  const measured = measuredToSettle(clients, within, runs);
  const why = `runs too short for these arrivals: they sent ${rates}`;
  return { why, longer: true, measured: measured === 0 ? null : measured };
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
