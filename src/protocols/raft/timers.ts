/**
 * When a replica's timers fire: exactly, or on ticks of its own phase (etcd). The election timer is re-armed lazily: hearing from
 * the leader only notes the instant, and a timer that finds it was postponed sleeps on for the rest of its drawn timeout.
 */
import type { Duration, Instant } from '../../units/quantities.ts';
import { type RaftHost, Timer } from './host.ts';
import type { RaftOptions } from './options.ts';

export class RaftTimers {
  /** The instant from which the election timeout counts: the leader was heard, a vote granted, or the timer drawn. */
  private heardAt: Instant = 0;
  private armedAt: Instant = 0;
  /** The drawn timeout in ns or ticks; −1 until the host's draw is known, which is when the timer first fires. */
  private drawn = -1;
  /** When this node's clock ticked first; −1 before that. Without ticks 0. */
  private phase: Instant;
  private readonly host: RaftHost;
  private readonly tick: Duration | null;
  private readonly min: number;
  private readonly max: number;
  private readonly heartbeat: number;

  constructor(host: RaftHost, options: RaftOptions) {
    const { electionTimeout, heartbeat, tick } = options;
    this.host = host;
    this.tick = tick;
    this.phase = tick === null ? 0 : -1;
    this.min = electionTimeout.min / (tick ?? 1);
    this.max = electionTimeout.max / (tick ?? 1);
    this.heartbeat = heartbeat / (tick ?? 1);
  }

  /** With ticks, nothing can be armed before the first one: it falls at random within one tick. */
  get ready(): boolean {
    return this.phase >= 0;
  }
  awaitFirstTick(): void {
    this.host.setTimer(Timer.firstTick, 0, 0, this.tick ?? 0);
  }
  /** The first tick: it counts for the election timeout that was asked for before it. */
  firstTick(leads: boolean): void {
    this.phase = this.host.now();
    if (!leads) this.setElection();
  }

  /** A fresh random timeout, from now on. */
  armElection(): void {
    this.heardAt = this.armedAt = this.host.now();
    this.drawn = -1;
    if (this.ready) this.setElection();
  }
  private setElection(): void {
    const { host, min, max, tick } = this;
    // The draw must be one of `min` to `max` whole ticks, all equally likely: it is taken from an interval of max − min + 1 ticks
    // that begins one tick early, and rounded up to the tick when it is known.
    if (tick === null) host.setTimer(Timer.election, 0, min, max - min);
    else {
      const after = this.tickAfter(this.armedAt, min) - tick - host.now();
      host.setTimer(Timer.election, 0, after, (max - min + 1) * tick);
    }
  }
  cancelElection(): void {
    this.host.cancelTimer(Timer.election, 0);
  }

  /** The leader spoke: the election timeout counts from now. */
  hear(): void {
    this.heardAt = this.host.now();
  }

  /** The election timer fired. True when the drawn timeout has really passed; else it sleeps on. */
  electionExpired(): boolean {
    const now = this.host.now();
    if (this.drawn < 0) this.drawn = this.draw(now);
    const deadline = this.tick === null ? this.heardAt + this.drawn : this.tickAfter(this.heardAt, this.drawn);
    if (now >= deadline) return true;
    this.host.setTimer(Timer.election, 0, deadline - now);
    return false;
  }

  /** Less than the base election timeout has passed since the leader was heard. */
  inLease(): boolean {
    if (this.tick === null) return this.host.now() - this.heardAt < this.min;
    return !this.ready || this.ticksAt(this.host.now()) - this.ticksAt(this.heardAt) < this.min;
  }

  armHeartbeat(): void {
    if (this.ready) this.host.setTimer(Timer.heartbeat, 0, this.after(this.heartbeat));
  }
  armCheckQuorum(): void {
    if (this.ready) this.host.setTimer(Timer.checkQuorum, 0, this.after(this.min));
  }
  armTransfer(): void {
    this.host.setTimer(Timer.transfer, 0, this.ready ? this.after(this.min) : this.min * (this.tick ?? 1));
  }
  armReadRetry(): void {
    this.host.setTimer(Timer.readRetry, 0, this.min * (this.tick ?? 1));
  }

  /** A number of ns, or of this node's ticks, from now. */
  private after(count: number): Duration {
    return this.tick === null ? count : this.tickAfter(this.host.now(), count) - this.host.now();
  }
  private tickAfter(instant: Instant, count: number): Instant {
    return this.phase + (this.ticksAt(instant) + count) * (this.tick as Duration);
  }
  /** Numbers the ticks from 0, at `phase`: the last one up to an instant; −1 before the first. */
  private ticksAt(instant: Instant): number {
    return Math.floor((instant - this.phase) / (this.tick as Duration));
  }

  /** What the host's random part says the timeout is, seen when the timer fires. A late firing never draws more than the range. */
  private draw(now: Instant): number {
    if (this.tick === null) return Math.min(this.max, now - this.armedAt);
    const ticks = Math.ceil((now - this.phase) / this.tick) - this.ticksAt(this.armedAt);
    return Math.max(this.min, Math.min(this.max, ticks));
  }
}
