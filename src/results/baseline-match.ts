/** Whether a baseline is of the question that is asked now: if not, every way in which it is another one, and what to do about each. */
import type { AskedScenario, BaselineEntry } from './baseline-file.ts';
import { sha256 } from './result-id.ts';

/** Sentences without the names of file and scenario; empty: it can be compared. */
export function whyNotComparable(entry: BaselineEntry, asked: AskedScenario): readonly string[] {
  const reasons = [...settings(entry, asked), ...points(entry, asked)];
  if (reasons.length > 0 || sameText(entry, asked) || entry.asked_sha256 === sha256(asked.asked)) return reasons;
  return [
    `it is of another text of the scenario (resolved SHA-256 ${entry.resolved_sha256.slice(0, 12)}…, now ${sha256(asked.resolved).slice(0, 12)}…): the file, ` +
      `its data or a --set has changed. ${anew('undo the change')}`,
  ];
}

/** Whether it resolves to the same: if not, a new option or default of quorumlab came in between. */
export function sameText(entry: BaselineEntry, { resolved }: AskedScenario): boolean {
  return entry.resolved_sha256 === sha256(resolved);
}

function settings(entry: BaselineEntry, asked: AskedScenario): readonly string[] {
  const { quick, seed, replications } = entry;
  return [
    ...(quick === asked.quick
      ? []
      : [
          quick
            ? `it is of a rough answer. ${anew('add --quick')}`
            : `it is of full runs. ${anew('leave out --quick')}`,
        ]),
    ...(seed === asked.seed
      ? []
      : [`it is of seed ${seed}, the scenario has seed ${asked.seed}. ${anew('take that seed again')}`]),
    ...(replications === asked.replications
      ? []
      : [
          `it holds ${replications} replications, the scenario asks for ${asked.replications}. ${anew(`ask for ${replications}`)}`,
        ]),
  ];
}

function points(entry: BaselineEntry, asked: AskedScenario): readonly string[] {
  const held = entry.points.map(({ label }) => label);
  const added = asked.labels.filter((label) => !held.includes(label));
  const gone = held.filter((label) => !asked.labels.includes(label));
  return [
    ...(added.length === 0 ? [] : [`it lacks ${named(added)}, which the scenario has. ${anew('take them out again')}`]),
    ...(gone.length === 0 ? [] : [`it holds ${named(gone)}, which the scenario has no more. ${anew('put them back')}`]),
  ];
}

function named(labels: readonly string[]): string {
  return `the ${labels.length === 1 ? 'point' : 'points'} ${labels.map((label) => `'${label}'`).join(', ')}`;
}

function anew(otherwise: string): string {
  const first = otherwise.charAt(0).toUpperCase() + otherwise.slice(1);
  return `${first}, or, where that is meant, write the baseline anew with --update and review its diff`;
}
