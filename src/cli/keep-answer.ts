/** Where a question command leaves its answer: as JSON and as a page in a folder of its own, and in words or JSON on standard output. */
import { join } from 'node:path';
import type { AnswerHead } from '../results/answer-head.ts';
import { canonicalJson } from '../results/canonical-json.ts';
import { resultFolder, writeFiles } from '../results/result-folder.ts';
import type { CommandContext } from './context.ts';
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
  { out, json }: Pick<RunningOptions, 'out' | 'json'>,
  context: CommandContext,
): void {
  const folder = resultFolder(out, answer.scenario, `${name}-${answer.id}`);
  const document = canonicalJson(answer);
  writeFiles(folder, { [`${name}.json`]: document, [`${name}.html`]: html(answer) });
  context.out.write(json ? document : `${text(answer)}\n`);
  context.err.write(`report: ${join(folder, `${name}.html`)}\n`);
}
