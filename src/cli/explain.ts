/** `quorumlab explain NAME`: what something is, where it is from, and its options with unit, default, range and meaning. */
import Table from 'cli-table3';
import type { Command } from 'commander';
import { type CatalogueEntry, catalogue } from '../scenario/catalogue.ts';
import { nearest } from '../scenario/problem.ts';
import { type CommandContext, processContext } from './context.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';

export function explainCommand(program: Command, { out }: CommandContext = processContext): void {
  program
    .command('explain')
    .description('explain a protocol, workload, network, distribution, fault or profile and its options')
    .argument('<name>', 'a name of `quorumlab list`')
    .action((name: string) => {
      out.write(explainText(name));
    });
}

/** Everything of this name (a name may be of two kinds, such as `constant`). Throws a CommandEnd where there is none. */
export function explainText(name: string): string {
  const all = catalogue();
  const found = all.filter((entry) => entry.name === name);
  if (found.length > 0) return found.map(entryText).join('\n');
  const names = [...new Set(all.map((entry) => entry.name))];
  throw new CommandEnd(ExitCode.usage, `there is nothing named '${name}'${nearest(name, names)}: see quorumlab list`);
}

function entryText(entry: CatalogueEntry): string {
  const lines = [`${entry.name} (${entry.kind})`, entry.summary, `Reference: ${entry.reference}`, ...entry.facts];
  if (entry.options.length > 0) lines.push('', optionTable(entry));
  return `${lines.join('\n')}\n`;
}

function optionTable({ options }: CatalogueEntry): string {
  const table = new Table({
    head: ['option', 'default', 'value', 'meaning'],
    colWidths: [null, null, 36, 64],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const { name, byDefault, expected, meaning } of options) table.push([name, byDefault, expected, meaning]);
  return table.toString();
}
