/**
 * The tables that `quorumlab query` asks and `--export` writes: `runs`, one row a kept run, and `points`, one row a design point of a
 * result. Columns as data, so that the tables, their description and the files have one source.
 */
import { ESTIMATE_NAMES, type PointResult, type ResultFile } from './result-file.ts';
import { RUN_MEASURES } from './run-file.ts';

export type ColumnType = 'VARCHAR' | 'DOUBLE' | 'BIGINT' | 'BOOLEAN';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly meaning: string;
}

export type Row = Readonly<Record<string, string | number | boolean | null>>;

export interface QueryTable {
  readonly name: string;
  readonly about: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

const columns = (...all: readonly (readonly [name: string, type: ColumnType, meaning: string])[]): readonly Column[] =>
  all.map(([name, type, meaning]) => ({ name, type, meaning }));

/** The head of a run file, and where the file lies. */
export const RUN_COLUMNS: readonly Column[] = [
  ...columns(
    ['identity', 'VARCHAR', 'SHA-256 of the resolved specification and the model version'],
    ['model_version', 'VARCHAR', 'the model that made it'],
    ['build', 'VARCHAR', 'the code that made it: only the same code reuses it'],
    [
      'scenario',
      'VARCHAR',
      'the one for which it was made first; others that share the run are not told of; null: not told',
    ],
    ['label', 'VARCHAR', 'its design point there'],
    ['replication', 'BIGINT', 'of that point, from 0'],
    ['seed', 'BIGINT', 'what all of its randomness follows from'],
    ['protocol', 'VARCHAR', 'by its name'],
    ['nodes', 'BIGINT', 'how many'],
    ['workload', 'VARCHAR', 'by its name'],
    ['options', 'VARCHAR', "the protocol's options as JSON, times in ns: options->>'$.heartbeat'"],
    ['horizon_ms', 'DOUBLE', 'virtual time that it was to last'],
    ['ended_at_ms', 'DOUBLE', 'virtual time at which it ended'],
    ['warmup_ms', 'DOUBLE', 'left out of the measures'],
    ['warmup_rule', 'VARCHAR', 'given, or detected from this run alone'],
    ['digest', 'VARCHAR', 'the run digest; null: a violation stopped it'],
    ['safety_violations', 'BIGINT', 'must be 0'],
    ['liveness_violations', 'BIGINT', ''],
    ['submitted', 'BIGINT', 'requests that clients sent, whole run'],
    ['transactions', 'BIGINT', 'final transactions, whole run'],
    ['unfinished', 'BIGINT', 'requests that were not final at the end'],
    ['batches', 'BIGINT', 'committed batches, whole run'],
    ['delivered_messages', 'BIGINT', 'whole run'],
  ),
  ...RUN_MEASURES.map((name) => ({ name, type: 'DOUBLE', meaning: 'of the measured window' }) as const),
  { name: 'file', type: 'VARCHAR', meaning: 'where it is kept' },
];

export const POINT_COLUMNS: readonly Column[] = [
  ...columns(
    ['scenario', 'VARCHAR', ''],
    ['id', 'VARCHAR', 'of the result'],
    ['model_version', 'VARCHAR', 'the model that answered'],
    ['quick', 'BOOLEAN', 'a rough answer'],
    ['duration_ms', 'DOUBLE', 'virtual time of one run'],
    ['label', 'VARCHAR', 'of the design point'],
    ['protocol', 'VARCHAR', 'by its name'],
    ['trust', 'VARCHAR', 'crash or byzantine'],
    ['nodes', 'BIGINT', 'how many'],
    ['faults_tolerated', 'BIGINT', 'of these'],
    ['factors', 'VARCHAR', 'the levels in force, as JSON: factors->>\'$."nodes.count"\''],
    ['replications', 'BIGINT', 'that finished'],
    ['condition', 'VARCHAR', 'the worst that a run ended in; null: not measured'],
    ['warmup_ms', 'DOUBLE', 'left out of the measures'],
    ['warmup_rule', 'VARCHAR', 'given or detected'],
    ['bottleneck', 'VARCHAR', 'the busiest resource; null: no run finished'],
    ['bottleneck_node', 'BIGINT', 'its node'],
    ['bottleneck_utilisation', 'DOUBLE', 'its busy share'],
    ['objectives_met', 'BOOLEAN', 'all that the scenario asks for; null: it asks for nothing'],
    ['safety_violations', 'BIGINT', 'must be 0'],
    ['digest', 'VARCHAR', 'over the digests of its runs'],
  ),
  ...ESTIMATE_NAMES.flatMap((name) =>
    columns(
      [name, 'DOUBLE', 'mean over replications'],
      [`${name}_low`, 'DOUBLE', 'its 95 % interval: from'],
      [`${name}_high`, 'DOUBLE', 'its 95 % interval: to'],
    ),
  ),
];

/** One row for each point of a result. */
export function pointRows(result: ResultFile): readonly Row[] {
  return result.points.map((point) => ({
    scenario: result.scenario,
    id: result.id,
    model_version: result.model_version,
    quick: result.quick,
    duration_ms: result.duration_ms,
    label: point.label,
    protocol: point.protocol,
    trust: point.trust,
    nodes: point.nodes,
    faults_tolerated: point.faults_tolerated,
    factors: JSON.stringify(point.factors),
    replications: point.finished_replications ?? null,
    condition: point.condition?.state ?? null,
    warmup_ms: point.warmup_ms,
    warmup_rule: point.warmup_rule,
    bottleneck: point.bottleneck?.resource ?? null,
    bottleneck_node: point.bottleneck?.node ?? null,
    bottleneck_utilisation: point.bottleneck?.utilisation ?? null,
    objectives_met: point.objective.length === 0 ? null : point.objective.every(({ met }) => met),
    safety_violations: point.safety.violations,
    digest: point.digest,
    ...estimateCells(point),
  }));
}

function estimateCells({ estimates }: PointResult): Row {
  return Object.fromEntries(
    ESTIMATE_NAMES.flatMap((name) => [
      [name, estimates[name]?.mean ?? null],
      [`${name}_low`, estimates[name]?.low ?? null],
      [`${name}_high`, estimates[name]?.high ?? null],
    ]),
  );
}
