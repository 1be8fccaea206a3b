// The command line in this process: what it printed where, and its exit code.
import { commandLine } from '../../src/cli/command-line.ts';
import { type CommandContext, processContext } from '../../src/cli/context.ts';
import type { ExitCode } from '../../src/cli/exit-codes.ts';

export interface Ended {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

export async function quorumlab(...argv: readonly string[]): Promise<Ended> {
  return quorumlabWith({}, ...argv);
}

/** The real command line, but for what `changes` says of what it touches. */
export async function quorumlabWith(changes: Partial<CommandContext>, ...argv: readonly string[]): Promise<Ended> {
  let [out, err] = ['', ''];
  const code = await commandLine(argv, {
    ...processContext,
    out: { write: (text: string) => (out += text) },
    err: { write: (text: string) => (err += text) },
    ...changes,
  });
  return { code, out, err };
}
