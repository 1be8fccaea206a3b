/** What a run store holds, by scenario, protocol and model: as data, and as a table. */
import Table from 'cli-table3';
import type { Code } from '../results/build-fingerprint.ts';
import type { DescribedRun } from '../results/kept-runs.ts';
import { reusable } from '../results/prune-runs.ts';
import { formatQuantity } from './html/format.ts';
import { counted } from './words.ts';

export interface StoreGroup {
  readonly scenario: string | null;
  readonly protocol: string;
  readonly model_version: string;
  /** Whether this build reuses them: it made them, or the same code did. */
  readonly reusable: boolean;
  readonly runs: number;
  readonly bytes: number;
  /** When one of them was last made or reused, and the one that was not for longest. */
  readonly last_used: string;
  readonly least_used: string;
}

export interface StoreSummary {
  readonly format: 1;
  readonly folder: string;
  readonly runs: number;
  readonly bytes: number;
  readonly unreadable: number;
  readonly groups: readonly StoreGroup[];
}

export function storeSummary(folder: string, runs: readonly DescribedRun[], own: Code): StoreSummary {
  const groups = new Map<string, DescribedRun[]>();
  for (const run of runs) {
    if (run.head === null) continue;
    const { scenario, protocol, model_version } = run.head;
    const key = JSON.stringify([scenario ?? '', protocol, model_version, reusable(run.head, own)]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return {
    format: 1,
    folder,
    runs: runs.length,
    bytes: sum(runs),
    unreadable: runs.filter(({ head }) => head === null).length,
    groups: [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => groupOf(group, own)),
  };
}

function groupOf(group: readonly DescribedRun[], own: Code): StoreGroup {
  const head = group[0]?.head as NonNullable<DescribedRun['head']>;
  const used = group.map(({ usedAt }) => usedAt).sort((a, b) => a - b);
  return {
    scenario: head.scenario,
    protocol: head.protocol,
    model_version: head.model_version,
    reusable: reusable(head, own),
    runs: group.length,
    bytes: sum(group),
    last_used: new Date(used.at(-1) as number).toISOString(),
    least_used: new Date(used[0] as number).toISOString(),
  };
}

/** `now`: ms since 1970. */
export function storeTable({ folder, runs, bytes, unreadable, groups }: StoreSummary, now: number): string {
  if (runs === 0) return `${folder}: no runs are kept here\n`;
  const table = new Table({
    head: ['scenario', 'protocol', 'model', 'runs', 'size', 'last used', 'unused for at most'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'left', 'left', 'right', 'right', 'right', 'right'],
  });
  for (const group of groups)
    table.push([
      group.scenario ?? '–',
      group.protocol,
      group.reusable ? group.model_version : `${group.model_version}, other code`,
      group.runs,
      formatQuantity(group.bytes, 'bytes'),
      `${age(now - Date.parse(group.last_used))} ago`,
      age(now - Date.parse(group.least_used)),
    ]);
  const broken =
    unreadable === 0 ? '' : `${counted(unreadable, 'file')} cannot be read: cache prune removes them in any case\n`;
  const other = groups.some((group) => !group.reusable)
    ? 'Runs of another model or of other code are not reused: cache prune --model other removes them\n'
    : '';
  return `${folder}: ${counted(runs, 'run')}, ${formatQuantity(bytes, 'bytes')}\n${table.toString()}\n${other}${broken}`;
}

/** `40 s`, `12 min`, `5 h`, `3 d`. */
function age(ms: number): string {
  const seconds = Math.max(0, ms / 1000);
  if (seconds < 90) return `${Math.floor(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

function sum(runs: readonly DescribedRun[]): number {
  return runs.reduce((total, { bytes }) => total + bytes, 0);
}
