/** The baseline as a file on disk: read, or refused in one sentence that names it; written whole or not at all. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { writeFiles } from '../results/result-folder.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';

/** `read` turns its text into a baseline and throws an Error that says what is wrong. @throws CommandEnd */
export function openBaseline<Baseline>(path: string, read: (text: string) => Baseline): Baseline {
  if (!existsSync(path))
    throw new CommandEnd(
      ExitCode.usage,
      `${path}: there is no such baseline. The same command with --update writes it, from the model as it stands now`,
    );
  return saying(path, () => read(readFileSync(path, 'utf8')));
}

/** null: there is none yet. @throws CommandEnd, so that --update never writes over a file that is no baseline. */
export function openBaselineIfThere<Baseline>(path: string, read: (text: string) => Baseline): Baseline | null {
  return existsSync(path) ? openBaseline(path, read) : null;
}

export function writeTo(path: string, text: string): void {
  writeFiles(dirname(path), { [basename(path)]: text });
}

/** Puts the name of the file before what is wrong with it; what the system refuses is told by the command line itself. */
export function saying<Value>(path: string, work: () => Value): Value {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof Error) || 'code' in thrown) throw thrown;
    throw new CommandEnd(ExitCode.usage, `${path}: ${thrown.message}`);
  }
}
