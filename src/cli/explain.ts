/** `quorumlab explain NAME`: what something is, where it is from, and its options with unit, default, range and meaning. */
import Table from 'cli-table3';
import type { Command } from 'commander';
import { type CatalogueEntry, catalogue, protocolEntry } from '../scenario/catalogue.ts';
import { importProtocol } from '../scenario/own-protocol.ts';
import { nearest } from '../scenario/problem.ts';
import { settingNames, settingsNamed } from '../scenario/settings.ts';
import { protocolPath } from '../scenario/shipped-data.ts';
import { type CommandContext, processContext } from './context.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';

export function explainCommand(program: Command, { out }: CommandContext = processContext): void {
  program
    .command('explain')
    .description('explain a protocol, workload, network, distribution, fault, profile or key of a scenario')
    .argument('<name>', 'a name of `quorumlab list`, a key of scenario files, or the path of a protocol of your own')
    .action(async (name: string) => {
      out.write(/[/\\]/.test(name) ? await ownText(name) : explainText(name));
    });
}

/** Everything of this name (a name may be of two kinds, such as `constant`). Throws a CommandEnd where there is none. */
export function explainText(name: string): string {
  const all = catalogue();
  const found = [...all.filter((entry) => entry.name === name), ...settingsNamed(name)];
  if (found.length > 0) return found.map(entryText).join('\n');
  const names = [...new Set([...all.map((entry) => entry.name), ...settingNames()])];
  throw new CommandEnd(
    ExitCode.usage,
    `there is nothing named '${name}'${nearest(name, names)}: see quorumlab list, or schema/scenario.json for the keys of scenarios`,
  );
}

/** A protocol of the user's own, which this imports. */
async function ownText(path: string): Promise<string> {
  try {
    const { definition } = await importProtocol(protocolPath(path));
    return entryText({ ...protocolEntry(definition), kind: `protocol of your own, ${path}` });
  } catch (thrown) {
    throw new CommandEnd(ExitCode.usage, `${path} ${(thrown as Error).message}`);
  }
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
