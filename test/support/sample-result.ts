// A result as the quickstart makes one, by hand: PBFT and Raft on four sites, five replications, the leader crashed at 20 s
// for 10 s. Built from smooth formulas and a small generator, so that every run of the tests sees the same bytes.
import type {
  ComparisonRow,
  Estimate,
  EstimateName,
  PointResult,
  ResultFile,
  TimelineRows,
} from '../../src/results/result-file.ts';

const DURATION_MS = 60_000;
const BIN_MS = 250;
const CRASH_MS = 20_000;
const SITES = ['Shanghai', 'Singapore', 'Dubai', 'Frankfurt'];

interface Character {
  readonly label: string;
  readonly protocol: string;
  /** Fault-free finality and the length of the outage after the crash. */
  readonly medianMs: number;
  readonly outageMs: number;
  /** Finality after recovery over finality before it. */
  readonly after: number;
}

const PBFT: Character = { label: 'PBFT', protocol: 'pbft', medianMs: 412, outageMs: 3_480, after: 1.18 };
const RAFT: Character = { label: 'Raft', protocol: 'raft', medianMs: 238, outageMs: 2_610, after: 1.42 };

export function sampleResult(): ResultFile {
  return {
    format: 1,
    scenario: 'quickstart',
    question: 'What does Byzantine tolerance cost on this corridor?',
    id: '3f9c1a7be204',
    model_version: '1',
    seed: 1,
    quick: false,
    repeat_command: 'quorumlab run scenarios/quickstart.yaml --seed 1',
    verdict: [
      'Both keep up with the offered 500 transactions a second; PBFT makes them final in 412 ms (median), Raft in 238 ms.',
      'Tolerating one Byzantine node costs 174 ms of finality and 9.1 more messages a transaction.',
      'The crash of the leader at 20 s stopped PBFT for 3.48 s and Raft for 2.61 s; no transaction was lost.',
      'Nothing is near its limit: the busiest resource is the egress card of node 1 (Singapore), 11% busy with PBFT.',
    ],
    warnings: ['raft: election_timeout 1500ms is under ten round trips of the slowest link (212 ms).'],
    assumptions: [
      'Network: matrix belt-and-road (round trips, halved), jitter lognormal with mean 1 ms and p99 5 ms, two nodes of one site 250 µs apart.',
      'Links: egress and ingress 1 Gbit/s per node, TCP, 66 B of headers in each segment of 1,448 B, no loss.',
      'Machines: 4 cores, crypto costs of the OpenSSL-class table (ed25519: 21 µs to sign, 58 µs to verify), NVMe disk, fsync 120 µs.',
      'Clients: open loop at Singapore, arrivals of the SCMS trace by delivered_to_client_date, compressed to 500 transactions a second.',
    ],
    duration_ms: DURATION_MS,
    run: {
      kind: 'steady-state',
      declared: false,
      stop_after: null,
      replications: 5,
      most_replications: null,
      precision: [],
    },
    availability: { limit_ms: 2_000, rule: 'the objective for finality_p99' },
    points: [
      point(PBFT, {
        trust: 'byzantine',
        messages: { 'pre-prepare': 0.021, prepare: 0.062, commit: 0.083, checkpoint: 0.0009, request: 1, reply: 4 },
      }),
      point(RAFT, {
        trust: 'crash',
        messages: {
          'append-entries': 0.42,
          'append-reply': 0.42,
          'request-vote': 0.0004,
          request: 1,
          forward: 0.99,
          reply: 1,
        },
      }),
    ],
    comparisons: [
      comparison('throughput_per_s', 498.9, 499.4, 0.8, { p_value: 0.21, p_value_holm: 0.21, probability: 0.105 }),
      comparison('finality_p50_ms', PBFT.medianMs, RAFT.medianMs, 6, { p_value: 0, p_value_holm: 0, probability: 0 }),
      comparison('finality_p99_ms', PBFT.outageMs, RAFT.outageMs, 290, {
        p_value: 0.0011,
        p_value_holm: 0.0022,
        probability: 0.00055,
      }),
    ],
    failed_runs: [],
  };
}

/** PBFT − Raft over five replications, with an interval of so much on either side. */
function comparison(
  measure: ComparisonRow['measure'],
  a_mean: number,
  b_mean: number,
  half: number,
  given: { readonly p_value: number; readonly p_value_holm: number; readonly probability: number },
): ComparisonRow {
  const { p_value, p_value_holm, probability } = given;
  const mean = a_mean - b_mean;
  return {
    a: 'PBFT',
    b: 'Raft',
    measure,
    better: measure === 'throughput_per_s' ? 'high' : 'low',
    pairs: 5,
    a_mean,
    b_mean,
    a_minus_b: { mean, low: mean - half, high: mean + half },
    relative: mean / b_mean,
    p_value,
    p_value_holm,
    told: p_value_holm < 0.05,
    ahead: 'b',
    probability_a_better: probability,
    warmup_ms: 2_500,
    a_wins: probability > 0.01 ? 2 : 0,
    ties: 0,
    a_losses: probability > 0.01 ? 3 : 5,
  };
}

