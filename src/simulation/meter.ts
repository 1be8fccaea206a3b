/**
 * Observes one run: counts, histograms per segment, a timeline, marks. Only whole numbers are summed, so that the order in which
 * islands are run cannot change a result.
 */
import type { Batch } from '../ledger/batch.ts';
import { LogLinearHistogram } from '../statistics/histogram.ts';
import { quickestQuantile } from '../statistics/quickest.ts';
import { type Duration, type Instant, NEVER, type NodeId } from '../units/quantities.ts';
import { FineBins } from './fine-bins.ts';
import { findOutages, SHORTEST_OUTAGE } from './outages.ts';
import type { ReplyRow } from './reply-row.ts';
import type { Outage, SegmentResult, TimelineResult } from './run-result.ts';
import { STAGES } from './run-result.ts';
import type { RunSpec } from './run-spec.ts';
import { StageRun } from './stage-run.ts';
import { TimelineEvents } from './timeline-events.ts';

const TIMELINE_BINS = 240;
const FEWEST_FOR_A_MEDIAN = 5;

const NO_GROUPS = new Float64Array(0);

interface Segment {
  readonly from: Instant;
  readonly to: Instant;
  offered: number;
  final: number;
  valid: number;
  readonly finality: LogLinearHistogram;
  readonly commit: LogLinearHistogram;
  readonly stageSums: Float64Array;
  staged: number;
  readonly groupStaged: Float64Array;
  readonly groupLatency: Float64Array;
  protocolMessages: number;
  requestMessages: number;
  replyMessages: number;
  bytes: number;
  signatures: number;
  outstandingTime: number;
}

/** A final transaction whose batch may still get earlier stamps. */
interface Unstaged {
  readonly segment: Segment;
  readonly intended: Instant;
  readonly batch: Batch;
  readonly index: number;
  readonly at: Instant;
}

export class Meter {
  finals = 0;
  submitted = 0;
  private readonly horizon: Instant;
  private readonly groups: number;
  private readonly givenFrom: Instant | null;
  private readonly edges: readonly Instant[];
  /** As far as the run has come. */
  private readonly segments: Segment[] = [];
  private current: Segment;
  private readonly bin: Duration;
  private readonly offered = new Float64Array(TIMELINE_BINS);
  private readonly final = new Float64Array(TIMELINE_BINS);
  private readonly latencySum = new Float64Array(TIMELINE_BINS);
  private readonly latencyMax = new Float64Array(TIMELINE_BINS);
  private readonly fine: FineBins;
  /**
   * A client on a node's machine may learn of a commit in the window in which it happened, before another node that committed still
   * earlier was run: stages are then taken at the window's end. Over a link, a reply takes longer than a window.
   */
  private readonly clientsOnNodes: boolean;
  private readonly unstaged: Unstaged[] = [];
  private readonly run = new StageRun();
  private runSegment: Segment;
  private readonly happened = new TimelineEvents();

  constructor(spec: RunSpec) {
    this.horizon = spec.horizon;
    this.groups = spec.clients.length;
    this.givenFrom = spec.measuredFrom ?? null;
    this.clientsOnNodes = spec.clients.some(({ place }) => 'node' in place);
    this.edges = [0, ...spec.boundaries, spec.horizon];
    this.current = this.segment(0);
    this.runSegment = this.current;
    this.bin = Math.max(1, Math.ceil(spec.horizon / TIMELINE_BINS));
    this.fine = new FineBins(spec.horizon);
  }

  /** The timeline's bin of an instant. Instants come in bunches, and a division costs more than all else here. */
  private binAt(at: Instant): number {
    if (at < this.binFrom || at >= this.binTo) {
      this.binIndex = Math.min(TIMELINE_BINS - 1, Math.floor(at / this.bin));
      this.binFrom = this.binIndex * this.bin;
      this.binTo = this.binFrom + this.bin;
    }
    return this.binIndex;
  }
  private binIndex = 0;
  private binFrom: Instant = 0;
  private binTo: Instant = 0;

  private segmentAt(at: Instant): Segment {
    const { current } = this;
    if (at >= current.from && at < current.to) return current;
    const last = this.edges.length - 2;
    let i = 0;
    while (i < last && at >= (this.edges[i + 1] as number)) i++;
    this.current = this.segment(i);
    return this.current;
  }

  private segment(i: number): Segment {
    const { edges, segments } = this;
    for (let k = segments.length; k <= i; k++)
      segments.push(newSegment(edges[k] as number, edges[k + 1] as number, this.groups));
    return segments[i] as Segment;
  }

  /** All that began before `end`. */
  private reach(end: Instant): void {
    while (this.segments.length < this.edges.length - 1 && (this.edges[this.segments.length] as number) < end)
      this.segment(this.segments.length);
  }

