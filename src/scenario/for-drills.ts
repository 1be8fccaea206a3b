/**
 * A scenario with its faults replaced by a crash that is repaired, as the drills of a comparison bring: read anew from its file, so that
 * what it leaves open for a restart (`durable`) is decided as in a file that holds that crash. All runs of a comparison, undisturbed ones
 * too, are then of one system.
 */
import { openScenario } from './load.ts';
import type { LoadResult, Scenario } from './scenario.ts';

export interface GivenOverrides {
  readonly set: readonly string[];
  readonly replications: number | null;
}

export async function settledForDrills(scenario: Scenario, given: GivenOverrides): Promise<LoadResult> {
  const varied = scenario.points.flatMap(({ factors }) => Object.keys(factors)).find((path) => /^faults\b/.test(path));
  if (varied !== undefined)
    return {
      ok: false,
      problems: [
        {
          severity: 'error',
          place: scenario.file,
          line: 1,
          column: 1,
          path: 'levels',
          message: `${varied} varies a fault, but compare replaces the faults by its drills: expected no levels of faults (quorumlab run takes them)`,
        },
      ],
    };
  const replications = given.replications === null ? [] : [`run.replications=${given.replications}`];
  // Anywhere inside the run: only that a crashed node comes back matters here.
  const [at, length] = [0.5, 0.25].map(
    (share) => `${Math.max(1, Math.floor((scenario.run.duration as number) * share))}ns`,
  );
  const crash = `faults=[{ crash: leader, at: ${at}, for: ${length} }]`;
  return openScenario(scenario.file, { overrides: [...given.set, ...replications, crash] });
}
