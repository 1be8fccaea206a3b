// A stand-in for `simulate`: a run result that follows from the specification alone, shaped as the real one's, so that what is
// built on results is tested without a kernel. A label can ask for trouble: `crashes`, `unsafe`, `stalls`, `eats memory`, `hangs`.
import { absorb, draw, Purpose, stream, unit } from '../../src/kernel/random.ts';
import type { FaultOutcome, RunResult, SegmentResult } from '../../src/simulation/run-result.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import type { SimulateOptions } from '../../src/simulation/simulate.ts';
import { LogLinearHistogram } from '../../src/statistics/histogram.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';

const transactionsPerSecond = 200;

/** The specification of a small run of four nodes over two sites: a warm-up of 1 s, 10 s in all. */
export function fakeSpec(changes: Partial<RunSpec> = {}): RunSpec {
  return {
    label: 'PBFT',
    seed: 1,
    replication: 0,
    horizon: 10 * SECOND,
    boundaries: [1 * SECOND],
    nodes: 4,
    protocol: { name: 'pbft', options: {} },
    network: {
      sites: ['Singapore', 'Frankfurt'],
      oneWay: new Float64Array([250_000, 80e6, 80e6, 250_000]),
      nodeSites: new Int32Array([0, 0, 1, 1]),
      jitter: { kind: 'constant', value: 0 },
      egress: { bitsPerSecond: 1e9, discipline: 'fair' },
      ingress: { bitsPerSecond: 1e9 },
      loss: 0,
      transport: 'tcp',
      headerBytes: 66,
      segmentBytes: 1448,
      connectionTimeout: 5 * SECOND,
      tls: false,
    },
    machine: {
      cores: 4,
      handling: 2000,
      requestHandling: 2000,
      execution: 5000,
      crypto: { profile: 'test', scheme: 'ed25519', sign: 20_000, verify: 60_000, mac: 1000, hashPerByte: 2 },
      disk: { fsync: { kind: 'constant', value: 0 }, bitsPerSecond: Number.POSITIVE_INFINITY },
    },
    clients: [],
    workload: { name: 'opaque', options: {} },
    faults: [],
    progressWithin: 10 * SECOND,
    stopAfter: null,
    ...changes,
  };
}

export function fakeRun(spec: RunSpec, { onProgress, kernel }: SimulateOptions = {}): RunResult {
  makeTrouble(spec);
  const bits = stream(spec.seed, Purpose.replication, spec.replication, labelHash(spec.label));
  const starts = [0, ...spec.boundaries];
  const segments = starts.map((from, i) => fakeSegment(from, starts[i + 1] ?? spec.horizon, absorb(bits, i)));
  onProgress?.(spec.horizon);
  const final = segments.reduce((sum, segment) => sum + segment.final, 0);
  const unsafe = spec.label === 'unsafe';
  const stalled = spec.label === 'stalls';
  const violation = { at: 5 * SECOND, node: 2, detail: 'two blocks at position 7' } as const;
  const digest = Math.abs(absorb(bits, spec.label === 'flaky' && kernel === 'reference' ? 1 : 0))
    .toString(16)
    .padStart(16, '0');
  return {
    label: spec.label,
    seed: spec.seed,
    replication: spec.replication,
    digest: unsafe ? null : digest,
    endedAt: spec.horizon,
    segments,
    timeline: {
      bin: SECOND,
      offered: new Float64Array(10).fill(transactionsPerSecond),
      final: new Float64Array(10).fill(transactionsPerSecond),
      latencySum: new Float64Array(10).fill(transactionsPerSecond * 300 * MILLISECOND),
      latencyMax: new Float64Array(10).fill(400 * MILLISECOND),
      events: [{ at: 0, node: 0, kind: 'mark', text: 'leader 1' }],
      leftOut: [],
    },
    counts: {
      delivered: [
        { name: 'prepare', count: 9 * final },
        { name: 'request', count: final },
        { name: 'reply', count: 4 * final },
      ],
      deliveredMessages: 14 * final,
      sent: [
        { name: 'prepare', count: 9 * final },
        { name: 'request', count: final },
        { name: 'reply', count: 4 * final },
      ],
      submitted: final,
      retries: 0,
      orderedAgain: 0,
      overtaken: 0,
      dropped: 0,
      retransmitted: 0,
      batches: 100,
      transactions: final,
      peakInFlight: 50,
      kernelBytes: 1_000_000,
    },
    utilisation: Array.from({ length: spec.nodes }, (_, node) => ({
      thread: 0.1 + 0.01 * node + 0.01 * unit(draw(bits, node)),
      cores: 0.3,
      egress: 0.05,
      ingress: 0.04,
      disk: 0,
    })),
    violations: unsafe
      ? [{ check: 'agreement', kind: 'safety', ...violation }]
      : stalled
        ? [{ check: 'progress', kind: 'liveness', ...violation }]
        : [],
    outages: spec.faults.length > 0 ? [{ from: 4 * SECOND, to: 4.5 * SECOND }] : [],
    faults: spec.faults.map((fault) =>
      faultOutcome({
        text: `${fault.kind} of ${String(fault.target)}`,
        at: fault.at,
        endedAt: fault.duration === null ? null : fault.at + fault.duration,
        recovery: 500 * MILLISECOND,
      }),
    ),
    unfinished: new Float64Array(0),
    notes: [],
  };
}

/** A crash of node 0 that caused no outage, but for `changes`. */
export function faultOutcome(changes: Partial<FaultOutcome> = {}): FaultOutcome {
  const quiet = { outages: [], leaderAt: null, recovery: 0, later: [] };
  return { text: 'crash', at: 0, nodes: [0], endedAt: null, ...quiet, ...changes };
}

function fakeSegment(from: number, to: number, bits: number): SegmentResult {
  const final = Math.round((transactionsPerSecond * (to - from)) / SECOND);
  const finality = new LogLinearHistogram();
  const commit = new LogLinearHistogram();
  for (let i = 0; i < final; i++) {
    finality.record(Math.round((200 + 200 * unit(draw(bits, i))) * MILLISECOND));
    commit.record(100 * MILLISECOND);
  }
  const sum = finality.sum;
  return {
    from,
    to,
    offered: final,
    final,
    valid: final - 1,
    finality: finality.toSparse(),
    commit: commit.toSparse(),
    stageSums: Float64Array.of(0.1 * sum, 0.1 * sum, 0.5 * sum, 0.1 * sum, 0.2 * sum),
    staged: final,
    groupStaged: new Float64Array(0),
    groupLatency: new Float64Array(0),
    protocolMessages: 9 * final,
    requestMessages: final,
    replyMessages: 4 * final,
    bytes: 1000 * final,
    signatures: 3 * final,
    outstandingTime: sum,
  };
}

function makeTrouble(spec: RunSpec): void {
  if (spec.label === 'crashes' && spec.replication === 1) throw new RangeError('no bucket for this arrival');
  if (spec.label === 'hangs') for (;;) Math.sqrt(2);
  if (spec.label === 'eats memory' && spec.replication === 1) {
    const kept: object[] = [];
    for (;;) kept.push({ kept: new Array(1000).fill(kept.length) });
  }
}

function labelHash(label: string): number {
  return [...label].reduce((hash, letter) => absorb(hash, letter.charCodeAt(0)), 0);
}