  onSubmit(at: Instant): void {
    this.submitted++;
    this.segmentAt(at).offered++;
    const bin = this.binAt(at);
    this.offered[bin] = (this.offered[bin] as number) + 1;
    this.fine.submitted(at);
  }

  /** As `onSubmit` at each instant from `times[from]` to `times[to - 1]`, which ascend. */
  onSubmits(times: Float64Array, from: number, to: number): void {
    this.submitted += to - from;
    for (let begin = from, i = from; begin < to; begin = i) {
      const segment = this.segmentAt(times[begin] as number);
      const bin = this.binAt(times[begin] as number);
      const end = segment.to < this.binTo ? segment.to : this.binTo;
      do i++;
      while (i < to && (times[i] as number) < end);
      segment.offered += i - begin;
      this.offered[bin] = (this.offered[bin] as number) + i - begin;
    }
    this.fine.allSubmitted(times, from, to);
  }

  onFinal(intended: Instant, at: Instant, batch: Batch | null, index: number, valid: boolean): void {
    this.finals++;
    const segment = this.segmentAt(at);
    const latency = at - intended;
    segment.final++;
    if (valid) segment.valid++;
    segment.finality.record(latency);
    if (batch !== null) {
      if (this.clientsOnNodes) this.unstaged.push({ segment, intended, batch, index, at });
      else this.addBatch(segment, intended, batch, index, at);
    }
    this.addOutstanding(intended, at);
    const bin = this.binAt(at);
    this.final[bin] = (this.final[bin] as number) + 1;
    this.latencySum[bin] = (this.latencySum[bin] as number) + latency;
    if (latency > (this.latencyMax[bin] as number)) this.latencyMax[bin] = latency;
    this.fine.final(at);
  }

  /** As `onFinal` for each reply of `row`, whose `intended` and `latencies` are set. Clients at sites only: on a node's machine stages may still change. */
  onFinals(batch: Batch | null, row: ReplyRow): void {
    const { count, times, intended, latencies, results } = row;
    this.finals += count;
    this.fine.allFinal(times, count);
    this.addToTimeline(row);
    for (let from = 0, i = 0; from < count; from = i) {
      const segment = this.segmentAt(times[from] as number);
      let valid = 0;
      let outstanding = 0;
      do {
        valid += (results[i] as number) & 1;
        if ((intended[i] as number) >= segment.from && (times[i] as number) < segment.to)
          outstanding += latencies[i] as number;
        else this.addOutstanding(intended[i] as number, times[i] as number);
        i++;
      } while (i < count && (times[i] as number) < segment.to);
      segment.final += i - from;
      segment.valid += valid;
      segment.outstandingTime += outstanding;
      segment.finality.recordAll(latencies, from, i);
      if (batch !== null) this.addRow(segment, batch, row, from, i);
    }
  }

  private addToTimeline({ count, times, latencies }: ReplyRow): void {
    const { final, latencySum, latencyMax } = this;
    for (let from = 0, i = 0; from < count; from = i) {
      const bin = this.binAt(times[from] as number);
      let sum = 0;
      let max = latencyMax[bin] as number;
      do {
        const latency = latencies[i++] as number;
        sum += latency;
        if (latency > max) max = latency;
      } while (i < count && (times[i] as number) < this.binTo);
      final[bin] = (final[bin] as number) + i - from;
      latencySum[bin] = (latencySum[bin] as number) + sum;
      latencyMax[bin] = max;
    }
  }

  private addRow(segment: Segment, batch: Batch, row: ReplyRow, from: number, to: number): void {
    this.stageOf(segment, batch);
    this.run.addAll(row, from, to);
    if (this.groups < 2) return;
    const group = (batch.ids[row.places[from] as number] as number) % this.groups;
    segment.groupStaged[group] = (segment.groupStaged[group] as number) + to - from;
    for (let i = from; i < to; i++)
      segment.groupLatency[group] = (segment.groupLatency[group] as number) + (row.latencies[i] as number);
  }

  private stageOf(segment: Segment, batch: Batch): void {
    if (batch === this.run.batch && segment === this.runSegment) return;
    this.endRun();
    this.run.begin(batch);
    this.runSegment = segment;
  }

  private addBatch(segment: Segment, intended: Instant, batch: Batch, index: number, at: Instant): void {
    this.stageOf(segment, batch);
    this.run.add(intended, batch.received[index] as number, at);
    if (this.groups < 2) return;
    const group = (batch.ids[index] as number) % this.groups;
    segment.groupStaged[group] = (segment.groupStaged[group] as number) + 1;
    segment.groupLatency[group] = (segment.groupLatency[group] as number) + at - intended;
  }

  /** The transactions of one batch mostly become final in a row: what they share is added once for all of them. */
  private endRun(): void {
    const { run, runSegment } = this;
    if (run.batch === null) return;
    const { commit } = run;
    if (commit !== null) runSegment.commit.recordMany(commit, run.count);
    runSegment.staged += run.count;
    run.end(runSegment.stageSums);
  }

