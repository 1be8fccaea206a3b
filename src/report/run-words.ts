/** How the runs were made, in words: what kind they are, what warm-up was left out, and why there are no more of them. */
import type { PointResult, ResultFile } from '../results/result-file.ts';
import { formatInstant, formatShare } from './html/format.ts';
import { some } from './verdict/points.ts';
import { list } from './words.ts';

/** `Steady-state runs (declared): …`. */
export function kindLine({ run, points, duration_ms }: ResultFile): string {
  const how = run.declared ? 'declared' : 'taken to be: the scenario does not say';
  const measured = run.kind === 'terminating' ? wholeRun(run, duration_ms) : warmUps(points);
  return `${run.kind === 'terminating' ? 'Terminating' : 'Steady-state'} runs (${how}): ${measured}.`;
}

function wholeRun({ stop_after }: ResultFile['run'], durationMs: number): string {
  const end =
    stop_after === null
      ? formatInstant(durationMs)
      : `${stop_after} ${stop_after === 1 ? 'transaction is' : 'transactions are'} final, or ${formatInstant(durationMs)}`;
  return `each counts whole, from its start until ${end}`;
}

/** Alike where all points are alike. */
function warmUps(points: readonly PointResult[]): string {
  const groups = groupedBy(points, ({ warmup_ms, warmup_rule }) => {
    const rule = warmup_rule === 'given' ? 'given' : 'detected by MSER-5';
    return warmup_ms === 0 ? `nothing (${rule})` : `the first ${formatInstant(warmup_ms)} (${rule})`;
  });
  if (groups.length > 4) {
    const ends = points.map(({ warmup_ms }) => warmup_ms);
    return `the warm-up is left out, ${formatInstant(Math.min(...ends))} to ${formatInstant(Math.max(...ends))} of the run`;
  }
  const parts = groups.map(({ words, labels }) => (groups.length === 1 ? words : `${words} of ${some(labels)}`));
  return `left out as warm-up: ${list(parts)}`;
}

/** Which rule ended the replications of which points, and what was reached; empty where no precision was asked for. */
export function stoppingLines({ run, points }: ResultFile): readonly string[] {
  if (run.precision.length === 0) return [];
  const asked = list(run.precision.map(({ measure, share }) => `${measure} ±${formatShare(share)}`));
  const groups = groupedBy(points, ({ stopping }) => stopping.ended_by);
  const told = groups.map(({ words, members }) => {
    const counts = members.map(({ stopping }) => stopping.replications);
    const count = range(Math.min(...counts), Math.max(...counts));
    return `${ENDINGS[words as PointResult['stopping']['ended_by']]} by ${some(members.map(({ label }) => label))} after ${count} replications`;
  });
  return [
    `Precision asked for: ${asked} of the mean, at most ${run.most_replications} replications. ${upper(told.join('; '))}.`,
  ];
}

/** Law, Simulation Modeling and Analysis, section 9.4.1; docs/MODEL.md section 7 has the figures. */
export const STOPPING_BIAS =
  'Whoever stops when the interval is narrow stops too often when it is so by chance: after few replications the intervals hold the true mean in somewhat fewer than 95% of the cases (docs/MODEL.md, section 7).';

/** One sentence for each kind of shortfall, for the verdict. */
export function shortfalls(points: readonly PointResult[]): readonly string[] {
  const short = points.filter(({ stopping }) => stopping.precision.some(({ met }) => !met));
  if (short.length === 0) return [];
  const parts = short.map(({ label, stopping }) => {
    const missed = stopping.precision.filter(({ met }) => !met);
    return `${label} after ${stopping.replications} replications (${list(missed.map(reachedText))})`;
  });
  const named = parts.length <= 4 ? list(parts) : `${some(short.map(({ label }) => label))}, such as ${parts[0]}`;
  return [`The precision asked for is NOT reached by ${named}.`];
}

export function reachedText({ measure, asked, reached }: PointResult['stopping']['precision'][number]): string {
  const width = reached === null ? 'no interval' : `±${formatShare(reached)}`;
  return `${measure} ${width}, asked ±${formatShare(asked)}`;
}

const ENDINGS: Readonly<Record<PointResult['stopping']['ended_by'], string>> = {
  fixed: 'not pursued',
  precision: 'reached',
  budget: 'not reached, the budget being spent,',
  unmeasured: 'not pursued further, since no run could tell a measure,',
  failure: 'not pursued further, since a run failed or violated safety,',
  interrupted: 'interrupted',
};

interface Group {
  readonly words: string;
  readonly labels: readonly string[];
  readonly members: readonly PointResult[];
}

function groupedBy(points: readonly PointResult[], wordsOf: (point: PointResult) => string): readonly Group[] {
  const groups = new Map<string, PointResult[]>();
  for (const point of points) groups.set(wordsOf(point), [...(groups.get(wordsOf(point)) ?? []), point]);
  return [...groups].map(([words, members]) => ({ words, members, labels: members.map(({ label }) => label) }));
}

function range(low: number, high: number): string {
  return low === high ? String(low) : `${low} to ${high}`;
}

function upper(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
