/**
 * How often replicas wanted another leader though nothing was wrong, from the marks of a run. One spurious election or view change is all
 * that happens from the first suspicion to the next leader: split votes and repeated attempts are part of it, so that counts are of
 * causes and near to independent, as the Poisson law supposes. A single replica that gives up its primary counts, too: it no longer votes.
 */
import type { RunResult } from '../../simulation/run-result.ts';
import type { Duration } from '../../units/quantities.ts';
import type { Knobs } from './knobs.ts';

/** So many marks of a kind a run keeps (simulation/timeline-events.ts): what comes later is not seen, and no time is counted for it. */
export const MARKS_KEPT = 300;

export interface Suspicions {
  readonly events: number;
  /** From the first leader on, as far as marks are kept; ns. */
  readonly exposure: Duration;
}

/** An election before there was any leader is a start, and not spurious. A run without any leader is suspicion throughout. */
export function suspicionsOf(run: RunResult, { suspicion }: Pick<Knobs, 'suspicion'>): Suspicions {
  const marks = run.timeline.events.flatMap(({ at, kind, text }) => {
    const [word = '', term = ''] = text.split(' ');
    return kind === 'mark' && (word === 'leader' || word === suspicion) ? [{ at, word, term: Number(term) }] : [];
  });
  const first = marks.find(({ word }) => word === 'leader');
  if (first === undefined) return { events: 1, exposure: run.endedAt - 0 };
  const end = Math.min(
    run.endedAt,
    ...['leader', suspicion].flatMap((word) => {
      const alike = marks.filter((mark) => mark.word === word);
      return alike.length < MARKS_KEPT ? [] : [(alike.at(-1) as (typeof alike)[number]).at];
    }),
  );
  let events = 0;
  let led = first.term;
  let open = false;
  for (const { at, word, term } of marks) {
    if (at < first.at || at > end || term <= led) continue;
    if (word === 'leader') {
      led = term;
      open = false;
    } else if (!open) {
      open = true;
      events++;
    }
  }
  return { events, exposure: end - first.at };
}
