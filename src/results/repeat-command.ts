/** The command that repeats a result, or one run of it: printed beside everything that someone may want to look at again. */

/** What was given on the command line and decides the numbers. */
export interface Invocation {
  /** The scenario file as it was named. */
  readonly file: string;
  /** `path=value` overrides, in order. */
  readonly set: readonly string[];
  readonly quick: boolean;
  /** null: as the scenario says. */
  readonly replications: number | null;
}

export function repeatCommand(invocation: Invocation): string {
  return repeatQuestionCommand('run', invocation);
}

export function repeatRunCommand(
  { file, set, quick, replications }: Invocation,
  label: string,
  replication: number,
): string {
  const run = ['--point', shellWord(label), '--replication', String(replication)];
  // A scenario has no replications but its own, unless it is told of more.
  const all = replications === null ? set : [...set, `run.replications=${replications}`];
  return ['npx', 'quorumlab', 'rerun', shellWord(file), ...run, ...commonOptions(all, quick)].join(' ');
}

/** A command that asks a question of a scenario. `more`: options of this command alone, as words. */
export function repeatQuestionCommand(command: string, invocation: Invocation, more: readonly string[] = []): string {
  const { file, set, quick, replications } = invocation;
  const counted = replications === null ? [] : ['--replications', String(replications)];
  const own = more.map(shellWord);
  return ['npx', 'quorumlab', command, shellWord(file), ...counted, ...own, ...commonOptions(set, quick)].join(' ');
}

function commonOptions(set: readonly string[], quick: boolean): readonly string[] {
  return [...(quick ? ['--quick'] : []), ...set.flatMap((assignment) => ['--set', shellWord(assignment)])];
}

/** As a POSIX shell takes it: quoted only where it must be. */
export function shellWord(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
