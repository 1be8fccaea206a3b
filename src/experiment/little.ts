/**
 * Little's law as a check on a run: throughput × (mean latency + think time) against the mean number of requests outstanding,
 * counting one whose client thinks. In closed loop both are the configured number, whatever the protocol (docs/MODEL.md section 7).
 */
import { createSampler } from '../kernel/distributions.ts';
import type { ClosedLoadSpec, RunSpec } from '../simulation/run-spec.ts';
import type { Window } from './window.ts';

export interface LittlesLaw {
  readonly product: number;
  readonly outstanding: number;
  /** Clients × outstanding where all load is closed with one mean think time; else null. */
  readonly configured: number | null;
}

/** Over the windows of one point's replications, each weighing the same; zeros where there are none. */
export function littlesLaw(spec: RunSpec, windows: readonly Window[]): LittlesLaw {
  const closed = closedLoad(spec);
  const think = closed?.think ?? 0;
  const mean = (of: (window: Window) => number): number =>
    windows.length === 0 ? 0 : windows.reduce((sum, window) => sum + of(window), 0) / windows.length;
  const ns = (window: Window): number => window.to - window.from;
  return {
    product: mean((w) => (w.finality.sum + w.final * think) / ns(w)),
    outstanding: mean((w) => (w.outstandingTime + w.final * think) / ns(w)),
    configured: closed?.configured ?? null,
  };
}

function closedLoad(spec: RunSpec): { readonly configured: number; readonly think: number } | null {
  const loads = spec.clients.map((group) => group.load);
  const closed = loads.filter((load): load is ClosedLoadSpec => load.kind === 'closed');
  if (closed.length === 0 || closed.length < loads.length) return null;
  const thinks = closed.map((load) => createSampler(load.think).mean);
  const think = thinks[0] as number;
  if (thinks.some((other) => other !== think)) return null;
  return { configured: closed.reduce((sum, load) => sum + load.clients * load.outstanding, 0), think };
}
