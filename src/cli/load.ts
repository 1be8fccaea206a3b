/** Loads scenario files for a command: warnings to the error stream, every problem of every file at once, exit code 1. */
import type { Invocation } from '../results/repeat-command.ts';
import { loadScenario } from '../scenario/load.ts';
import { formatProblem } from '../scenario/problem.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { scenarioPath } from '../scenario/shipped-data.ts';
import type { Output } from './context.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';

export interface LoadedScenario {
  readonly scenario: Scenario;
  readonly invocation: Invocation;
}

/** One entry a file, in their order. @throws CommandEnd when a file has an error. */
export function loadScenarios(
  files: readonly string[],
  given: Omit<Invocation, 'file'>,
  err: Output,
): readonly LoadedScenario[] {
  const counted = given.replications === null ? [] : [`run.replications=${given.replications}`];
  const problems: string[] = [];
  const loaded = files.flatMap((file): LoadedScenario[] => {
    const read = loadScenario(scenarioPath(file), { overrides: [...given.set, ...counted] });
    if (read.ok) return [{ scenario: read.scenario, invocation: { ...given, file } }];
    problems.push(...read.problems.map(formatProblem));
    return [];
  });
  if (problems.length > 0) throw new CommandEnd(ExitCode.usage, problems.join('\n'));
  for (const { scenario } of loaded) for (const warning of scenario.warnings) err.write(`${formatProblem(warning)}\n`);
  return loaded;
}