function point(
  character: Character,
  given: { trust: 'crash' | 'byzantine'; messages: Record<string, number> },
): PointResult {
  const { label, protocol, medianMs, outageMs } = character;
  const byzantine = given.trust === 'byzantine';
  const meanMs = medianMs * 1.31;
  const stageShares = byzantine ? [0.12, 0.05, 0.58, 0.01, 0.24] : [0.22, 0.03, 0.49, 0.01, 0.25];
  const stageNames = ['received', 'proposed', 'committed', 'executed', 'final'];
  const messages = Object.entries(given.messages).map(([name, per_transaction]) => ({ name, per_transaction }));
  return {
    label,
    protocol,
    trust: given.trust,
    trust_note: byzantine
      ? 'Safe while at most one of four nodes lies, forges or fails in any way.'
      : 'Safe while nodes only stop; one node that lies can break it.',
    nodes: 4,
    faults_tolerated: 1,
    factors: {},
    digest: byzantine ? '91c2f07a55d3be10' : '07be44a1c9d2e3f8',
    run_digests: ['11', '22', '33', '44', '55'].map((pair) => `${pair}c2f07a55d3be${byzantine ? '10' : '20'}`),
    estimates: estimates(
      character,
      messages.reduce((sum, { per_transaction }) => sum + per_transaction, 0),
    ),
    safety: { violations: 0, details: [] },
    bottleneck: { resource: 'egress', node: 1, utilisation: (byzantine ? 0.036 : 0.018) * 3.1 },
    objective: [
      { measure: 'finality_p99', target: '2s', ...judged(byzantine ? 3_410 : 2_570), met: false },
      { measure: 'throughput', target: '450/s', ...judged(byzantine ? 498.9 : 499.4), met: true },
    ],
    warmup_ms: 2_500,
    warmup_rule: 'detected',
    warmup_series: warmUpSeries(medianMs),
    stopping: { ended_by: 'fixed', replications: 5, precision: [] },
    condition: { state: 'keeps up', runs: 5, of: 5, unfinished_share: 0.0007, down_for_ms: null },
    liveness: { judged: true, why_not: null },
    undisturbed: {
      p50_ms: estimate(medianMs, 0.012),
      p90_ms: estimate(medianMs * 1.2, 0.012),
      p99_ms: estimate(medianMs * 1.31, 0.012),
      stages: stageNames.map((stage, index) => ({ stage, mean_ms: medianMs * stageShares[index]! })),
      slower_share: estimate(0.12, 0.01),
    },
    humps: null,
    sites: [],
    repeats: { sends_per_request: 1.08, repeated: 0.074, ordered_again: 0, overtaken: 0 },
    stages: stageNames.map((stage, index) => ({ stage, mean_ms: meanMs * stageShares[index]! })),
    stages_share: 1,
    cdf: cdf(medianMs, outageMs),
    timeline: timeline(character),
    utilisation: SITES.map((site, node) => ({
      node,
      site,
      thread: (byzantine ? 0.041 : 0.019) * (node === 1 ? 1.6 : 1),
      cores: (byzantine ? 0.068 : 0.012) * (node === 1 ? 1.2 : 1),
      egress: (byzantine ? 0.036 : 0.018) * (node === 1 ? 3.1 : 1),
      ingress: (byzantine ? 0.031 : 0.017) * (node === 1 ? 1.3 : 1),
      disk: byzantine ? 0.022 : 0.027,
    })),
    messages,
    outages: [1, 2, 3, 4, 5].map((_, replication) => ({
      replication,
      from_ms: CRASH_MS + 40,
      to_ms: CRASH_MS + 40 + outageMs + replication * 35,
    })),
    faults: [
      {
        text: 'crash leader for 10s',
        at_ms: CRASH_MS,
        recovery_ms: estimate(outageMs + 110, 0.06),
        not_recovered: 0,
        clients_gone: false,
        later_outages: { count: 0, longest_ms: null },
      },
    ],
    checked_range: {
      system: 'etcd 3.4.23, measured',
      range: 'one-way 2–25 ms, 3–5 nodes',
      outside: ['jitter', 'open-loop load (trace), checked at most 16 requests at a time (closed loop)'],
    },
    little: { product: 0.4989 * meanMs, outstanding: 0.4989 * meanMs * 1.0031, configured: null },
    availability_limit_ms: 2_000,
    finished_replications: 5,
    notes: byzantine ? ['The crashed primary came back with its durable votes and rejoined by state transfer.'] : [],
  };
}

