/**
 * What is said of an option that a command does not know beyond that: which commands take it; and where it has the name of a section
 * of scenarios, that `--set` changes that one.
 */
import type { Command, CommanderError } from 'commander';

/** The flag that commander refused, such as `--objective`; null where it refused something else. */
export function unknownFlag({ code, message }: CommanderError): string | null {
  if (code !== 'commander.unknownOption') return null;
  return /'(--[a-z][a-z-]*)/.exec(message)?.[1] ?? null;
}

/** Lines, none where there is nothing to add. `commands`: all there are, with their options; `asked`: the one that refused it. */
export function aboutUnknownFlag(
  flag: string,
  asked: string,
  commands: readonly Command[],
  sections: readonly string[],
): string {
  const takers = commands.flatMap((command) => takersIn(command, flag));
  const section = flag.slice(2).replaceAll('-', '_');
  const changes =
    takersIn(
      commands.find((command) => command.name() === asked),
      '--set',
    ).length > 0;
  return [
    ...(takers.length === 0 ? [] : [`${flag} is an option of ${takers.join(', ')}`]),
    ...(changes && sections.includes(section)
      ? [`the ${section} of a scenario stands in its file; --set '${section}=…' changes it`]
      : []),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** `run`, `cache prune`. */
function takersIn(command: Command | undefined, flag: string): readonly string[] {
  if (command === undefined) return [];
  const own = command.options.some(({ long }) => long === flag) ? [command.name()] : [];
  return [...own, ...command.commands.flatMap((sub) => takersIn(sub, flag).map((name) => `${command.name()} ${name}`))];
}
