// Raft's timers: exact ones and etcd's ticks (randomizedElectionTimeout: T to 2T − 1 ticks, each node at its own phase).
import { describe, expect, test } from 'vitest';
import { draw, stream, unit } from '../../src/kernel/random.ts';
import type { RaftHost } from '../../src/protocols/raft/host.ts';
import { etcd34, type RaftOptions, raftOptions } from '../../src/protocols/raft/options.ts';
import { RaftTimers } from '../../src/protocols/raft/timers.ts';
import { defaultsOf } from '../../src/units/options.ts';
import { MILLISECOND } from '../../src/units/quantities.ts';

/** Just enough of a host: a clock and its timers, by name. */
class Clock {
  at = 0;
  readonly due = new Map<number, number>();
  private draws = 0;
  private readonly bits: number;

  constructor(seed: number) {
    this.bits = stream(seed, 4);
  }

  now(): number {
    return this.at;
  }
  setTimer(timer: number, _key: number, after: number, spread = 0): void {
    expect(after).toBeGreaterThanOrEqual(0);
    this.due.set(timer, this.at + after + Math.floor(unit(draw(this.bits, this.draws++)) * (spread + 1)));
  }
  cancelTimer(timer: number): void {
    this.due.delete(timer);
  }
  /** Moves on to when this timer fires. */
  fire(timer: number): void {
    this.at = this.due.get(timer) as number;
    this.due.delete(timer);
  }
}

const ELECTION = 0;
const HEARTBEAT = 1;
const FIRST_TICK = 6;
const exact: RaftOptions = defaultsOf(raftOptions);
const ticking: RaftOptions = { ...exact, ...etcd34 };
const TICK = etcd34.tick;

function timersOn(clock: Clock, options: RaftOptions): RaftTimers {
  return new RaftTimers(clock as unknown as RaftHost, options);
}

/** Arms the election timer and moves on until it has expired; returns the instant. */
function expiry(clock: Clock, timers: RaftTimers): number {
  do clock.fire(ELECTION);
  while (!timers.electionExpired());
  return clock.at;
}

describe('exact timers', () => {
  test('an election timeout is uniform over its range', () => {
    const clock = new Clock(1);
    const timers = timersOn(clock, exact);
    const counts = new Array(10).fill(0) as number[];
    const rounds = 10_000;
    for (let round = 0; round < rounds; round++) {
      const from = clock.at;
      timers.armElection();
      const timeout = expiry(clock, timers) - from;
      expect(timeout).toBeGreaterThanOrEqual(150 * MILLISECOND);
      expect(timeout).toBeLessThanOrEqual(300 * MILLISECOND);
      const bin = Math.min(9, Math.floor((timeout / MILLISECOND - 150) / 15));
      counts[bin] = (counts[bin] as number) + 1;
    }
    expect(chiSquare(counts, rounds)).toBeLessThan(27.9); // 9 degrees of freedom, p = 0.001
  });

  test('hearing the leader postpones the expiry by the same drawn timeout', () => {
    const clock = new Clock(2);
    const timers = timersOn(clock, exact);
    timers.armElection();
    const drawn = clock.due.get(ELECTION) as number;
    for (let at = 50; at <= 1000; at += 50) {
      while ((clock.due.get(ELECTION) as number) < at * MILLISECOND) {
        clock.fire(ELECTION);
        expect(timers.electionExpired()).toBe(false);
      }
      clock.at = at * MILLISECOND;
      timers.hear();
    }
    expect(expiry(clock, timers)).toBe(1000 * MILLISECOND + drawn);
  });

  test('the lease lasts for the base timeout, not the drawn one', () => {
    const clock = new Clock(3);
    const timers = timersOn(clock, exact);
    timers.hear();
    clock.at = 150 * MILLISECOND - 1;
    expect(timers.inLease()).toBe(true);
    clock.at = 150 * MILLISECOND;
    expect(timers.inLease()).toBe(false);
  });
});

describe('ticks', () => {
  test('each node ticks at a phase of its own, and nothing fires between its ticks', () => {
    const phases = [1, 2, 3].map((seed) => {
      const clock = new Clock(seed);
      const timers = timersOn(clock, ticking);
      timers.awaitFirstTick();
      clock.fire(FIRST_TICK);
      const phase = clock.at;
      timers.firstTick(true);
      clock.at += 37 * MILLISECOND;
      timers.armHeartbeat();
      clock.fire(HEARTBEAT);
      expect((clock.at - phase) / TICK).toBe(1);
      return phase;
    });
    expect(new Set(phases).size).toBe(3);
    for (const phase of phases) expect(phase).toBeLessThanOrEqual(TICK);
  });

  test('an election timeout is a whole number of ticks, each of 10 to 19 equally likely, wherever in a tick it was armed', () => {
    const clock = new Clock(4);
    const timers = timersOn(clock, ticking);
    timers.awaitFirstTick();
    clock.fire(FIRST_TICK);
    const phase = clock.at;
    timers.firstTick(true);
    const counts = new Array(10).fill(0) as number[];
    const rounds = 10_000;
    for (let round = 0; round < rounds; round++) {
      clock.at += (round * 7_919) % TICK;
      const before = Math.floor((clock.at - phase) / TICK);
      timers.armElection();
      const ticks = (expiry(clock, timers) - phase) / TICK - before;
      expect(Number.isInteger(ticks)).toBe(true);
      counts[ticks - 10] = (counts[ticks - 10] as number) + 1;
    }
    expect(counts.length).toBe(10);
    expect(chiSquare(counts, rounds)).toBeLessThan(27.9);
  });

  test('a timeout asked for before the first tick counts that tick', () => {
    for (let seed = 0; seed < 50; seed++) {
      const clock = new Clock(seed);
      const timers = timersOn(clock, ticking);
      timers.armElection();
      timers.awaitFirstTick();
      clock.fire(FIRST_TICK);
      const phase = clock.at;
      timers.firstTick(false);
      const ticks = (expiry(clock, timers) - phase) / TICK + 1;
      expect(ticks).toBeGreaterThanOrEqual(10);
      expect(ticks).toBeLessThanOrEqual(19);
    }
  });

  test('the lease is counted in ticks: ten of them, so between 0.9 and 1 s', () => {
    const clock = new Clock(5);
    const timers = timersOn(clock, ticking);
    timers.awaitFirstTick();
    clock.fire(FIRST_TICK);
    const phase = clock.at;
    timers.firstTick(true);
    clock.at = phase + 5.5 * TICK;
    timers.hear();
    clock.at = phase + 15 * TICK - 1;
    expect(timers.inLease()).toBe(true);
    clock.at = phase + 15 * TICK;
    expect(timers.inLease()).toBe(false);
  });
});

function chiSquare(counts: readonly number[], total: number): number {
  const expected = total / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}
