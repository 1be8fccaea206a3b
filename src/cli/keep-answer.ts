/** Where a question command leaves its answer: as JSON and as a page in a folder of its own, and in words or JSON on standard output. */
import { join } from 'node:path';
import type { AnswerHead } from '../results/answer-head.ts';
import { canonicalJson } from '../results/canonical-json.ts';
import { resultFolder, writeFiles } from '../results/result-folder.ts';
import { type CacheChoice, diskFull } from './cache-options.ts';
import type { CommandContext } from './context.ts';
import { CommandEnd, ExitCode, NO_SPACE, reasonOfTheSystem } from './exit-codes.ts';
import type { RunningOptions } from './options.ts';

export interface Renderers<Answer> {
  readonly html: (answer: Answer) => string;
  /** For the terminal. */
  readonly text: (answer: Answer) => string;
}

/** `name`: of the files, and with the answer's id of the folder. */
export function keepAnswer<Answer extends AnswerHead>(
  name: string,
  answer: Answer,
  { html, text }: Renderers<Answer>,
  options: Pick<RunningOptions, 'out' | 'json'> & CacheChoice,
  context: CommandContext,
): void {
  const { out, json } = options;
  const folder = resultFolder(out, answer.scenario, `${name}-${answer.id}`);
  const document = canonicalJson(answer);
  const files = { [`${name}.json`]: document, [`${name}.html`]: html(answer) };
  writeResult(folder, files, options, false, context);
  context.out.write(json ? document : `${text(answer)}\n`);
  context.err.write(`report: ${join(folder, `${name}.html`)}\n`);
}

/** `own`: protocols of the user's own took part. @throws CommandEnd where the disk is full */
export function writeResult(
  folder: string,
  files: Readonly<Record<string, string>>,
  choice: CacheChoice,
  own: boolean,
  context: CommandContext,
): void {
  try {
    writeFiles(folder, files);
  } catch (thrown) {
    if (reasonOfTheSystem(thrown) !== NO_SPACE) throw thrown;
    throw new CommandEnd(ExitCode.usage, diskFull(folder, choice, own, context));
  }
}
