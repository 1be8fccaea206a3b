/** One run as a row of `runs.csv`: who it was, its digest, and its own value for every measure. */
import type { RunValues } from '../experiment/estimate.ts';

export interface RunRow {
  readonly label: string;
  readonly replication: number;
  readonly seed: number;
  readonly digest: string | null;
  readonly ended_at_ms: number;
  readonly safety_violations: number;
  readonly liveness_violations: number;
  readonly values: RunValues;
}
