/** `quorumlab list`: what a scenario can name, by kind, one line each. */
import type { Command } from 'commander';
import { catalogue } from '../scenario/catalogue.ts';
import { nearest } from '../scenario/problem.ts';
import { type CommandContext, processContext } from './context.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';

export function listCommand(program: Command, { out }: CommandContext = processContext): void {
  program
    .command('list')
    .description('list protocols, workloads, networks, distributions, faults and profiles')
    .argument('[kind]', 'only one kind, such as protocol or network')
    .action((kind?: string) => {
      out.write(listText(kind));
    });
}

/** The list as text: of all kinds, or of one. Throws a CommandEnd where there is no such kind. */
export function listText(kind?: string): string {
  const all = catalogue();
  const kinds = [...new Set(all.map((entry) => entry.kind))];
  const wanted = kinds.filter((name) => kind === undefined || name === kind || `${name}s` === kind);
  if (wanted.length === 0)
    throw new CommandEnd(
      ExitCode.usage,
      `there is no kind '${kind}'${nearest(kind ?? '', kinds)}, expected one of: ${kinds.join(', ')}`,
    );
  const width = Math.max(...all.map((entry) => entry.name.length));
  return wanted
    .map((name) => {
      const lines = all
        .filter((entry) => entry.kind === name)
        .map((entry) => `  ${entry.name.padEnd(width)}  ${entry.summary}`);
      return `${name}\n${lines.join('\n')}\n`;
    })
    .join('\n');
}
