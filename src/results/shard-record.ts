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

/** What is missing of the questions that these records are of, one sentence each; empty: all is there. */
export function missingOf(records: readonly ShardRecord[], isKept: (identity: string) => boolean): readonly string[] {
  const questions = new Map<string, ShardRecord[]>();
  for (const record of records) {
    const question = `${record.result_id} ${record.of}`;
    questions.set(question, [...(questions.get(question) ?? []), record]);
  }
  return [...questions.values()].flatMap((shards) => {
    const { scenario, of } = shards[0] as ShardRecord;
    const there = new Set(shards.map(({ shard }) => shard));
    const absent = Array.from({ length: of }, (_, i) => i + 1).filter((shard) => !there.has(shard));
    const lost = shards.flatMap(({ shard, runs }) =>
      runs
        .filter(({ identity }) => !isKept(identity))
        .map(({ label, replication }) => `${scenario}: ${label}, replication ${replication} (shard ${shard}/${of})`),
    );
    return [...absent.map((shard) => `${scenario}: shard ${shard}/${of}`), ...lost];
  });
}
