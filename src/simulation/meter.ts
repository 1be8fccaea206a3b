/**
 * Observes one run: counts, histograms per segment, a timeline, marks. Only whole numbers are summed, so that the order in which
 * islands are run cannot change a result.
 */
import type { Batch } from '../ledger/batch.ts';
import { LogLinearHistogram } from '../statistics/histogram.ts';
import { quickestQuantile } from '../statistics/quickest.ts';
import { type Duration, type Instant, NEVER, type NodeId } from '../units/quantities.ts';
import { type FineBins, findOutages, SHORTEST_OUTAGE } from './outages.ts';
import type { Outage, SegmentResult, TimelineResult } from './run-result.ts';
import { STAGES } from './run-result.ts';
import type { RunSpec } from './run-spec.ts';
import { StageRun } from './stage-run.ts';
import { TimelineEvents } from './timeline-events.ts';

const TIMELINE_BINS = 240;
/** Fine bins are this long at most, so that every outage (100 ms or more) spans one, up to runs of 14 hours. */
const FINE_BIN: Duration = 50_000_000;
const FEWEST_FINE_BINS = 32_768;
const FEW_FINE_BINS = 4096;
const MOST_FINE_BINS = 1 << 20;
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
  /** Finer bins for outages: counts, and the first and last instants in each. */
  private readonly fine: Duration;
  private readonly perFine: number;
  private readonly lastFine: number;
  /** As long as the run so far: many runs end long before their horizon. */
  private fineSubmitted = new Int32Array(0);
  private fineFinal = new Int32Array(0);
  private firstSubmit = new Float64Array(0);
  private firstFinal = new Float64Array(0);
  private lastFinalIn = new Float64Array(0);
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
    // A power of two, so that multiplying by the inverse is exact.
    this.fine = 1;
    let bins = FEWEST_FINE_BINS;
    while (bins < MOST_FINE_BINS && bins * FINE_BIN < spec.horizon) bins *= 2;
    while (this.fine * bins < spec.horizon) this.fine *= 2;
    this.lastFine = bins - 1;
    this.perFine = 1 / this.fine;
  }

  /** The fine bin of an instant. */
  private fineAt(at: Instant): number {
    const bin = Math.min(this.lastFine, Math.floor(at * this.perFine));
    if (bin >= this.fineFinal.length) this.lengthenFine(bin);
    return bin;
  }

  private lengthenFine(bin: number): void {
    // All of them for a run that is not short after all: its memory then no longer grows with its length.
    const bins = bin < FEW_FINE_BINS ? Math.min(this.lastFine + 1, Math.max(16, 2 * (bin + 1))) : this.lastFine + 1;
    const longer = <Column extends Int32Array | Float64Array>(to: Column, from: Column): Column => {
      to.set(from);
      return to;
    };
    this.fineSubmitted = longer(new Int32Array(bins), this.fineSubmitted);
    this.fineFinal = longer(new Int32Array(bins), this.fineFinal);
    this.firstSubmit = longer(new Float64Array(bins).fill(NEVER), this.firstSubmit);
    this.firstFinal = longer(new Float64Array(bins).fill(NEVER), this.firstFinal);
    this.lastFinalIn = longer(new Float64Array(bins).fill(-1), this.lastFinalIn);
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
    const fine = this.fineAt(at);
    this.fineSubmitted[fine] = (this.fineSubmitted[fine] as number) + 1;
    if (at < (this.firstSubmit[fine] as number)) this.firstSubmit[fine] = at;
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
    const fine = this.fineAt(at);
    this.fineFinal[fine] = (this.fineFinal[fine] as number) + 1;
    if (at < (this.firstFinal[fine] as number)) this.firstFinal[fine] = at;
    if (at > (this.lastFinalIn[fine] as number)) this.lastFinalIn[fine] = at;
  }

  private addBatch(segment: Segment, intended: Instant, batch: Batch, index: number, at: Instant): void {
    if (batch !== this.run.batch || segment !== this.runSegment) {
      this.endRun();
      this.run.begin(batch);
      this.runSegment = segment;
    }
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
    const fine = this.fineAt(intended);
    this.fineSubmitted[fine] = (this.fineSubmitted[fine] as number) - 1;
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
    return findOutages(this.bins, from, firstFault, end, 2 * this.usualFinality);
  }

  /** So long a gap is unusual in any run, and so long after an instant what was under way then may still become final. */
  get faultReach(): Duration {
    return Math.max(SHORTEST_OUTAGE, 2 * this.usualFinality);
  }

  /** All intervals of 100 ms or more in which requests waited and none became final, usual or not: for progress. */
  stalls(from: Instant, end: Instant): readonly Outage[] {
    return findOutages(this.bins, from, NEVER, end);
  }

  private get bins(): FineBins {
    const { fine, fineSubmitted, fineFinal, firstSubmit, firstFinal, lastFinalIn } = this;
    return { fine, fineSubmitted, fineFinal, firstSubmit, firstFinal, lastFinalIn };
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
