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

export function repeatCommand({ file, set, quick, replications }: Invocation): string {
  const counted = replications === null ? [] : ['--replications', String(replications)];
  return ['npx', 'quorumlab', 'run', shellWord(file), ...counted, ...commonOptions(set, quick)].join(' ');
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

/** `more`: options of this command alone, as words. */
export function repeatSensitivityCommand(invocation: Invocation, more: readonly string[]): string {
  const { file, set, quick, replications } = invocation;
  const counted = replications === null ? [] : ['--replications', String(replications)];
  const own = more.map(shellWord);
  return ['npx', 'quorumlab', 'sensitivity', shellWord(file), ...counted, ...own, ...commonOptions(set, quick)].join(
    ' ',
  );
}

/** `more`: options of this command alone, as words. */
export function repeatRegressCommand(invocation: Invocation, more: readonly string[]): string {
  const { file, set, quick, replications } = invocation;
  const counted = replications === null ? [] : ['--replications', String(replications)];
  const own = more.map(shellWord);
  return ['npx', 'quorumlab', 'regress', shellWord(file), ...counted, ...own, ...commonOptions(set, quick)].join(' ');
}

/** `more`: options of this command alone, as words. */
export function repeatTuneCommand(invocation: Invocation, more: readonly string[]): string {
  const { file, set, quick, replications } = invocation;
  const counted = replications === null ? [] : ['--replications', String(replications)];
  const own = more.map(shellWord);
  return ['npx', 'quorumlab', 'tune', shellWord(file), ...counted, ...own, ...commonOptions(set, quick)].join(' ');
}

function commonOptions(set: readonly string[], quick: boolean): readonly string[] {
  return [...(quick ? ['--quick'] : []), ...set.flatMap((assignment) => ['--set', shellWord(assignment)])];
}

/** As a POSIX shell takes it: quoted only where it must be. */
export function shellWord(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
