/** The timers of one node: few, so a scan beats a heap. The earliest deadline is kept at hand for the event loop. */

import type { Instant } from '../units/quantities.ts';
import * as quantities from '../units/quantities.ts';

// V8 folds a module's own constants into its code, but not imported ones (ADR 0009).
const { NEVER } = quantities;

export class Timers {
  /** The earliest deadline, NEVER when none is set. */
  next: Instant = NEVER;
  private readonly ids: number[] = [];
  private readonly keys: number[] = [];
  private readonly deadlines: number[] = [];

  set(id: number, key: number, deadline: Instant): void {
    const { ids, keys, deadlines } = this;
    for (let i = 0; i < ids.length; i++) {
      if (ids[i] !== id || keys[i] !== key) continue;
      const old = deadlines[i] as number;
      deadlines[i] = deadline;
      if (deadline < this.next) this.next = deadline;
      else if (old === this.next) this.rescan();
      return;
    }
    ids.push(id);
    keys.push(key);
    deadlines.push(deadline);
    if (deadline < this.next) this.next = deadline;
  }

  cancel(id: number, key: number): void {
    for (let i = 0; i < this.ids.length; i++) if (this.ids[i] === id && this.keys[i] === key) return this.remove(i);
  }

  /** Takes out the timer that is due first (ties: lower id, then lower key) and returns its place for `id`/`key` below. */
  takeNext(): { readonly id: number; readonly key: number } {
    let best = -1;
    for (let i = 0; i < this.ids.length; i++) {
      if (this.deadlines[i] !== this.next) continue;
      if (best < 0 || (this.ids[i] as number) < (this.ids[best] as number)) best = i;
      else if (this.ids[i] === this.ids[best] && (this.keys[i] as number) < (this.keys[best] as number)) best = i;
    }
    if (best < 0) throw new Error('no timer is due');
    const due = { id: this.ids[best] as number, key: this.keys[best] as number };
    this.remove(best);
    return due;
  }

  clear(): void {
    this.ids.length = 0;
    this.keys.length = 0;
    this.deadlines.length = 0;
    this.next = NEVER;
  }

  private remove(i: number): void {
    const last = this.ids.length - 1;
    const old = this.deadlines[i] as number;
    this.ids[i] = this.ids[last] as number;
    this.keys[i] = this.keys[last] as number;
    this.deadlines[i] = this.deadlines[last] as number;
    this.ids.length = last;
    this.keys.length = last;
    this.deadlines.length = last;
    if (old === this.next) this.rescan();
  }

  private rescan(): void {
    let next = NEVER;
    for (let i = 0; i < this.deadlines.length; i++)
      if ((this.deadlines[i] as number) < next) next = this.deadlines[i] as number;
    this.next = next;
  }
}
