// A command of quorumlab run in process, with what it prints kept; and a folder for its files that goes when the tests are over.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { commandLine } from '../../src/cli/command-line.ts';
import { type CommandContext, processContext } from '../../src/cli/context.ts';
import type { ExitCode } from '../../src/cli/exit-codes.ts';

export interface Ended {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

/** Runs `quorumlab …argv`: the real one, but for what `changes` says. */
export async function commandWith(changes: Partial<CommandContext>, ...argv: readonly string[]): Promise<Ended> {
  let [out, err] = ['', ''];
  const context: CommandContext = {
    ...processContext,
    out: { write: (text) => (out += text) },
    err: { write: (text) => (err += text) },
    ...changes,
  };
  return { code: await commandLine(argv, context), out, err };
}

export async function command(...argv: readonly string[]): Promise<Ended> {
  return commandWith({}, ...argv);
}

/** A new folder for the tests of a file. */
export function folderFor(what: string): string {
  const folder = mkdtempSync(join(tmpdir(), `quorumlab-${what}-`));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
