/** Where a benchmark ran: processor, Node, commit, and how busy the machine was with other things. */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import type { MachineDescription } from './bench-report.ts';

export function machine(loadBefore: number): MachineDescription {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    load_before: loadBefore,
    load_after: load(),
  };
}

/** The load average of the last minute: 2 keeps two cores busy. */
export function load(): number {
  return Math.round((loadavg()[0] as number) * 100) / 100;
}

/** The commit that is checked out, with `+changes` where the tree differs from it; null where there is no git or no checkout. */
export function commit(): string | null {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return git('rev-parse', '--short=12', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+changes');
  } catch {
    return null;
  }
}
