/**
 * What a fault did to the service: of a run's outages those that it can have begun, when service was back from them, and those that
 * came later (docs/MODEL.md section 7, "recovery"). The one rule for run, compare and tune.
 */
import type { Duration, Instant } from '../units/quantities.ts';
import type { Outage } from './run-result.ts';

/** What is known of a fault that took effect. */
export interface StruckAt {
  readonly at: Instant;
  /** null: it was there to stay, or to the end of the run. */
  readonly endedAt: Instant | null;
  /** A crash does what it does at its instant; slowness and a cut do it for as long as they last. */
  readonly lasts: boolean;
  /** Whether somebody else must lead from then on: whoever led is among the nodes that crashed. */
  readonly tookLeader: boolean;
  /** Whether it leads on once it is back, as where proposers take turns: then no other leader need come. */
  readonly leadsOn: boolean;
  /** When enough nodes for a quorum were there again, `at` where it was never lost; null: not before the end of the run. */
  readonly quorumAt: Instant | null;
  /** Whether the quorum was lost, and nobody led when it was back. */
  readonly leaderless: boolean;
}

/** What a run knows beside the fault. */
export interface Course {
  /** Ascending. */
  readonly outages: readonly Outage[];
  /** When somebody began to lead, ascending. */
  readonly leaders: readonly Instant[];
  /** When each fault took effect, this one among them. */
  readonly faults: readonly Instant[];
  /** So long after an instant what was under way may still become final, and so short a gap is no outage yet. */
  readonly reach: Duration;
  readonly end: Instant;
}

export interface Aftermath {
  /** The outages that are taken for its doing, ascending. */
  readonly outages: readonly Outage[];
  /** When the next leader came after it took the one there was; null: it took none, or none came before the end. */
  readonly leaderAt: Instant | null;
  /** From the fault to the next final transaction after its last outage; 0 without one; null: not before the end. */
  readonly recovery: Duration | null;
  /** Outages that began after it and are not its own, up to the next fault. */
  readonly later: readonly Outage[];
}

export function aftermathOf(fault: StruckAt, course: Course): Aftermath {
  const { at } = fault;
  const { end } = course;
  const next = course.faults.reduce(
    (first, one) => (one > at ? Math.min(first, one) : first),
    Number.POSITIVE_INFINITY,
  );
  const leaderAt = fault.tookLeader ? nextLeader(fault, course) : null;
  const outages = fault.lasts ? whileItLasted(fault, next, course) : ofCrash(fault, leaderAt, course);
  const last = outages.at(-1);
  return {
    outages,
    leaderAt,
    recovery: last === undefined ? 0 : last.to >= end ? null : last.to - at,
    later: course.outages.filter(
      (outage) => outage.from > at && !outages.includes(outage) && beganBefore(next, outage, course.reach),
    ),
  };
}

/** null: none before the end; and of a node that leads on, none while it was away or in an outage from which it was not back in time. */
function nextLeader(fault: StruckAt, { leaders, outages, reach }: Course): Instant | null {
  const next = leaders.find((one) => one > fault.at) ?? null;
  const back = backAt(fault, reach);
  if (next === null || next <= back) return next;
  return outages.some(({ from, to }) => from <= back && back < to && next <= to) ? next : null;
}

/** From when on nobody need lead in its place; never where another leader must come. */
function backAt({ leadsOn, endedAt }: StruckAt, reach: Duration): Instant {
  return leadsOn && endedAt !== null ? endedAt + reach : Number.POSITIVE_INFINITY;
}

/**
 * Of a crash: those open at its instant or begun while what was under way could still become final; and, where it took the leader or the
 * quorum, all up to that which is open when both are there again. Requests that are sent only later find nobody who can serve them, and
 * what trickles in between is no service. As below, one that was an outage before is only taken where there is no other.
 */
function ofCrash(fault: StruckAt, leaderAt: Instant | null, { outages, leaders, reach, end }: Course) {
  const { at, tookLeader, leaderless } = fault;
  const quorumAt = fault.quorumAt ?? end;
  const ledAt = tookLeader ? (leaderAt ?? Math.min(backAt(fault, reach), end)) : at;
  const ledAgainAt = leaderless ? (leaders.find((one) => one > quorumAt) ?? end) : quorumAt;
  const until = Math.max(at + reach, ledAt, ledAgainAt);
  const own = outages.filter(({ from, to }) => to > at && from <= until);
  const begun = own.filter(({ from }) => from > at - reach);
  return begun.length > 0 ? begun : own;
}

/**
 * Of slowness or a cut: the first that began while it lasted, and before another fault could begin one. One that was an outage before
 * the fault is only taken where there is no other: the fault did not begin it, but service was not back before its end either.
 */
function whileItLasted({ at, endedAt }: StruckAt, next: Instant, { outages, reach, end }: Course) {
  const own = outages.filter(
    (outage) =>
      outage.to > at && outage.from < (endedAt ?? end) && (outage.from <= at || beganBefore(next, outage, reach)),
  );
  const first = own.find(({ from }) => from > at - reach) ?? own[0];
  return first === undefined ? [] : [first];
}

/** Whether it is no doing of a fault at `next`: it was over by then, or already longer than is usual. */
function beganBefore(next: Instant, { from, to }: Outage, reach: Duration): boolean {
  return from < next && (to <= next || next - from > reach);
}
