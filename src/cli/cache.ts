/** `quorumlab cache list|prune`: what the run store holds, and removing what is no longer worth its place. */
import { rmSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { formatQuantity } from '../report/html/format.ts';
import { storeSummary, storeTable } from '../report/kept-runs.ts';
import { counted } from '../report/words.ts';
import { ownCode } from '../results/build-fingerprint.ts';
import { canonicalJson } from '../results/canonical-json.ts';
import { type DescribedRun, described, keptRuns, leftovers } from '../results/kept-runs.ts';
import { type PruneRules, runsToRemove } from '../results/prune-runs.ts';
import { RUNS_FOLDER } from '../results/run-store.ts';
import { parseBytes } from '../units/parse.ts';
import { type CommandContext, processContext } from './context.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';

interface ListOptions {
  readonly cache?: string;
  readonly json?: true;
}

interface PruneOptions extends ListOptions {
  readonly olderThan?: number;
  readonly model?: string;
  readonly most?: number;
  readonly all?: true;
  readonly dryRun?: true;
}

/** A temporary file of a process that is still writing is younger than this (ms). */
const ABANDONED = 3_600_000;

export function cacheCommand(program: Command, context: CommandContext = processContext): void {
  const cache = program.command('cache').description('list or remove the finished runs that are kept');
  const list = cache
    .command('list')
    .description('what is kept: how many runs, of what, how large, and when they were last used')
    .option('--cache <folder>', `the run store (default: ${RUNS_FOLDER}, or what QUORUMLAB_CACHE says)`)
    .option('--json', 'print the summary as JSON')
    .action((options: ListOptions) => listRuns(options, context));
  const prune = cache
    .command('prune')
    .description('remove kept runs that any of these options names; what is removed is made again when it is asked for')
    .option('--older-than <age>', 'runs that were not used for so long, such as 30d', ageOf)
    .option(
      '--model <version>',
      "runs of this model version; 'other': all that this build cannot reuse, being of another model or other code",
    )
    .option('--most <size>', 'keep at most so much, such as 1GB: what was not used for longest goes first', sizeOf)
    .option('--all', 'every kept run')
    .option('--dry-run', 'only say what would be removed')
    .option('--cache <folder>', `the run store (default: ${RUNS_FOLDER}, or what QUORUMLAB_CACHE says)`)
    .option('--json', 'print what was removed as JSON')
    .action((options: PruneOptions) => pruneRuns(options, context));
  cache.addHelpText('after', () => `\n${[list, prune].map((command) => command.helpInformation()).join('\n')}`);
}

function listRuns(options: ListOptions, context: CommandContext): void {
  const folder = folderOf(options, context);
  const summary = storeSummary(folder, keptRuns(folder).map(described), ownCode());
  context.out.write(options.json ? canonicalJson(summary) : storeTable(summary, Date.now()));
}

function pruneRuns(options: PruneOptions, context: CommandContext): void {
  const rules: PruneRules = {
    olderThan: options.olderThan ?? null,
    model: options.model ?? null,
    most: options.most ?? null,
    all: options.all ?? false,
  };
  if (!rules.all && rules.olderThan === null && rules.model === null && rules.most === null)
    throw new CommandEnd(ExitCode.usage, 'say what to remove: --older-than 30d, --model other, --most 1GB or --all');
  const folder = folderOf(options, context);
  const now = Date.now();
  const runs = keptRuns(folder).map(described);
  const removed = runsToRemove(runs, rules, ownCode(), now);
  const abandoned = leftovers(folder).filter(({ usedAt }) => now - usedAt > ABANDONED);
  if (!options.dryRun) for (const { path } of [...removed, ...abandoned]) rmSync(path, { force: true });
  const freed = bytesOf([...removed, ...abandoned]);
  const left = runs.length - removed.length;
  if (options.json) {
    context.out.write(
      canonicalJson({
        format: 1,
        folder,
        dry_run: options.dryRun ?? false,
        removed_runs: removed.length,
        removed_leftovers: abandoned.length,
        removed_bytes: freed,
        kept_runs: left,
        kept_bytes: bytesOf(runs) - bytesOf(removed),
      }),
    );
    return;
  }
  const also =
    abandoned.length === 0 ? '' : ` and ${counted(abandoned.length, 'unfinished file')} of processes that were killed`;
  const kept = `${counted(left, 'run')}, ${formatQuantity(bytesOf(runs) - bytesOf(removed), 'bytes')}`;
  context.out.write(
    `${folder}: ${options.dryRun ? 'would remove' : 'removed'} ${counted(removed.length, 'run')}${byModel(removed)}${also}, ` +
      `${formatQuantity(freed, 'bytes')}; ${options.dryRun ? 'would keep' : 'kept'} ${kept}\n`,
  );
}

/** ` (model 1: 3, unreadable: 1)`. */
function byModel(removed: readonly DescribedRun[]): string {
  const counts = new Map<string, number>();
  for (const { head } of removed) {
    const name = head === null ? 'unreadable' : `model ${head.model_version}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts.size === 0 ? '' : ` (${[...counts].map(([name, count]) => `${name}: ${count}`).join(', ')})`;
}

function folderOf({ cache }: ListOptions, { runsFolder }: CommandContext): string {
  return cache ?? runsFolder ?? RUNS_FOLDER;
}

function bytesOf(files: readonly { readonly bytes: number }[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

const AGE_UNITS: Readonly<Record<string, number>> = { s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** ms. Of the clock on the wall, which unlike virtual time may well be years. */
function ageOf(text: string): number {
  const [, count, unit = ''] = /^(\d+) ?(s|min|h|d)$/.exec(text.trim()) ?? [];
  if (count === undefined)
    throw new InvalidArgumentError("It must be a whole number of s, min, h or d, such as '30d'.");
  return Number(count) * (AGE_UNITS[unit] as number);
}

function sizeOf(text: string): number {
  const parsed = parseBytes(text);
  if (parsed.ok) return parsed.value;
  throw new InvalidArgumentError(`It must be ${parsed.expected}.`);
}
