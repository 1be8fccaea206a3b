/** Loads scenario files for a command: warnings to the error stream, every problem of every file at once, exit code 1. */
import { counted } from '../report/words.ts';
import type { Invocation } from '../results/repeat-command.ts';
import { exceedsNumbers, expectedRequests, MOST_REQUESTS } from '../scenario/expected-load.ts';
import { openScenario } from '../scenario/load.ts';
import { formatProblem } from '../scenario/problem.ts';
import { type RunChoice, runSettings } from '../scenario/run-spec-for.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { scenarioPath } from '../scenario/shipped-data.ts';
import type { Output } from './context.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';

export interface LoadedScenario {
  readonly scenario: Scenario;
  readonly invocation: Invocation;
}

/** Why no run of a scenario can be made, or null: its requests could not be numbered. */
export function tooManyRequests(scenario: Scenario, choice: RunChoice): string | null {
  const { duration } = runSettings(scenario, choice);
  const point = scenario.points.find(
    ({ setup }) => setup.stopAfter === null && exceedsNumbers(setup.clients, duration),
  );
  if (point === undefined) return null;
  const requests = counted(Math.round(expectedRequests(point.setup.clients, duration)), 'request');
  return `${point.label} would make about ${requests} a run, more than can be numbered (${counted(MOST_REQUESTS, 'request')} shared by its groups of clients): lower the rates or shorten the run`;
}

/** One entry a file, in their order. @throws CommandEnd when a file has an error. */
export async function loadScenarios(
  files: readonly string[],
  given: Omit<Invocation, 'file'>,
  err: Output,
): Promise<readonly LoadedScenario[]> {
  const replications = given.replications === null ? [] : [`run.replications=${given.replications}`];
  const problems: string[] = [];
  const loaded: LoadedScenario[] = [];
  for (const file of files) {
    const read = await openScenario(scenarioPath(file), { overrides: [...given.set, ...replications] });
    if (read.ok) loaded.push({ scenario: read.scenario, invocation: { ...given, file } });
    else problems.push(...read.problems.map(formatProblem));
  }
  if (problems.length > 0) throw new CommandEnd(ExitCode.usage, problems.join('\n'));
  for (const { scenario } of loaded) for (const warning of scenario.warnings) err.write(`${formatProblem(warning)}\n`);
  return loaded;
}
