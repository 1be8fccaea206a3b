/** `quorumlab validate`: holds the model against closed forms, published results and measured systems; exit code 2 where one is missed. */
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { validationDocument } from '../report/validation/document.ts';
import { validationJson, validationTable } from '../report/validation/table.ts';
import { outcomeOf, rowText, summaryText } from '../report/validation/words.ts';
import { writeFiles } from '../results/result-folder.ts';
import { nearest } from '../scenario/problem.ts';
import { inlineObserver, poolObserver } from '../validation/observer.ts';
import { targets } from '../validation/registry.ts';
import { type TargetResult, validateTargets } from '../validation/validate.ts';
import { type CommandContext, processContext } from './context.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';
import { collect, threadCount } from './options.ts';
import { folderProblem } from './output-folder.ts';
import { countedProgress } from './progress.ts';

interface ValidateArguments {
  readonly only: readonly string[];
  readonly json: boolean;
  readonly small: boolean;
  readonly report?: string | true;
  readonly write?: string;
  readonly threads?: number;
}

const REPORT_FOLDER = 'reports/validation';

export function validateCommand(program: Command, context: CommandContext = processContext): void {
  program
    .command('validate')
    .description('hold predictions against closed forms, published results and measured systems')
    .option('--only <id>', 'this target (repeatable)', only, [] as readonly string[])
    .option('--json', 'print the results as JSON', false)
    .option('--small', 'shorter and fewer runs, as in the test suite', false)
    .option('--report [folder]', `write validation.html to this folder (default: ${REPORT_FOLDER})`)
    .option('--write <folder>', 'write VALIDATION.md of the whole suite to this folder, such as docs')
    .option('--threads <count>', 'worker threads (default: one for each core)', threadCount)
    .action((options: ValidateArguments) => validate(options, context));
}

function only(id: string, before: readonly string[]): readonly string[] {
  const known = targets.map((target) => target.id);
  if (!known.includes(id))
    throw new InvalidArgumentError(`There is no target '${id}'${nearest(id, known)}; there are ${known.join(', ')}.`);
  return collect(id, before);
}

/** @throws CommandEnd with exit code 2 where a gated prediction is missed. */
async function validate(options: ValidateArguments, context: CommandContext): Promise<void> {
  const report = options.report === true ? REPORT_FOLDER : options.report;
  refuse(options, report);
  const results = await run(options, context);
  const { out, err } = context;
  if (options.write !== undefined) {
    writeFiles(options.write, { 'VALIDATION.md': validationDocument(results) });
    err.write(`document: ${join(options.write, 'VALIDATION.md')}\n`);
  }
  if (report !== undefined) {
    const { renderValidationHtml } = await import('../report/validation/html.ts');
    writeFiles(report, { 'validation.html': renderValidationHtml(results, { small: options.small }) });
    err.write(`report: ${join(report, 'validation.html')}\n`);
  }
  out.write(options.json ? validationJson(results, options.small) : validationTable(results, options));
  const missed = results.flatMap(({ comparisons }) => comparisons).filter((one) => outcomeOf(one) === 'FAIL');
  if (missed.length === 0) return;
  // Both on one line: what reads only the last one sees how much is wrong, and where.
  const summary = options.json ? '' : `${summaryText(results)}. `;
  throw new CommandEnd(ExitCode.missed, `${summary}missed: ${missed.map(rowText).join('; ')}`);
}

/** What would be found out only after minutes of work, or write half a document. */
function refuse({ write, small, only: some }: ValidateArguments, report: string | undefined): void {
  if (write !== undefined && (small || some.length > 0))
    throw new CommandEnd(ExitCode.usage, '--write is of the whole suite: leave out --only and --small');
  for (const [option, folder] of [
    ['--write', write],
    ['--report', report],
  ] as const) {
    const problem = folder === undefined ? null : folderProblem(folder);
    if (problem !== null) throw new CommandEnd(ExitCode.usage, `${option} ${folder}: ${problem}`);
  }
}

async function run(
  options: ValidateArguments,
  { err, simulate, onInterrupt }: CommandContext,
): Promise<readonly TargetResult[]> {
  const chosen = targets.filter(({ id }) => options.only.length === 0 || options.only.includes(id));
  const observer =
    simulate === null && options.threads !== 1 ? poolObserver(options.threads) : inlineObserver(simulate ?? undefined);
  const stop = new AbortController();
  const release = onInterrupt(() => stop.abort());
  const progress = countedProgress(err);
  let finished = 0;
  let last = '';
  const onProgress = (done: number, all: number): void =>
    progress.show(done, all, `${finished} of ${chosen.length} targets, ${done} of ${all} runs${last}`);
  try {
    return await validateTargets(
      chosen,
      observer,
      { small: options.small, signal: stop.signal, onProgress },
      ({ target }) => {
        finished++;
        last = `, last done: ${target.id}`;
      },
    );
  } catch (thrown) {
    if (stop.signal.aborted) throw new CommandEnd(ExitCode.interrupted, 'stopped: nothing is written');
    throw thrown;
  } finally {
    progress.end();
    release();
    await observer.close();
  }
}
