/**
 * `quorumlab run FILE --shard i/n`: makes one share of the runs and keeps them, for `quorumlab merge`. The split is by the order in which
 * the experiment asks for its runs, dealt out like cards, so every shard gets its part of each design point.
 */
import { existsSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { keepable } from '../executor/cached.ts';
import type { FailedRun } from '../experiment/experiment.ts';
import { counted } from '../report/words.ts';
import { canonicalJson } from '../results/canonical-json.ts';
import { repeatCommand } from '../results/repeat-command.ts';
import { resultId } from '../results/result-id.ts';
import { runIdentity } from '../results/run-identity.ts';
import { runPath } from '../results/run-store.ts';
import { type ShardRecord, writeShardRecord } from '../results/shard-record.ts';
import { runSettings } from '../scenario/run-spec-for.ts';
import { MODEL_VERSION } from '../simulation/model-version.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { chosenFolder } from './cache-options.ts';
import type { CommandContext } from './context.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';
import type { LoadedScenario } from './load.ts';
import type { RunningOptions } from './options.ts';
import { folderProblem } from './output-folder.ts';
import { firstRuns, resolvedText } from './run-scenario.ts';
import { eachScenario } from './with-executor.ts';

export interface Shard {
  /** From 1 to `of`. */
  readonly index: number;
  readonly of: number;
}

const MOST_SHARDS = 100_000;

/** `2/8`: the second of eight. */
export function shardOf(text: string): Shard {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  if (index === undefined) throw new InvalidArgumentError('It must be like 2/8, the second of eight shards.');
  if (shard.index < 1 || shard.index > shard.of || shard.of > MOST_SHARDS)
    throw new InvalidArgumentError(`It must be from 1/${of} to ${of}/${of}, with at most ${MOST_SHARDS} shards.`);
  return shard;
}

interface SharedRun {
  readonly spec: RunSpec;
  readonly identity: string;
}

/** Every n-th distinct run: the sizes of two shards differ by at most one run, in all and of each design point. */
export function shareOf(specs: readonly RunSpec[], shard: Shard): readonly SharedRun[] {
  return dealtTo(shard, distinctRuns(specs));
}

function dealtTo({ index, of }: Shard, runs: readonly SharedRun[]): readonly SharedRun[] {
  return runs.filter((_, place) => place % of === index - 1);
}

function distinctRuns(specs: readonly RunSpec[]): readonly SharedRun[] {
  const distinct = new Map<string, SharedRun>();
  for (const spec of specs) {
    const identity = runIdentity(spec);
    if (!distinct.has(identity)) distinct.set(identity, { spec, identity });
  }
  return [...distinct.values()];
}

export async function runShard(
  loaded: readonly LoadedScenario[],
  shard: Shard,
  options: RunningOptions,
  context: CommandContext,
): Promise<void> {
  const folder = storeFor(loaded, options, context);
  await eachScenario(loaded, options, context, async ({ scenario, invocation }, executor, signal) => {
    const choice = { quick: invocation.quick };
    const all = distinctRuns(firstRuns(scenario, choice));
    const share = dealtTo(shard, all);
    const record = recordOf({ scenario, invocation }, shard, share, all.length);
    writeShardRecord(folder, record);
    let reused = 0;
    const outcomes = await executor.execute(
      share.map(({ spec }) => spec),
      {
        signal,
        about: { scenario: scenario.name, warmup: runSettings(scenario, choice).warmup },
        onReused: (indices) => {
          reused = indices.length;
        },
      },
    );
    const failed = outcomes.filter((outcome) => !outcome.ok);
    const unkept = share.filter(({ identity }, i) => outcomes[i]?.ok && !existsSync(runPath(folder, identity)));
    tell({ record, folder, failed, unkept, reused }, options, context);
    return [
      ...failed.map(({ kind }) => (kind === 'crashed' ? ExitCode.crashed : ExitCode.interrupted)),
      ...unkept.map(() => ExitCode.usage),
    ];
  });
}

/** A shard is worth nothing without its store. @throws CommandEnd before anything is run. */
function storeFor(loaded: readonly LoadedScenario[], options: RunningOptions, context: CommandContext): string {
  const folder = chosenFolder(options, context);
  if (folder === null)
    throw new CommandEnd(ExitCode.usage, '--shard keeps its runs for `quorumlab merge`: name a folder with --cache');
  const problem = folderProblem(folder);
  if (problem !== null) throw new CommandEnd(ExitCode.usage, `--cache ${folder}: ${problem}`);
  for (const { scenario } of loaded)
    if (firstRuns(scenario, { quick: true }).some((spec) => !keepable(spec)))
      throw new CommandEnd(
        ExitCode.usage,
        `${scenario.file}: runs of a protocol of your own are not kept, since the hash of its file does not cover what it imports: leave out --shard`,
      );
  return folder;
}

function recordOf(
  { scenario, invocation }: LoadedScenario,
  { index, of }: Shard,
  share: readonly SharedRun[],
  inAll: number,
): ShardRecord {
  return {
    format: 1,
    scenario: scenario.name,
    result_id: resultId(resolvedText(scenario, invocation.quick), MODEL_VERSION),
    model_version: MODEL_VERSION,
    shard: index,
    of,
    repeat_command: repeatCommand(invocation),
    runs_in_all: inAll,
    runs: share.map(({ spec: { label, replication }, identity }) => ({ label, replication, identity })),
  };
}

interface ShardAnswer {
  readonly record: ShardRecord;
  readonly folder: string;
  readonly failed: readonly FailedRun[];
  readonly unkept: readonly SharedRun[];
  readonly reused: number;
}

/** What was done; whether safety was kept and objectives met is for `run` on the merged store to judge. */
function tell(
  { record, folder, failed, unkept, reused }: ShardAnswer,
  { json }: RunningOptions,
  { out, err }: CommandContext,
): void {
  const { scenario, result_id, shard, of, runs } = record;
  const computed = runs.length - reused - failed.length;
  for (const { label, replication, reason } of failed)
    err.write(`not finished: ${label}, replication ${replication}: ${reason}\n`);
  for (const { spec } of unkept) err.write(`not kept: ${spec.label}, replication ${spec.replication}\n`);
  const counts = { runs: runs.length, computed, reused, failed: failed.length, unkept: unkept.length };
  const trouble = failed.length === 0 ? '' : `, ${failed.length} not finished`;
  out.write(
    json
      ? canonicalJson({ format: 1, scenario, result_id, shard, of, folder, ...counts })
      : `${scenario}: shard ${shard}/${of}: ${counted(runs.length, 'run')}: ${computed} computed, ${reused} kept from before${trouble}; in ${folder}\n`,
  );
}
