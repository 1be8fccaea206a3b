/** Which kept runs to remove: pure, so that a rule can be tried (`--dry-run`) and tested without a file. */
import type { Code } from './build-fingerprint.ts';
import type { DescribedRun } from './kept-runs.ts';

export interface PruneRules {
  /** Not used for longer than this, ms. */
  readonly olderThan: number | null;
  /** `other`: what this build cannot reuse, being of another model version or other code; else a model version. */
  readonly model: string | null;
  /** What is left takes at most so many bytes: what was not used for longest goes first. */
  readonly most: number | null;
  readonly all: boolean;
}

/** What any of the rules names. A file that cannot be read is of no use to anyone, and always goes. */
export function runsToRemove(
  runs: readonly DescribedRun[],
  rules: PruneRules,
  own: Code,
  now: number,
): readonly DescribedRun[] {
  const named = new Set(runs.filter((run) => isNamed(run, rules, own, now)));
  if (rules.most === null) return [...named];
  const newestFirst = runs.filter((run) => !named.has(run)).sort((a, b) => b.usedAt - a.usedAt);
  let bytes = 0;
  for (const run of newestFirst) {
    bytes += run.bytes;
    if (bytes > rules.most) named.add(run);
  }
  return runs.filter((run) => named.has(run));
}

function isNamed({ head, usedAt }: DescribedRun, rules: PruneRules, own: Code, now: number): boolean {
  if (rules.all || head === null) return true;
  if (rules.olderThan !== null && now - usedAt > rules.olderThan) return true;
  if (rules.model === 'other') return !reusable(head, own);
  return rules.model !== null && head.model_version === rules.model;
}

/** Whether the code that is running may answer with this run. */
export function reusable(head: Code, own: Code): boolean {
  return head.model_version === own.model_version && head.build === own.build;
}
