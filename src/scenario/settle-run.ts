/**
 * What kind of run a scenario asks for, how many replications of it, and what contradicts each other there. A terminating run is measured
 * whole, a steady-state run without its warm-up (Law, Simulation Modeling and Analysis, chapter 9); a file that does not say is taken at
 * what it removes, so that declaring nothing changes no number.
 */
import { LEAST_REPLICATIONS } from '../experiment/precision.ts';
import { formatDuration } from '../units/format.ts';
import type { RunValue } from './file-value.ts';
import { Broken, type Fragments, isBroken, isSpelt, type Known, knownOf } from './fragments.ts';
import { precisionOf } from './objectives.ts';
import type { RunSettings } from './scenario.ts';
import type { Source } from './source.ts';

/** A window smaller than this share of the run is taken for a slip. */
const LEAST_WINDOW = 0.1;
/** Half a bucket of the histogram that quantiles come from (statistics/histogram.ts). */
const QUANTILE_ERROR = 0.004;
/** The budget where a precision is asked for and no budget given. */
const MOST_REPLICATIONS = 50;

/** The section with what follows from the kind put in; contradictions are flagged, as far as the section is known. */
export function settleRun(run: Known<RunValue>, source: Source): Known<RunValue> {
  const known = settled(knownOf(run));
  checkKind(knownOf(run), source);
  checkWindow(known, source);
  checkStopping(known, isSpelt(run), source);
  if (isBroken(run)) return new Broken(known, run.misspelt);
  const most = run.precision === null ? run.mostReplications : (run.mostReplications ?? MOST_REPLICATIONS);
  return { ...settled(run), mostReplications: most };
}

/** Of a terminating run nothing is left out. */
function settled<Run extends Fragments<RunValue>>(run: Run): Run {
  return run.kind === 'terminating' ? { ...run, warmup: 0 } : run;
}

/** `run`: as `settleRun` gives it. */
export function runSettingsOf(run: RunValue): RunSettings {
  const { kind, warmup, duration, replications, mostReplications } = run;
  return {
    kind: kind ?? (warmup === 0 ? 'terminating' : 'steady-state'),
    kindDeclared: kind !== null,
    warmup,
    duration,
    replications,
    precision: precisionOf(run.precision),
    mostReplications: mostReplications ?? replications,
  };
}

/** One sentence for the report where the file does not declare its kind of run. */
export function kindAssumed({ kind, kindDeclared }: RunSettings): readonly string[] {
  if (kindDeclared) return [];
  const why = kind === 'terminating' ? 'no warm-up is removed' : 'a warm-up is removed';
  return [`Runs: taken to be ${kind}, since ${why} (run.kind is not declared).`];
}

function checkKind({ kind, warmup, stopAfter }: Fragments<RunValue>, source: Source): void {
  const given = source.document.hasIn(['run', 'warmup']);
  if (kind === 'terminating') {
    if (given && warmup !== undefined && warmup !== 0)
      source.flag(
        ['run', 'warmup'],
        'contradicts kind: terminating, in which the whole run counts from its start, expected no warmup, or 0s',
      );
  } else if (kind === 'steady-state') {
    if (stopAfter !== null)
      source.flag(
        ['run', 'stop_after'],
        'contradicts kind: steady-state, of which a run shows a stretch of given length, expected duration alone, or kind: terminating',
      );
    if (warmup === 0)
      source.flag(
        ['run', 'warmup'],
        'removes nothing although kind is steady-state: queues are empty and leaders new at the start, expected auto or a duration, unless the run begins as it goes on',
        'warning',
      );
  } else if (kind === null && stopAfter !== null && warmup !== undefined && warmup !== 0)
    source.flag(
      ['run', 'stop_after'],
      'ends a run by an event, as terminating runs end, while a warm-up is removed from it as from a steady-state run, expected run.kind to say which (terminating: the whole run counts)',
      'warning',
    );
}

function checkWindow({ warmup, duration }: Fragments<RunValue>, source: Source): void {
  if (warmup === 'auto' || warmup === undefined || duration === undefined) return;
  const path = ['run', 'warmup'];
  if (warmup >= duration)
    source.flag(
      path,
      `leaves nothing of the run to measure, expected less than the duration of ${formatDuration(duration)}`,
    );
  else if (duration - warmup < LEAST_WINDOW * duration)
    source.flag(
      path,
      `leaves only the last ${formatDuration(duration - warmup)} of ${formatDuration(duration)} to measure, expected less than ${formatDuration(Math.floor(duration * (1 - LEAST_WINDOW)))}`,
      'warning',
    );
}

/** `spelt`: a precision that seems absent is. */
function checkStopping(
  { precision, replications, mostReplications }: Fragments<RunValue>,
  spelt: boolean,
  source: Source,
): void {
  if (precision === undefined) return;
  if (precision === null) {
    if (mostReplications !== null && spelt)
      source.flag(
        ['run', 'most_replications'],
        'is the budget of a stopping rule, and there is none, expected precision beside it, or replications alone',
      );
    return;
  }
  const goals = precisionOf(knownOf(precision));
  for (const { measure, share } of goals)
    if (/^(finality_p|commit_p)/.test(measure) && share < QUANTILE_ERROR)
      source.flag(
        ['run', 'precision', measure],
        'is finer than quantiles are known, which is within 0.4 % whatever the number of replications, expected 0.4% or more',
        'warning',
      );
  if (goals.length === 0 && !isBroken(precision))
    source.flag(['run', 'precision'], 'names no measure, expected one or more, such as finality_p99: 5%');
  if (replications === undefined) return;
  if (replications < LEAST_REPLICATIONS)
    source.flag(
      ['run', 'replications'],
      `is ${replications}, too few to stop by precision: so small a sample is narrow by chance too often, expected ${LEAST_REPLICATIONS} or more, or no precision`,
    );
  const most = mostReplications === null ? MOST_REPLICATIONS : mostReplications;
  if (most !== undefined && most < replications)
    source.flag(
      mostReplications === null ? ['run', 'replications'] : ['run', 'most_replications'],
      `the budget of ${most} replications is less than the ${replications} that are made in any case, expected most_replications of ${replications} or more`,
    );
}