  /** Every island has run up to one instant: no stamp of what became final before it will change any more. */
  windowEnd(): void {
    this.happened.windowEnd();
    if (this.unstaged.length === 0) return;
    for (const { segment, intended, batch, index, at } of this.unstaged)
      this.addBatch(segment, intended, batch, index, at);
    this.endRun();
    this.unstaged.length = 0;
  }

  /** A request that is not final when the run ends. */
  onUnfinished(intended: Instant, end: Instant): void {
    this.addOutstanding(intended, end);
  }

  /** A request whose clients died at `at`: nobody waits for it any more. */
  onAbandoned(intended: Instant, at: Instant): void {
    this.addOutstanding(intended, at);
    this.fine.abandoned(intended);
  }

  private addOutstanding(from: Instant, to: Instant): void {
    const { current } = this;
    if (from >= current.from && to < current.to) {
      current.outstandingTime += to - from;
      return;
    }
    this.reach(to);
    for (let i = this.segments.length - 1; i >= 0; i--) {
      const segment = this.segments[i] as Segment;
      if (segment.from >= to) continue;
      segment.outstandingTime += Math.min(to, segment.to) - Math.max(from, segment.from);
      if (segment.from <= from) return;
    }
  }

  /** A message was handed to the network. @param kind 0 protocol, 1 request or forward, 2 reply */
  onSend(at: Instant, kind: number, copies: number, bytes: number, signatures: number): void {
    const segment = this.segmentAt(at);
    if (kind === 0) segment.protocolMessages += copies;
    else if (kind === 2) segment.replyMessages += copies;
    else segment.requestMessages += copies;
    segment.bytes += bytes;
    segment.signatures += signatures;
  }

  /** Whether two instants, the first not behind the second, lie in one segment: what is sent then may be counted together. */
  together(first: Instant, last: Instant): boolean {
    return last < this.segmentAt(first).to;
  }

  event(at: Instant, node: NodeId, kind: 'fault' | 'mark', text: string): void {
    this.happened.add({ at, node, kind, text });
  }

  timeline(): TimelineResult {
    const { bin, offered, final, latencySum, latencyMax, happened } = this;
    happened.windowEnd();
    const { events, leftOut } = happened;
    return { bin, offered, final, latencySum, latencyMax, events, leftOut };
  }

  /** When somebody began to lead, ascending and complete. Known once the timeline was asked for. */
  get leaders(): readonly Instant[] {
    return this.happened.leaders;
  }

  outages(from: Instant, firstFault: Instant, end: Instant): readonly Outage[] {
    return findOutages(this.fine, from, firstFault, end, 2 * this.usualFinality);
  }

  /** So long a gap is unusual in any run, and so long after an instant what was under way then may still become final. */
  get faultReach(): Duration {
    return Math.max(SHORTEST_OUTAGE, 2 * this.usualFinality);
  }

  /** All intervals of 100 ms or more in which requests waited and none became final, usual or not: for progress. */
  stalls(from: Instant, end: Instant): readonly Outage[] {
    return findOutages(this.fine, from, NEVER, end);
  }

  /** The median of the quickest segment, or of as many together as have transactions to speak of; 0 without any. */
  private get usualFinality(): Duration {
    return quickestQuantile(
      this.segments.map(({ finality }) => finality),
      0.5,
      FEWEST_FOR_A_MEDIAN,
    );
  }

  results(end: Instant): SegmentResult[] {
    this.endRun();
    this.reach(end);
    return this.segments
      .filter((s) => s.from < end)
      .map((s) => ({
        ...s,
        to: Math.min(s.to, end),
        finality: s.finality.toSparse(),
        commit: s.commit.toSparse(),
        // Copies: results hand their buffers over to another thread.
        groupStaged: s.groupStaged.slice(),
        groupLatency: s.groupLatency.slice(),
      }));
  }

  /** Where the measured part begins: after the given warm-up, or at 0 when it will be detected. */
  get measuredFrom(): Instant {
    if (this.givenFrom !== null) return this.givenFrom;
    return this.edges.length === 3 ? (this.edges[1] as number) : 0;
  }

  get end(): Instant {
    return this.horizon;
  }
}

function newSegment(from: Instant, to: Instant, groups: number): Segment {
  return {
    from,
    to,
    offered: 0,
    final: 0,
    valid: 0,
    finality: new LogLinearHistogram(),
    commit: new LogLinearHistogram(),
    stageSums: new Float64Array(STAGES.length),
    staged: 0,
    groupStaged: groups > 1 ? new Float64Array(groups) : NO_GROUPS,
    groupLatency: groups > 1 ? new Float64Array(groups) : NO_GROUPS,
    protocolMessages: 0,
    requestMessages: 0,
    replyMessages: 0,
    bytes: 0,
    signatures: 0,
    outstandingTime: 0,
  };
}
