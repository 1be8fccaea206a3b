/**
 * What the process answers to the shell (docs/RESULTS.md, exit codes). Commands never set it: they return normally for 0 and throw a
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

/** Why the system refused to read or write, in words; null where that is not what was thrown. */
export function reasonOfTheSystem(thrown: unknown): string | null {
  return thrown instanceof Error && 'code' in thrown ? (systemReasons[String(thrown.code)] ?? null) : null;
}

export const NO_SPACE = 'no space is left';

const systemReasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EEXIST: 'is a file, expected a folder',
  ENOTDIR: 'is not a folder',
  EISDIR: 'is a folder, expected a file',
  EROFS: 'the file system is read-only',
  ENOSPC: NO_SPACE,
  ENOTSUP: 'nothing can be made here',
  EIO: 'the device failed',
  EDQUOT: 'the quota is used up',
  EFBIG: 'the file would be too large',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'there are links in a circle',
};

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
