/**
 * A baseline: what scenarios did when it was accepted, run by run, committed beside the code and reviewed as a diff. Exact numbers, one line
 * a list, nothing of the machine or the date, so that the same model writes the same bytes.
 */
import type { ObservedPoint, PerReplication } from '../experiment/observed-point.ts';
import { canonicalJson } from './canonical-json.ts';
import { resultId, sha256 } from './result-id.ts';

export const BASELINE_KIND = 'quorumlab baseline';

export interface BaselineFile {
  readonly kind: typeof BASELINE_KIND;
  readonly format: 1;
  /** By measure, such as `"finality_p99": "5%"`: instead of the defaults. Written by hand or by `--update --tolerance`. */
  readonly tolerances: Readonly<Record<string, string>>;
  /** By name. */
  readonly scenarios: readonly BaselineEntry[];
}

export interface BaselineEntry {
  readonly scenario: string;
  /** First 12 hex digits of the SHA-256 of the resolved scenario and the model version, as in result.json. */
  readonly id: string;
  readonly resolved_sha256: string;
  /** Of the file as it is written, with what --set changes and the hashes of its data: stays where quorumlab gets a new option or default. */
  readonly asked_sha256: string;
  readonly model_version: string;
  readonly seed: number;
  readonly quick: boolean;
  readonly replications: number;
  readonly points: readonly BaselinePoint[];
}

export interface BaselinePoint {
  readonly label: string;
  /** By replication, as everything below. */
  readonly run_digests: readonly (string | null)[];
  readonly measures: Readonly<Record<string, PerReplication>>;
  readonly stages_ms: Readonly<Record<string, PerReplication>>;
  readonly work: Readonly<Record<string, PerReplication>>;
  readonly messages: Readonly<Record<string, PerReplication>>;
}

/** What decides whether a baseline is of this question. */
export interface AskedScenario {
  readonly scenario: string;
  /** The text of `scenario.resolved.yaml`. */
  readonly resolved: string;
  /** The text of the file, what --set changes, and the hashes of its data. */
  readonly asked: string;
  readonly modelVersion: string;
  readonly seed: number;
  readonly quick: boolean;
  readonly replications: number;
  readonly labels: readonly string[];
}

export function baselineEntry(asked: AskedScenario, points: readonly ObservedPoint[]): BaselineEntry {
  const { scenario, resolved, asked: text, modelVersion, seed, quick, replications } = asked;
  return {
    scenario,
    id: resultId(resolved, modelVersion),
    resolved_sha256: sha256(resolved),
    asked_sha256: sha256(text),
    model_version: modelVersion,
    seed,
    quick,
    replications,
    points: points.map(({ label, digests, measures, stages, work, messages }) => ({
      label,
      run_digests: digests,
      measures,
      stages_ms: stages,
      work,
      messages,
    })),
  };
}

export function observedOf({ label, run_digests, measures, stages_ms, work, messages }: BaselinePoint): ObservedPoint {
  return { label, digests: run_digests, measures, stages: stages_ms, work, messages };
}

/** The file with these entries in place of those of the same scenarios; all others stay as they are. */
export function withEntries(
  file: BaselineFile | null,
  entries: readonly BaselineEntry[],
  tolerances: Readonly<Record<string, string>>,
): BaselineFile {
  const replaced = new Set(entries.map(({ scenario }) => scenario));
  const kept = (file?.scenarios ?? []).filter(({ scenario }) => !replaced.has(scenario));
  return {
    kind: BASELINE_KIND,
    format: 1,
    tolerances: sorted({ ...file?.tolerances, ...tolerances }),
    scenarios: [...kept, ...entries].sort((a, b) => (a.scenario < b.scenario ? -1 : 1)),
  };
}

function sorted(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function baselineText(file: BaselineFile): string {
  return canonicalJson(file);
}
