/**
 * What the process answers to the shell (DESIGN section 8). Commands never set it: they return normally for 0 and throw a
 * `CommandEnd` for anything else; `main.ts` alone turns that into `process.exitCode`.
 */
export const ExitCode = {
  ok: 0,
  /** Wrong usage, or a scenario with errors. */
  usage: 1,
  /** An objective is missed, or performance fell behind. */
  missed: 2,
  unsafe: 3,
  notLive: 4,
  notDeterministic: 5,
  /** An internal error, or a run that crashed. */
  crashed: 70,
  /** Ctrl-C. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Which answer wins where several hold. Ctrl-C stands first: what was not run can't be judged. */
const precedence: readonly ExitCode[] = [
  ExitCode.interrupted,
  ExitCode.crashed,
  ExitCode.unsafe,
  ExitCode.notDeterministic,
  ExitCode.notLive,
  ExitCode.missed,
  ExitCode.usage,
];

/** The one exit code for several findings; `ok` for none. */
export function exitCodeOf(findings: Iterable<ExitCode>): ExitCode {
  const found = new Set(findings);
  return precedence.find((code) => found.has(code)) ?? ExitCode.ok;
}

/** Ends a command with an exit code; the message, where there is one, goes to the standard error stream. */
export class CommandEnd extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message = '') {
    super(message);
    this.name = 'CommandEnd';
    this.exitCode = exitCode;
  }
}
