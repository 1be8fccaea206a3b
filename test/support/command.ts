// The command line in this process: what it printed where, and its exit code.
import { commandLine } from '../../src/cli/command-line.ts';
import { processContext } from '../../src/cli/context.ts';

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function quorumlab(...argv: readonly string[]): Promise<Ended> {
  let [out, err] = ['', ''];
  const code = await commandLine(argv, {
    ...processContext,
    out: { write: (text: string) => (out += text) },
    err: { write: (text: string) => (err += text) },
  });
  return { code, out, err };
}
