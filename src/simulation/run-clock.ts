/**
 * What both kernels do around their event loops: stop on a violation or at a count, take the busy time where the measured part
 * begins, forget what no replica needs, and put the result together.
 */
import type { FaultDriver, FaultRecord } from '../faults/fault-driver.ts';
import { type Duration, type Instant, NEVER, SECOND } from '../units/quantities.ts';
import { aftermathOf, type Course } from './aftermath.ts';
import type { FaultOutcome, NodeUtilisation, RunResult, TimelineResult, Violation } from './run-result.ts';
import type { World } from './world.ts';

/** ns of work done so far by each resource of a node. */
export interface Busy {
  readonly thread: number;
  readonly cores: number;
  readonly egress: number;
  readonly ingress: number;
  readonly disk: number;
}

/** Positions kept behind the slowest replica. */
const MARGIN = 1024;
/** How often it is looked for what can be dropped: at most so rarely, so that what waits for it does not grow with the run. */
const LONGEST_PERIOD: Duration = 10 * SECOND;

export interface KernelCounts {
  readonly dropped: number;
  readonly retransmitted: number;
  readonly kernelBytes: number;
}

export type FinishedRun = RunResult;

export class RunClock {
  stopped = false;
  private readonly world: World;
  private readonly faults: FaultDriver;
  private readonly busy: (at: Instant) => Busy[];
  private busyBefore: Busy[] | null = null;

  constructor(world: World, faults: FaultDriver, busy: (at: Instant) => Busy[]) {
    this.world = world;
    this.faults = faults;
    this.busy = busy;
    const from = world.meter.measuredFrom;
    if (from > 0)
      faults.schedule(from, (at) => {
        this.busyBefore = busy(at);
      });
    const period = Math.min(LONGEST_PERIOD, Math.max(SECOND, Math.ceil(world.spec.horizon / 1000)));
    faults.schedule(period, (at) => this.housekeeping(at, period));
  }

  /**
   * Drops what lies behind every replica, at stated instants (the same for both kernels), where no node can come back to it: a
   * restart replays the log from where the disk has it, so not before the last restart; a node that is down for good needs nothing.
   * The margin keeps positions exact for replies that are still being made.
   */
  private housekeeping(at: Instant, period: Duration): void {
    const { world } = this;
    this.faults.schedule(at + period, (next) => this.housekeeping(next, period));
    if (this.faults.restartsAhead) return;
    let low: number = NEVER;
    for (const node of world.nodes) if (node.alive) low = Math.min(low, node.executedPosition);
    if (low === NEVER) return;
    world.ledger.forget(low - MARGIN);
    world.checks.agreement.forget(low - MARGIN);
    world.forgetInvalid(at, low - MARGIN);
  }

  windowEnd(_end: Instant): void {
    const { world } = this;
    world.meter.windowEnd();
    if (world.checks.findings.length > 0) this.stopped = true;
    else if (world.spec.stopAfter !== null && world.meter.finals >= world.spec.stopAfter) this.stopped = true;
  }

