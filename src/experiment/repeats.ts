/**
 * What a cluster spends on requests that it has seen before, over whole runs: clients send again what is not final in time, and an
 * overloaded cluster then works on repeats. None takes effect twice (checks/validity.ts), but a repeat that overtakes makes its
 * transaction take its turn before one that it follows, and the ledger refuses what comes in the wrong order.
 */
import type { RunResult } from '../simulation/run-result.ts';

export interface Repeats {
  /** How often clients sent a request, all runs together: 1 without retries; n where it goes to all n nodes at once. */
  readonly sendsPerRequest: number;
  /** Of all that clients sent, the share that they had sent before. */
  readonly repeated: number;
  /** Of all transactions in blocks, the share that had been ordered before, and was skipped. */
  readonly orderedAgain: number;
  /** Of the transactions that became final, the share that took their turn after a later one of the same clients. */
  readonly overtaken: number;
}

export function repeatsOf(runs: readonly RunResult[]): Repeats {
  const sum = (of: (run: RunResult) => number): number => runs.reduce((total, run) => total + of(run), 0);
  const submitted = sum(({ counts }) => counts.submitted);
  const sent = sum(({ counts }) => counts.sent.find(({ name }) => name === 'request')?.count ?? 0);
  const final = sum(({ counts }) => counts.transactions);
  const again = sum(({ counts }) => counts.orderedAgain);
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  return {
    sendsPerRequest: share(sent, submitted),
    repeated: share(
      sum(({ counts }) => counts.retries),
      sent,
    ),
    orderedAgain: share(again, again + final),
    overtaken: share(
      sum(({ counts }) => counts.overtaken),
      final,
    ),
  };
}
