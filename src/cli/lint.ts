/** `quorumlab lint FILE…`: reads scenarios and says everything that is wrong with them, without running anything. */
import type { Command } from 'commander';
import { openScenario } from '../scenario/load.ts';
import { formatProblem } from '../scenario/problem.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { scenarioPath } from '../scenario/shipped-data.ts';
import { formatDuration } from '../units/format.ts';
import { type CommandContext, processContext } from './context.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';
import { collect } from './options.ts';

export function lintCommand(program: Command, context: CommandContext = processContext): void {
  program
    .command('lint')
    .description('check scenario files: every problem with file, line and column')
    .argument('<files...>', 'scenario files')
    .option(
      '--set <path=value>',
      'override a setting, such as run.duration=10s (repeatable)',
      collect,
      [] as readonly string[],
    )
    .action((files: readonly string[], options: { readonly set: readonly string[] }) =>
      lint(files, options.set, context),
    );
}

/** Problems go to the error stream, a line for each sound file to the output. @throws CommandEnd where a file has errors. */
async function lint(
  files: readonly string[],
  overrides: readonly string[],
  { out, err }: CommandContext,
): Promise<void> {
  let bad = 0;
  for (const file of files) {
    const result = await openScenario(scenarioPath(file), { overrides });
    for (const problem of result.ok ? result.scenario.warnings : result.problems)
      err.write(`${formatProblem(problem)}\n`);
    if (result.ok) out.write(`${file}: ok: ${summaryOf(result.scenario)}\n`);
    else bad++;
  }
  if (bad > 0)
    throw new CommandEnd(
      ExitCode.usage,
      files.length === 1
        ? 'the scenario has errors'
        : `${bad} of ${files.length} scenario files ${bad === 1 ? 'has' : 'have'} errors`,
    );
}

function summaryOf({ points, run, warnings }: Scenario): string {
  const protocols = [...new Set(points.map((point) => point.protocol))].join(', ');
  const runs = points.length * run.replications;
  const noted = warnings.length === 0 ? '' : `; ${warnings.length} ${warnings.length === 1 ? 'warning' : 'warnings'}`;
  return `${points.length} design ${points.length === 1 ? 'point' : 'points'} (${protocols}), ${runs} ${runs === 1 ? 'run' : 'runs'} of ${formatDuration(run.duration)}${noted}`;
}
