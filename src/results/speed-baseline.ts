/**
 * What the simulator's own speed was when it was accepted, as ratios to the reference kernel. A file of its own: a ratio is measured and never
 * the same twice, where a baseline of simulated measures is exact.
 */
import { BaselineProblem } from './read-baseline.ts';

export const SPEED_KIND = 'quorumlab speed baseline';

export interface SpeedBaseline {
  readonly kind: typeof SPEED_KIND;
  readonly format: 1;
  readonly scenarios: readonly SpeedEntry[];
}

export interface SpeedEntry {
  readonly scenario: string;
  readonly resolved_sha256: string;
  readonly points: readonly { readonly label: string; readonly ratio: number }[];
}

/** @throws BaselineProblem */
export function readSpeedBaseline(text: string): SpeedBaseline {
  const file = parsed(text) as Partial<SpeedBaseline> | null;
  if (file?.kind !== SPEED_KIND || file.format !== 1)
    throw new BaselineProblem(
      `is no baseline of speed: its "kind" is not "${SPEED_KIND}" in format 1. Name a file that quorumlab regress --speed --update has written`,
    );
  const whole =
    Array.isArray(file.scenarios) &&
    file.scenarios.every(
      (entry: Partial<SpeedEntry> | null) =>
        typeof entry?.scenario === 'string' &&
        typeof entry.resolved_sha256 === 'string' &&
        Array.isArray(entry.points) &&
        entry.points.every((point) => typeof point?.label === 'string' && point.ratio > 0),
    );
  if (!whole) throw new BaselineProblem('is damaged: restore it, or remove it and write it anew with --speed --update');
  return file as SpeedBaseline;
}

export function withSpeedEntries(file: SpeedBaseline | null, entries: readonly SpeedEntry[]): SpeedBaseline {
  const replaced = new Set(entries.map(({ scenario }) => scenario));
  const kept = (file?.scenarios ?? []).filter(({ scenario }) => !replaced.has(scenario));
  return {
    kind: SPEED_KIND,
    format: 1,
    scenarios: [...kept, ...entries].sort((a, b) => (a.scenario < b.scenario ? -1 : 1)),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new BaselineProblem(
      `is not JSON (${(thrown as Error).message}): restore it, or remove it and write it anew with --speed --update`,
    );
  }
}
