/** `quorumlab merge DIR…`: joins the run stores of shards into one, verifying each run, and says what is missing. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { counted } from '../report/words.ts';
import { ownFingerprint } from '../results/build-fingerprint.ts';
import { canonicalJson } from '../results/canonical-json.ts';
import { described, keptRuns } from '../results/kept-runs.ts';
import { mergeStores } from '../results/merge-stores.ts';
import { shellWord } from '../results/repeat-command.ts';
import { RUNS_FOLDER, runPath } from '../results/run-store.ts';
import {
  missingOf,
  type Remedy,
  readShardRecords,
  type ShardRecord,
  writeShardRecord,
} from '../results/shard-record.ts';
import { type CommandContext, processContext } from './context.ts';
import { CommandEnd, ExitCode, exitCodeOf } from './exit-codes.ts';
import { folderProblem, isFolder } from './output-folder.ts';

interface MergeOptions {
  readonly cache?: string;
  readonly json?: true;
}

export function mergeCommand(program: Command, context: CommandContext = processContext): void {
  program
    .command('merge')
    .description('join the run stores of shards into one; `run FILE` on it then has nothing left to compute')
    .argument('<folder...>', 'run stores: what --cache named when the shards were run')
    .option('--cache <folder>', `the store to join them into (default: ${RUNS_FOLDER}, or what QUORUMLAB_CACHE says)`)
    .option('--json', 'print what was merged and what is missing as JSON')
    .action((folders: readonly string[], options: MergeOptions) => merge(folders, options, context));
}

function merge(folders: readonly string[], options: MergeOptions, context: CommandContext): void {
  const { out, err, runsFolder } = context;
  const into = options.cache ?? runsFolder ?? RUNS_FOLDER;
  refuse(folders, into);
  const records = folders.flatMap(recordsOf);
  const { added, same, refused, conflicts } = mergeStores(folders, into);
  for (const record of records) writeShardRecord(into, record);
  const asked = new Set(records.map(({ result_id }) => result_id));
  const missing = missingOf(
    recordsOf(into).filter(({ result_id }) => asked.has(result_id)),
    (identity) => existsSync(runPath(into, identity)),
  );
  for (const sentence of refused) err.write(`not taken: ${sentence}\n`);
  for (const sentence of conflicts) err.write(`conflict: ${sentence}\n`);
  for (const sentence of missing.sentences) err.write(`missing: ${sentence}\n`);
  const remedies = missing.remedies.map((remedy) => inWords(remedy, into));
  for (const sentence of remedies) err.write(`${sentence}\n`);
  const others = added === 0 ? 0 : runsOfOtherCode(into);
  if (others > 0)
    err.write(
      `${counted(others, 'run')} in ${into} ${others === 1 ? 'is' : 'are'} of other code than this: \`run\` makes them again\n`,
    );
  out.write(
    options.json
      ? canonicalJson({
          format: 1,
          folder: into,
          added,
          same,
          refused,
          conflicts,
          missing: missing.sentences,
          remedies,
        })
      : `${into}: ${counted(added, 'run')} added, ${same} already there${missing.sentences.length === 0 ? '' : `, ${missing.sentences.length} missing`}\n`,
  );
  const code = exitCodeOf([
    ...(conflicts.length > 0 ? [ExitCode.notDeterministic] : []),
    ...(refused.length + missing.sentences.length > 0 ? [ExitCode.usage] : []),
  ]);
  if (code !== ExitCode.ok) throw new CommandEnd(code);
}

/** What makes the rest. What was merged is kept either way, so nothing of it is computed again. */
function inWords({ scenario, repeat_command: command, of, shards }: Remedy, into: string): string {
  const run = command ?? 'npx quorumlab run FILE';
  const named = shards.slice(0, MOST_NAMED).join(', ') + (shards.length > MOST_NAMED ? ', …' : '');
  const i = shards.length === 1 ? named : 'I';
  return (
    `to make what is missing of ${scenario}, and then its result: ${run} --cache ${shellWord(into)}; ` +
    `or on other machines: ${run} --shard ${i}/${of} --cache STORE${shards.length === 1 ? '' : ` for I = ${named}`}, and merge again`
  );
}

const MOST_NAMED = 10;

/** @throws CommandEnd before anything is copied. */
function refuse(folders: readonly string[], into: string): void {
  for (const folder of folders) {
    if (!isFolder(folder))
      throw new CommandEnd(ExitCode.usage, `${folder}: is no folder, expected a run store (what --cache named)`);
    if (resolve(folder) === resolve(into))
      throw new CommandEnd(
        ExitCode.usage,
        `${folder}: is the store to merge into: name the others, or another --cache`,
      );
    if (keptRuns(folder).length === 0 && recordsOf(folder).length === 0)
      throw new CommandEnd(ExitCode.usage, `${folder}: holds no runs, expected a run store (what --cache named)`);
  }
  const problem = folderProblem(into);
  if (problem !== null) throw new CommandEnd(ExitCode.usage, `--cache ${into}: ${problem}`);
}

function recordsOf(folder: string): readonly ShardRecord[] {
  try {
    return readShardRecords(folder);
  } catch (thrown) {
    throw new CommandEnd(ExitCode.usage, (thrown as Error).message);
  }
}

function runsOfOtherCode(folder: string): number {
  const own = ownFingerprint();
  return keptRuns(folder)
    .map(described)
    .filter(({ head }) => head !== null && head.build !== own).length;
}