function estimates({ medianMs, outageMs }: Character, messages: number): Record<EstimateName, Estimate> {
  return {
    offered_per_s: estimate(500.1, 0.004),
    throughput_per_s: estimate(498.9, 0.005),
    goodput_per_s: estimate(487.2, 0.006),
    finality_mean_ms: estimate(medianMs * 1.31, 0.02),
    finality_p50_ms: estimate(medianMs, 0.012),
    finality_p90_ms: estimate(medianMs * 1.6, 0.03),
    finality_p99_ms: estimate(outageMs * 0.98, 0.09),
    finality_p999_ms: estimate(outageMs * 1.05, 0.1),
    finality_max_ms: estimate(outageMs * 1.12, 0.11),
    commit_p50_ms: estimate(medianMs * 0.58, 0.01),
    messages_per_transaction: estimate(messages, 0.004),
    bytes_per_transaction: estimate(messages * 640, 0.004),
    signatures_per_transaction: estimate(messages / 8, 0.004),
    bytes_per_node_per_s: estimate((messages * 640 * 498.9) / 4, 0.006),
    availability: estimate(0.9432, 0.004),
    longest_outage_ms: estimate(outageMs, 0.07),
  };
}

/** A value that is 2 % sure on either side, and a verdict without doubt. */
function judged(value: number) {
  return { value, low: value * 0.98, high: value * 1.02, at_least: false, decided: true, reason: null };
}

function estimate(mean: number, relativeHalfWidth: number): Estimate {
  return { mean, low: mean * (1 - relativeHalfWidth), high: mean * (1 + relativeHalfWidth), replications: 5 };
}

/** A log-normal-like body and, above the share that the crash touched, a straight tail up to the outage's length. */
function cdf(medianMs: number, outageMs: number): { ms: number; share: number }[] {
  return Array.from({ length: 200 }, (_, index) => {
    const share = (index + 1) / 200;
    const body = medianMs * (0.62 + 0.7 * share ** 2);
    const tail = share > 0.94 ? ((share - 0.94) / 0.06) * (outageMs * 1.12 - medianMs * 1.24) : 0;
    return { ms: body + tail, share };
  });
}

/** Forty segments; the first two are slower. */
function warmUpSeries(medianMs: number): PointResult['warmup_series'] {
  const from_ms = Array.from({ length: 40 }, (_, i) => (i * DURATION_MS) / 40);
  return {
    from_ms,
    to_ms: from_ms.map((from) => from + DURATION_MS / 40),
    finality_mean_ms: from_ms.map((_, i) => medianMs * (i < 2 ? 1.6 - 0.2 * i : 1)),
    final_per_s: from_ms.map(() => 499),
  };
}

function timeline({ label, medianMs, outageMs, after }: Character): TimelineRows {
  const random = generator(label.length * 77);
  const at_ms = Array.from({ length: DURATION_MS / BIN_MS }, (_, bin) => bin * BIN_MS);
  const recoveredMs = CRASH_MS + outageMs;
  const arrivals = generator(7);
  const offered_per_s = at_ms.map((at) => 500 + 45 * Math.sin(at / 4_000) + 40 * (arrivals() - 0.5));
  const isOut = (at: number) => at >= CRASH_MS && at < recoveredMs;
  const final_per_s = at_ms.map((at, bin) => {
    if (isOut(at)) return 0;
    const backlog = at >= recoveredMs && at < recoveredMs + 500 ? outageMs : 0;
    return offered_per_s[bin]! + backlog + 30 * (random() - 0.5);
  });
  const latency_mean_ms = at_ms.map((at) => {
    if (isOut(at)) return null;
    const backlog = at >= recoveredMs && at < recoveredMs + 500 ? outageMs * 0.6 : 0;
    return medianMs * (at < CRASH_MS || at > 34_000 ? 1 : after) * (0.96 + 0.08 * random()) + backlog;
  });
  const change = label === 'PBFT' ? 'view-change 1' : 'election term 2';
  const lead = label === 'PBFT' ? 'view 1: node 2 leads' : 'term 2: node 2 leads';
  return {
    bin_ms: BIN_MS,
    at_ms,
    offered_per_s,
    final_per_s,
    latency_mean_ms,
    latency_max_ms: latency_mean_ms.map((mean) => (mean === null ? null : mean * 1.7)),
    events: [
      { at_ms: CRASH_MS, node: 1, kind: 'fault', text: 'crash' },
      { at_ms: CRASH_MS + outageMs - 520, node: 2, kind: 'mark', text: change },
      { at_ms: CRASH_MS + outageMs - 500, node: 3, kind: 'mark', text: change },
      { at_ms: CRASH_MS + outageMs - 495, node: 0, kind: 'mark', text: change },
      { at_ms: CRASH_MS + outageMs - 210, node: 2, kind: 'mark', text: lead },
      { at_ms: CRASH_MS + 10_000, node: 1, kind: 'fault', text: 'restart' },
      { at_ms: CRASH_MS + 10_900, node: 1, kind: 'mark', text: 'state-transfer' },
    ],
    events_left_out: [],
  };
}

/** A linear congruential generator on [0, 1). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
