/**
 * What a shard leaves in its store beside its runs: which share of which question it was, and by name the runs that it had to make.
 * From the records `quorumlab merge` knows whether all shards are there, and which of their runs are missing.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from './canonical-json.ts';
import { writeWhole } from './run-store.ts';

export interface ShardRecord {
  readonly format: 1;
  readonly scenario: string;
  /** The id of the result that the shards are of: the same question to the same model. */
  readonly result_id: string;
  readonly model_version: string;
  /** From 1 to `of`. */
  readonly shard: number;
  readonly of: number;
  /** The command that asks the question whole. Absent in records of before. */
  readonly repeat_command?: string;
  /** Of all shards together. Absent in records of before. */
  readonly runs_in_all?: number;
  /** Its share, whether they ended or not. */
  readonly runs: readonly { readonly label: string; readonly replication: number; readonly identity: string }[];
}

const FOLDER = 'shards';

export function writeShardRecord(store: string, record: ShardRecord): void {
  const { result_id, shard, of } = record;
  writeWhole(join(store, FOLDER, result_id, `${shard}-of-${of}.json`), canonicalJson(record));
}

/** All that a store holds. @throws with one sentence where one is damaged. */
export function readShardRecords(store: string): readonly ShardRecord[] {
  return names(join(store, FOLDER)).flatMap((id) =>
    names(join(store, FOLDER, id))
      .filter((name) => /^\d+-of-\d+\.json$/.test(name))
      .map((name) => parsed(join(store, FOLDER, id, name))),
  );
}

function parsed(path: string): ShardRecord {
  try {
    const record = JSON.parse(readFileSync(path, 'utf8')) as ShardRecord;
    if (record.format === 1 && Array.isArray(record.runs)) return record;
  } catch {
    // Told below, like any other content that is no record.
  }
  throw new Error(`${path}: is no record of a shard: remove it and run that shard again`);
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

export interface Missing {
  /** One for each shard that is not there and each run that one did not keep. */
  readonly sentences: readonly string[];
  /** One for each question of which something is missing. */
  readonly remedies: readonly Remedy[];
}

export interface Remedy {
  readonly scenario: string;
  /** The command that asks the question whole; null where the records do not say. */
  readonly repeat_command: string | null;
  readonly of: number;
  /** The shards that something is missing of. */
  readonly shards: readonly number[];
}

/** What is missing of the questions that these records are of. */
export function missingOf(records: readonly ShardRecord[], isKept: (identity: string) => boolean): Missing {
  const questions = new Map<string, ShardRecord[]>();
  for (const record of records) {
    const question = `${record.result_id} ${record.of}`;
    questions.set(question, [...(questions.get(question) ?? []), record]);
  }
  const all = [...questions.values()].map((shards) => missingOfOne(shards, isKept));
  return {
    sentences: all.flatMap(({ sentences }) => sentences),
    remedies: all.flatMap(({ remedy }) => (remedy.shards.length === 0 ? [] : [remedy])),
  };
}

function missingOfOne(
  records: readonly ShardRecord[],
  isKept: (identity: string) => boolean,
): { readonly sentences: readonly string[]; readonly remedy: Remedy } {
  const { scenario, of } = records[0] as ShardRecord;
  const command = records.find(({ repeat_command }) => repeat_command !== undefined)?.repeat_command ?? null;
  const total = records.find(({ runs_in_all }) => runs_in_all !== undefined)?.runs_in_all;
  const there = new Set(records.map(({ shard }) => shard));
  // Runs are dealt out like cards (`run --shard`); where there are more shards than runs, some have none and can miss none.
  const dealt = (shard: number): number | null =>
    total === undefined ? null : Math.max(0, Math.ceil((total - shard + 1) / of));
  const absent = Array.from({ length: of }, (_, i) => i + 1).filter((shard) => !there.has(shard) && dealt(shard) !== 0);
  const lost = records.flatMap(({ shard, runs }) =>
    runs.filter(({ identity }) => !isKept(identity)).map(({ label, replication }) => ({ shard, label, replication })),
  );
  return {
    sentences: [
      ...absent.map((shard) => `${scenario}: shard ${shard}/${of}${ofAll(dealt(shard), total)}`),
      ...lost.map(
        ({ shard, label, replication }) => `${scenario}: ${label}, replication ${replication} (shard ${shard}/${of})`,
      ),
    ],
    remedy: {
      scenario,
      repeat_command: command,
      of,
      shards: [...new Set([...absent, ...lost.map(({ shard }) => shard)])].sort((a, b) => a - b),
    },
  };
}

function ofAll(runs: number | null, total: number | undefined): string {
  return runs === null ? '' : `, ${runs} of ${total} runs`;
}
