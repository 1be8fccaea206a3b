/**
 * When runs tell neither that a candidate gives what is asked for nor that it does not, and why, in words: what they show may be the
 * clients' doing. Such a candidate is neither recommended nor called infeasible.
 */
import type { RunSpec } from '../../simulation/run-spec.ts';
import type { EstimateName } from '../estimate.ts';
import type { Objective } from '../objective.ts';
import { nominalRate } from '../offered-load.ts';
import type { PointEstimate } from '../point-estimate.ts';
import { isSteady } from './demand.ts';

export function isRate(name: EstimateName): name is 'throughput_per_s' | 'goodput_per_s' {
  return name === 'throughput_per_s' || name === 'goodput_per_s';
}

/**
 * A rate that is missed because it was never sent: of bursts and traces, where the runs sent less than is asked for, or where the share
 * that is final would do at the rate that clients send at on average. null: none is, or the clients are steady.
 */
export function neverSent(
  { objective, estimates }: PointEstimate,
  { clients }: Pick<RunSpec, 'clients'>,
  objectives: readonly Objective[],
): string | null {
  const nominal = nominalRate(clients);
  const sent = estimates.offered_per_s?.mean;
  if (nominal === null || sent === undefined || isSteady(clients)) return null;
  const short = objectives.some(({ estimate: name, target }, i) => {
    const value = objective[i]?.value ?? null;
    if (!isRate(name) || value === null || value >= target) return false;
    return sent < target || (value / sent) * nominal >= target;
  });
  if (!short) return null;
  return `runs too short for these arrivals: they sent ${rate(sent)} of ${rate(nominal)}/s; lengthen run.duration`;
}

/** Whole where it is large. */
function rate(perSecond: number): string {
  return String(perSecond < 10 ? Math.round(perSecond * 100) / 100 : Math.round(perSecond));
}
