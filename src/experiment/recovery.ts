/** What each fault of a design point did, over its replications. */
import type { FaultOutcome, RunResult } from '../simulation/run-result.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { MILLISECOND, type NodeId } from '../units/quantities.ts';
import { type Estimate, estimateOf } from './estimate.ts';

export interface FaultEstimate {
  readonly text: string;
  /** Mean over the replications in which it took effect, ms; null: it never found its target. */
  readonly atMs: number | null;
  /** From the fault to the next final transaction after its last outage (simulation/aftermath.ts); over the replications that recovered. */
  readonly recoveryMs: Estimate | null;
  /** Replications in which it took effect and nothing was final again before the end. */
  readonly notRecovered: number;
  /** Whether all clients stand on machines that it crashed, in every replication: nobody was left who could see an outage. */
  readonly clientsGone: boolean;
  /** Outages of all replications that came after it, up to the next fault, and are not counted in its recovery. */
  readonly later: LaterOutages;
}

export interface LaterOutages {
  readonly count: number;
  /** null: there is none. */
  readonly longestMs: number | null;
}

export interface FaultSummary {
  readonly faults: readonly FaultEstimate[];
  readonly notes: readonly string[];
}

export function summariseFaults(
  runs: readonly RunResult[],
  { faults: asked, clients }: Pick<RunSpec, 'faults' | 'clients'>,
): FaultSummary {
  const notes: string[] = [];
  const faults = (runs[0]?.faults ?? []).map((fault, i): FaultEstimate => {
    const outcomes = runs
      .map((run) => run.faults[i])
      .filter((outcome): outcome is FaultOutcome => outcome !== undefined);
    const hits = outcomes.filter((outcome) => outcome.at !== null);
    const recovered = hits.filter((outcome) => outcome.recovery !== null);
    const of = (count: number): string => `in ${count} of ${runs.length} replications`;
    if (hits.length < runs.length) notes.push(`${fault.text}: did not take effect ${of(runs.length - hits.length)}`);
    if (recovered.length < hits.length)
      notes.push(`${fault.text}: not recovered from ${of(hits.length - recovered.length)}`);
    const at = hits.map((outcome) => outcome.at as number);
    return {
      text: fault.text,
      atMs: at.length === 0 ? null : at.reduce((sum, value) => sum + value, 0) / at.length / MILLISECOND,
      notRecovered: hits.length - recovered.length,
      recoveryMs: estimateOf(recovered.map((outcome) => (outcome.recovery as number) / MILLISECOND)),
      clientsGone:
        asked[i]?.kind === 'crash' && hits.length > 0 && hits.every(({ nodes }) => allStandOn(nodes, clients)),
      later: laterOutages(hits),
    };
  });
  return { faults, notes };
}

function allStandOn(nodes: readonly NodeId[], clients: RunSpec['clients']): boolean {
  return clients.length > 0 && clients.every(({ place }) => 'node' in place && nodes.includes(place.node));
}

/** Of one fault over its replications. */
export function laterOutages(outcomes: readonly Pick<FaultOutcome, 'later'>[]): LaterOutages {
  const lengths = outcomes.flatMap(({ later }) => later.map(({ from, to }) => to - from));
  return { count: lengths.length, longestMs: lengths.length === 0 ? null : Math.max(...lengths) / MILLISECOND };
}
