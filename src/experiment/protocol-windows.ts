/**
 * What a protocol allows to be under way at once, and how much of it was: where no resource is busy, a full window is what limits a
 * cluster. Batches under way are their rate times the time from proposal to commit (Little's law).
 */
import type { PbftOptions } from '../protocols/pbft/options.ts';
import { windowOf as watermarkWindow } from '../protocols/pbft/options.ts';
import type { RaftOptions } from '../protocols/raft/options.ts';
import type { RunResult } from '../simulation/run-result.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { MILLISECOND, SECOND } from '../units/quantities.ts';

export interface ProtocolWindow {
  /** As scenario files name it. */
  readonly option: string;
  /** Batches that may be under way. */
  readonly limit: number;
  readonly underWay: number;
  /** Transactions in a batch on average, and how many may be. */
  readonly batch: number;
  readonly mostInBatch: number;
}

/** From this share on a window counts as full: it is empty for a moment after each commit. */
const FULL = 0.8;

export function isFull({ limit, underWay }: ProtocolWindow): boolean {
  return underWay >= FULL * limit;
}

/** The window that is filled most; null for a protocol of which none is known, or where nothing was committed. */
export function fullestWindow(
  { protocol }: RunSpec,
  runs: readonly RunResult[],
  proposedToCommittedMs: number,
): ProtocolWindow | null {
  const batches = runs.reduce((sum, { counts }) => sum + counts.batches, 0);
  const seconds = runs.reduce((sum, { endedAt }) => sum + endedAt / SECOND, 0);
  const known = protocol.module === undefined ? windowsOf(protocol) : null;
  if (known === null || batches === 0) return null;
  const rate = batches / seconds;
  const underWay = (rate * proposedToCommittedMs * MILLISECOND) / SECOND;
  const transactions = runs.reduce((sum, { counts }) => sum + counts.transactions, 0);
  const all = known.windows.map(({ option, limit, period }) => ({
    option,
    limit,
    underWay: period === undefined ? underWay : Math.min(1, (rate * period) / SECOND),
    batch: transactions / batches,
    mostInBatch: known.mostInBatch,
  }));
  return all.reduce((most, window) => (window.underWay / window.limit > most.underWay / most.limit ? window : most));
}

interface Windows {
  readonly mostInBatch: number;
  /** `period`: proposals are so far apart at least, and one of them counts as under way for as long. */
  readonly windows: readonly { readonly option: string; readonly limit: number; readonly period?: number }[];
}

function windowsOf({ name, options }: RunSpec['protocol']): Windows | null {
  if (name === 'raft') {
    const { maxInflight, batch } = options as RaftOptions;
    return { mostInBatch: batch.maxTransactions, windows: [{ option: 'max_inflight', limit: maxInflight }] };
  }
  if (name !== 'pbft') return null;
  const pbft = options as PbftOptions;
  const { proposer, pipeline, blockPeriod, batch } = pbft;
  const inFlight =
    proposer === 'rotating'
      ? { option: 'proposer: rotating (one batch at a time)', limit: 1 }
      : { option: 'pipeline', limit: pipeline === 0 ? Number.POSITIVE_INFINITY : pipeline };
  const period = blockPeriod > 0 ? [{ option: 'block_period', limit: 1, period: blockPeriod }] : [];
  return {
    mostInBatch: batch.maxTransactions,
    windows: [inFlight, { option: 'watermark_window', limit: watermarkWindow(pbft) }, ...period],
  };
}