  finish(end: Instant, counts: KernelCounts): FinishedRun {
    const { world, faults } = this;
    const { spec, meter, checks } = world;
    const unfinished = world.clients.flatMap((group) => group.unfinished()).sort((a, b) => a - b);
    for (const sent of unfinished) meter.onUnfinished(sent, end);
    if (checks.findings.length === 0) {
      const live = world.nodes.filter((node) => node.alive);
      const quiet = faults.quietFrom;
      checks.atEnd(
        end,
        live.map((node) => node.executedPosition),
        quiet + spec.progressWithin <= end,
        world.ledger.invariant(),
      );
      if (quiet !== NEVER && !this.stopped) checks.progress(quiet, meter.stalls(quiet, end), spec.progressWithin, end);
    }
    const earliest = checks.earliest;
    const violations: Violation[] = earliest === null ? [] : [earliest];
    const firstFault = faults.records.reduce((first, r) => Math.min(first, r.at ?? NEVER), NEVER);
    const outages = meter.outages(meter.measuredFrom, firstFault, end);
    const timeline = meter.timeline();
    const course: Course = {
      outages,
      leaders: meter.leaders,
      faults: faults.records.flatMap(({ at }) => at ?? []),
      reach: meter.faultReach,
      end,
    };
    const names = [...world.protocol.messages, 'request', 'reply', 'forward'];
    return {
      label: spec.label,
      seed: spec.seed,
      replication: spec.replication,
      digest: violations.length > 0 ? null : world.digest.text,
      endedAt: end,
      segments: meter.results(end),
      timeline,
      counts: {
        delivered: names.map((name, i) => ({ name, count: world.delivered[i] as number })),
        deliveredMessages: world.delivered.reduce((sum, count) => sum + count, 0),
        sent: names.map((name, i) => ({ name, count: world.sent[i] as number })),
        submitted: meter.submitted,
        retries: this.retries,
        orderedAgain: world.ledger.duplicateCount,
        overtaken: world.overtaken,
        dropped: counts.dropped,
        retransmitted: counts.retransmitted,
        batches: world.ledger.executedPosition,
        transactions: meter.finals,
        peakInFlight: world.flights.peak,
        kernelBytes: counts.kernelBytes,
      },
      utilisation: this.utilisation(end),
      violations,
      outages,
      faults: faults.records.map((record) => this.outcome(record, course)),
      unfinished: Float64Array.from(unfinished, (sent) => end - sent),
      notes: leftOut(timeline),
    };
  }

  private outcome(record: FaultRecord, course: Course): FaultOutcome {
    const { text, at, nodes, endedAt, kind, tookLeader, quorumAt, leaderless } = record;
    if (at === null) return { text, at, nodes, endedAt, outages: [], leaderAt: null, recovery: null, later: [] };
    // With proposers that take turns every node leads when its own comes: the next change of views is for the one that is down. Back in
    // time it takes its turn again, unless it forgot what it promised: then it has none in the view that it comes back into.
    const { proposer, durable } = this.world.options as { readonly proposer?: unknown; readonly durable?: unknown };
    const inTurns = proposer === 'rotating';
    const crashed = kind === 'crash';
    const fault = {
      at,
      endedAt,
      lasts: !crashed,
      tookLeader: crashed && (tookLeader || inTurns),
      leadsOn: inTurns && durable !== false,
      quorumAt,
      leaderless,
    };
    return { text, at, nodes, endedAt, ...aftermathOf(fault, course) };
  }

  /** How often a request was sent beyond its first time, at which it goes to one node or to all. */
  private get retries(): number {
    const { clients, protocol, rule, sent, spec } = this.world;
    const first = clients.reduce((sum, { group, issued }) => {
      const submit = spec.clients[group]?.submit ?? rule.submit;
      return sum + issued * (submit === 'all' ? spec.nodes : 1);
    }, 0);
    return (sent[protocol.messages.length] as number) - first;
  }

  private utilisation(end: Instant): NodeUtilisation[] {
    const from = this.busyBefore === null ? 0 : this.world.meter.measuredFrom;
    const span = Math.max(1, end - from);
    const pool = this.world.spec.machine.cores - 1;
    return this.busy(end).map((busy, node) => {
      const before = this.busyBefore?.[node];
      // Whole ns on either side of fractions make a busy server's share 1.0000000001 at most: cut off, as nothing else is (but for a
      // card whose node crashed while its signing was behind: network/cards.ts).
      const share = (key: keyof Busy): number => Math.max(0, Math.min(1, (busy[key] - (before?.[key] ?? 0)) / span));
      return {
        thread: share('thread'),
        egress: share('egress'),
        ingress: share('ingress'),
        disk: share('disk'),
        cores:
          pool === 0 ? share('thread') : Math.max(0, Math.min(1, (busy.cores - (before?.cores ?? 0)) / span / pool)),
      };
    });
  }
}

function leftOut({ leftOut: marks }: TimelineResult): readonly string[] {
  if (marks.length === 0) return [];
  const total = marks.reduce((sum, { count }) => sum + count, 0);
  return [`the timeline keeps 300 marks of a kind; ${total} more were made. Recovery is judged by all of them`];
}
