/**
 * What happened in a run, as its timeline keeps it: all faults, and of each kind of mark the first 300, so that frequent ones do not crowd
 * out a late election; of leaders also who led last before a fault and first behind it. Whoever began to lead is known in full beside
 * that, since recovery is judged by it.
 */
import type { Instant } from '../units/quantities.ts';
import type { TimelineEvent, TimelineResult } from './run-result.ts';

const MOST_MARKS = 300;
/** The mark of whoever begins to lead a term or a view. */
const LEADER = 'leader';

export class TimelineEvents {
  private readonly kept: TimelineEvent[] = [];
  /** Those of the window under way. */
  private readonly recent: TimelineEvent[] = [];
  private readonly seen = new Map<string, number>();
  private readonly left = new Map<string, number>();
  private readonly ledFrom: Instant[] = [];
  /** A fault has fallen since somebody last began to lead. */
  private leaderAwaited = false;
  /** The last who began to lead, where that is left out so far. */
  private leaderLeftOut: TimelineEvent | null = null;

  add(event: TimelineEvent): void {
    this.recent.push(event);
  }

  /** First is first in time, not in the order in which islands were run: judged once all of them have passed these instants. */
  windowEnd(): void {
    if (this.recent.length === 0) return;
    this.recent.sort(inTime);
    for (const event of this.recent)
      if (event.kind === 'mark') this.keepMark(event);
      else this.keepFault(event);
    this.recent.length = 0;
  }

  private keepFault(event: TimelineEvent): void {
    const { leaderLeftOut, left } = this;
    if (leaderLeftOut !== null) {
      left.set(LEADER, (left.get(LEADER) as number) - 1);
      this.kept.push(leaderLeftOut);
      this.leaderLeftOut = null;
    }
    this.leaderAwaited = true;
    this.kept.push(event);
  }

  private keepMark(event: TimelineEvent): void {
    const [name = ''] = event.text.split(' ');
    const leads = name === LEADER;
    const seen = (this.seen.get(name) ?? 0) + 1;
    this.seen.set(name, seen);
    const isLeft = seen > MOST_MARKS && !(leads && this.leaderAwaited);
    if (isLeft) this.left.set(name, (this.left.get(name) ?? 0) + 1);
    else this.kept.push(event);
    if (!leads) return;
    this.ledFrom.push(event.at);
    this.leaderAwaited = false;
    this.leaderLeftOut = isLeft ? event : null;
  }

  /** In time; known once the last window has ended, as all below. */
  get events(): readonly TimelineEvent[] {
    return [...this.kept].sort(inTime);
  }

  get leftOut(): TimelineResult['leftOut'] {
    return [...this.left]
      .filter(([, count]) => count > 0)
      .map(([name, count]) => ({ name, count }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** When somebody began to lead, ascending and complete. */
  get leaders(): readonly Instant[] {
    return [...this.ledFrom].sort((a, b) => a - b);
  }
}

function inTime(a: TimelineEvent, b: TimelineEvent): number {
  return a.at - b.at || a.node - b.node || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0);
}
