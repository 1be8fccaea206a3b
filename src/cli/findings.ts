/** What a result means for the exit code. */
import type { FailedRun } from '../experiment/experiment.ts';
import type { ResultFile } from '../results/result-file.ts';
import { ExitCode } from './exit-codes.ts';

export function findingsOf(result: ResultFile, failed: readonly FailedRun[]): readonly ExitCode[] {
  const kinds = new Set(result.points.flatMap((point) => point.safety.details.map(({ kind }) => kind)));
  return [
    ...(failed.some(({ kind }) => kind === 'interrupted') ? [ExitCode.interrupted] : []),
    ...(failed.some(({ kind }) => kind === 'crashed') ? [ExitCode.crashed] : []),
    ...(kinds.has('safety') ? [ExitCode.unsafe] : []),
    ...(kinds.has('liveness') ? [ExitCode.notLive] : []),
    ...(result.points.some((point) => point.objective.some(({ met }) => !met)) ? [ExitCode.missed] : []),
  ];
}
