/** `quorumlab validate`: holds the model against closed forms, published results and measured systems; exit code 2 where one is missed. */
import { type Command, InvalidArgumentError } from 'commander';
import { validationPage } from '../report/validation-page.ts';
import { validationJson, validationTable } from '../report/validation-table.ts';
import { writeFiles } from '../results/result-folder.ts';
import { inlineObserver, poolObserver } from '../validation/observer.ts';
import { targets } from '../validation/registry.ts';
import { type TargetResult, validateTargets } from '../validation/validate.ts';
import { type CommandContext, processContext } from './context.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';
import { collect, positiveCount } from './options.ts';

interface ValidateArguments {
  readonly only: readonly string[];
  readonly json: boolean;
  readonly small: boolean;
  readonly write?: string;
  readonly threads?: number;
}

export function validateCommand(program: Command, context: CommandContext = processContext): void {
  program
    .command('validate')
    .description('hold predictions against closed forms, published results and measured systems')
    .option('--only <id>', 'this target (repeatable)', only, [] as readonly string[])
    .option('--json', 'print the results as JSON', false)
    .option('--small', 'shorter and fewer runs, as in the test suite', false)
    .option('--write <folder>', 'write VALIDATION.md to this folder, such as docs')
    .option('--threads <count>', 'worker threads (default: one for each core)', positiveCount)
    .action((options: ValidateArguments) => validate(options, context));
}

function only(id: string, before: readonly string[]): readonly string[] {
  const known = targets.map((target) => target.id);
  if (!known.includes(id))
    throw new InvalidArgumentError(`There is no target ${id}, expected one of: ${known.join(', ')}.`);
  return collect(id, before);
}

/** @throws CommandEnd with exit code 2 where a gated prediction is missed. */
async function validate(
  options: ValidateArguments,
  { out, err, simulate, onInterrupt }: CommandContext,
): Promise<void> {
  const chosen = targets.filter(({ id }) => options.only.length === 0 || options.only.includes(id));
  const observer =
    simulate === null && options.threads !== 1 ? poolObserver(options.threads) : inlineObserver(simulate ?? undefined);
  const stop = new AbortController();
  const release = onInterrupt(() => stop.abort());
  let results: readonly TargetResult[];
  try {
    results = await validateTargets(chosen, observer, { small: options.small, signal: stop.signal }, ({ target }) => {
      if (err.isTTY) err.write(`${target.id} done\n`);
    });
  } catch (thrown) {
    if (stop.signal.aborted) throw new CommandEnd(ExitCode.interrupted, 'interrupted');
    throw thrown;
  } finally {
    release();
    await observer.close();
  }
  out.write(options.json ? validationJson(results) : validationTable(results));
  if (options.write !== undefined) writeFiles(options.write, { 'VALIDATION.md': validationPage(results) });
  const missed = results
    .flatMap(({ comparisons }) => comparisons)
    .filter(({ holds, ungated }) => !holds && ungated === null);
  if (missed.length > 0)
    throw new CommandEnd(
      ExitCode.missed,
      `missed: ${missed.map(({ target, row }) => `${target} (${row})`).join('; ')}`,
    );
}
