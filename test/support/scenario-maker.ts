// Random scenarios, each drawn whole from one seed: any part of the model may be in one, within what the protocols promise to
// bear, so that every safety violation and every stand-still is a fault of the code and not of the scenario.
import type { FaultSpec } from '../../src/faults/fault-spec.ts';
import type { DistributionSpec } from '../../src/kernel/sampler.ts';
import type { MachineSpec } from '../../src/machines/machine-spec.ts';
import type { NetworkSpec } from '../../src/network/network-spec.ts';
import type { ClientGroupSpec, LoadSpec, NamedOptions, RunSpec } from '../../src/simulation/run-spec.ts';
import { type Duration, MICROSECOND, MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { Dice } from './dice.ts';
import { closedLoop, constant, protocol } from './quiet-spec.ts';
import { openLoad, workloadOptions } from './run-specs.ts';

const UNLIMITED = Number.POSITIVE_INFINITY;

interface Draft {
  readonly name: 'echo' | 'pbft' | 'raft';
  readonly nodes: number;
  readonly network: NetworkSpec;
  readonly machine: MachineSpec;
  readonly workload: NamedOptions;
  readonly faults: readonly FaultSpec[];
  /** The longest round trip without loss or queues. */
  readonly roundTrip: Duration;
}

/** The scenario of a seed: every part of the model may be in it, within what the protocol promises to bear. */
export function randomScenario(seed: number): RunSpec {
  const dice = new Dice(seed);
  const name = dice.of(['pbft', 'pbft', 'pbft', 'raft', 'raft', 'raft', 'echo'] as const);
  const nodes = name === 'pbft' ? dice.between(4, 16) : dice.between(3, 16);
  const { network, roundTrip } = randomNetwork(dice, nodes, name);
  const machine = randomMachine(dice);
  const load = randomWorkload(dice);
  // Dice of their own: the rest of a seed's scenario is the same with slow nodes and without.
  const slow = randomSlowness(new Dice(seed + SLOWNESS), nodes);
  const faults = name === 'echo' ? [] : [...randomFaults(dice, name, nodes), ...slow];
  const draft: Draft = { name, nodes, network, machine, workload: load, faults, roundTrip };
  const { chosen, patience } = randomProtocol(dice, draft);
  const over = faults.reduce((last, { at, duration }) => Math.max(last, at + (duration ?? 0)), 0);
  const progressWithin = 12 * patience;
  // A fault that waits for a leader ends later than it says.
  const horizon = over + progressWithin + 6 * patience + 1 * SECOND;
  return {
    label: `random-${seed}`,
    seed,
    replication: 0,
    horizon,
    boundaries: dice.chance(0.5) ? [Math.floor(horizon / 4)] : [],
    nodes,
    protocol: chosen,
    network,
    machine,
    clients: randomClients(dice, draft, horizon, patience),
    workload: load,
    faults,
    progressWithin,
    stopAfter: null,
  };
}

/**
 * A random system of four or six nodes, cut into two random halves for long enough that each would elect a leader or change the view
 * if it could, with a client on every node. Neither half is a quorum, but each is one to a protocol that takes a vote too few.
 */
export function splitScenario(seed: number, name: 'pbft' | 'raft'): RunSpec {
  const dice = new Dice(seed);
  const nodes = dice.of([4, 6]);
  const { network, roundTrip } = randomNetwork(dice, nodes, name);
  const [machine, workload] = [randomMachine(dice), randomWorkload(dice)];
  const half = new Set<number>();
  while (half.size < nodes / 2) half.add(dice.below(nodes));
  const { chosen, patience } = randomProtocol(dice, { name, nodes, network, machine, workload, faults: [], roundTrip });
  const [at, duration] = [dice.between(200, 1000) * MILLISECOND, 4 * patience];
  const progressWithin = 6 * patience;
  const pause = constant(dice.between(200, 400) * MILLISECOND);
  return {
    label: `split-${seed}`,
    seed,
    replication: 0,
    horizon: at + duration + progressWithin + 1 * SECOND,
    boundaries: [],
    nodes,
    protocol: chosen,
    network,
    machine,
    clients: Array.from({ length: nodes }, (_, node) => ({
      place: { node },
      load: closedLoop(1, 1, pause),
      submit: 'nearest',
      replyQuorum: null,
      retryAfter: patience,
    })),
    workload,
    faults: [{ kind: 'partition', target: [...half], at, duration }],
    progressWithin,
    stopAfter: null,
  };
}

function randomNetwork(dice: Dice, nodes: number, name: string): { network: NetworkSpec; roundTrip: Duration } {
  const sites = dice.between(1, Math.min(nodes, 6));
  const shortest = dice.of([200 * MICROSECOND, 200 * MICROSECOND, 5 * MILLISECOND]);
  const longest = dice.of([1 * MILLISECOND, 10 * MILLISECOND, 50 * MILLISECOND]);
  // Each direction by itself: asymmetric, and the way round is often shorter than the direct one.
  const oneWay = Float64Array.from({ length: sites * sites }, (_, i) =>
    i % (sites + 1) === 0
      ? dice.between(50 * MICROSECOND, 500 * MICROSECOND)
      : dice.spread(Math.min(shortest, longest), longest),
  );
  const jitters: readonly DistributionSpec[] = [
    constant(0),
    constant(100 * MICROSECOND),
    { kind: 'uniform', min: 0, max: dice.between(1, 5) * MILLISECOND },
    { kind: 'exponential', mean: dice.between(1, 2000) * MICROSECOND },
    { kind: 'lognormal', mean: 1 * MILLISECOND, p99: 5 * MILLISECOND },
    { kind: 'truncated-normal', mean: 1 * MILLISECOND, sd: 1 * MILLISECOND, min: 0, max: 4 * MILLISECOND },
  ];
  const bits = [10e6, 100e6, 1e9, UNLIMITED] as const;
  const transport = dice.chance(0.7) ? 'tcp' : 'datagram';
  // Echo repeats nothing itself, so it needs a transport that does.
  const lossy = dice.chance(0.5) && (name !== 'echo' || transport === 'tcp');
  const network: NetworkSpec = {
    sites: Array.from({ length: sites }, (_, i) => `site-${i}`),
    oneWay,
    nodeSites: Int32Array.from({ length: nodes }, () => dice.below(sites)),
    jitter: dice.of(jitters),
    egress: { bitsPerSecond: dice.of(bits), discipline: dice.of(['fair', 'fifo']) },
    ingress: { bitsPerSecond: dice.of(bits) },
    loss: lossy ? dice.between(1, 30) / 1000 : 0,
    transport,
    headerBytes: 66,
    segmentBytes: 1448,
    connectionTimeout: dice.between(500, 5000) * MILLISECOND,
    tls: dice.chance(0.3),
  };
  return { network, roundTrip: 2 * (longest + 10 * MILLISECOND) };
}

function randomMachine(dice: Dice): MachineSpec {
  const fsync = dice.of<DistributionSpec>([
    constant(0),
    constant(dice.between(10, 5000) * MICROSECOND),
    { kind: 'exponential', mean: dice.between(10, 2000) * MICROSECOND },
    { kind: 'lognormal', mean: 1 * MILLISECOND, p99: 5 * MILLISECOND },
  ]);
  const cost = (most: Duration): Duration => (dice.chance(0.2) ? 0 : dice.between(1, most));
  return {
    cores: dice.between(1, 4),
    handling: cost(20 * MICROSECOND),
    requestHandling: cost(20 * MICROSECOND),
    execution: cost(50 * MICROSECOND),
    crypto: {
      profile: 'random',
      scheme: 'random',
      sign: cost(60 * MICROSECOND),
      verify: cost(150 * MICROSECOND),
      mac: cost(2 * MICROSECOND),
      hashPerByte: dice.of([0, 0.5, 2.25]),
    },
    disk: { fsync, bitsPerSecond: dice.of([UNLIMITED, 1e9, 4e9]) },
    wakeUp: dice.of([0, 0, 100, 700]) * MICROSECOND,
  };
}

function randomWorkload(dice: Dice): NamedOptions {
  const readShare = dice.of([0, 0, 0.3]);
  switch (dice.below(4)) {
    case 0:
      return workloadOptions('payments', { accounts: 100, skew: dice.of([0, 0.99]), readShare });
    case 1:
      return workloadOptions('supply-chain', { openItems: dice.between(1, 20), readShare });
    default:
      return workloadOptions('opaque', {
        requestBytes: dice.of([0, 256, 1024, 4096]),
        replyBytes: dice.of([0, 64]),
        readShare,
      });
  }
}

/** Crashes within the tolerated number at any time, and partitions that heal; all over after two seconds or so. */
function randomFaults(dice: Dice, name: 'pbft' | 'raft', nodes: number): FaultSpec[] {
  const tolerated = name === 'pbft' ? Math.floor((nodes - 1) / 3) : Math.ceil(nodes / 2) - 1;
  const faults: FaultSpec[] = [];
  const doomed = new Set<number>();
  let aimed = false;
  for (let i = dice.of([0, 1, 1, 2, 3]); i > 0; i--) {
    const at = dice.between(50, 1500) * MILLISECOND;
    const duration = dice.between(20, 900) * MILLISECOND;
    if (dice.chance(0.35)) {
      const cut = Array.from({ length: nodes }, (_, node) => node).filter(() => dice.chance(0.5));
      if (cut.length === 0 || cut.length === nodes) cut.splice(0, cut.length, dice.below(nodes));
      faults.push({ kind: 'partition', target: dice.chance(0.3) ? 'leader' : cut, at, duration });
      continue;
    }
    // Whoever leads may be hit twice, which counts once: a fault aimed at the leader comes alone.
    if (doomed.size + (aimed ? 1 : 0) >= tolerated || aimed) continue;
    const forEver = dice.chance(0.3);
    if (doomed.size === 0 && dice.chance(0.4)) {
      aimed = true;
      faults.push({ kind: 'crash', target: dice.of(['leader', 'primary']), at, duration: forEver ? null : duration });
      continue;
    }
    const node = dice.below(nodes);
    if (doomed.has(node)) continue;
    doomed.add(node);
    faults.push({ kind: 'crash', target: node, at, duration: forEver ? null : duration });
  }
  return faults;
}

const SLOWNESS = 1_000_000_007;

/** One node, or whoever leads, is slow for a while in a quarter of the scenarios; it is no fault that the protocol counts. */
function randomSlowness(dice: Dice, nodes: number): FaultSpec[] {
  if (!dice.chance(0.25)) return [];
  const target = dice.chance(0.5) ? 'leader' : dice.below(nodes);
  const [at, duration] = [dice.between(50, 1500) * MILLISECOND, dice.between(20, 900) * MILLISECOND];
  return [{ kind: 'slow', by: dice.of([2, 5, 20]), target, at, duration }];
}

/** The protocol with options that fit the delays, and how long one attempt (an election, a view) may take. */
function randomProtocol(dice: Dice, draft: Draft): { chosen: NamedOptions; patience: Duration } {
  const { roundTrip, network } = draft;
  // A lost segment costs at least a retransmission timeout, which doubles.
  const slow = network.loss > 0 ? 500 * MILLISECOND : 0;
  if (draft.name === 'echo')
    return { chosen: protocol('echo', { maxTransactions: dice.of([1, 400]) }), patience: 4 * roundTrip + 4 * slow };
  const batch = {
    maxTransactions: dice.of([1, 5, 400]),
    maxBytes: dice.of([1, 5000, 1 << 20]),
    timeout: dice.of([0, 0, 5 * MILLISECOND]),
  };
  if (draft.name === 'raft') {
    const ticks = dice.chance(0.25) ? 20 * MILLISECOND : null;
    const round = (value: Duration): Duration => (ticks === null ? value : Math.ceil(value / ticks) * ticks);
    const heartbeat = round(dice.between(20, 60) * MILLISECOND);
    const min = round(5 * heartbeat + 2 * roundTrip + slow);
    const max = round(min * dice.of([1.5, 2, 2]));
    const snapshotEvery = dice.of([3, 20, 10_000]);
    const options = {
      electionTimeout: { min, max },
      heartbeat,
      tick: ticks,
      preVote: dice.chance(0.7),
      checkQuorum: dice.chance(0.7),
      electionReset: dice.of(['vote', 'follower']),
      batch,
      maxInflight: dice.of([1, 3, 256]),
      snapshotEvery,
      snapshotKeep: dice.of([0, 2, snapshotEvery]),
      snapshotChunk: dice.of([2000, 1 << 20]),
      ...(dice.chance(0.5)
        ? { initialLeader: dice.below(draft.nodes) }
        : { initialLeader: null, initialLogs: dice.of(['empty', 'staggered']) }),
    };
    return { chosen: protocol('raft', options), patience: 2 * max + roundTrip };
  }
  const restarts = draft.faults.some((fault) => fault.kind === 'crash' && fault.duration !== null);
  const interval = dice.of([1, 3, 16, 128]);
  const requestTimeout = 6 * roundTrip + 2 * slow + 100 * MILLISECOND;
  const options = {
    batch,
    pipeline: dice.of([0, 1, 16]),
    checkpointInterval: interval,
    watermarkWindow: dice.of([null, null, interval, 2 * interval + 1]),
    requestTimeout,
    viewChangeTimeout: requestTimeout,
    statusInterval: dice.between(50, 200) * MILLISECOND + roundTrip,
    auth: dice.of(['signature', 'signature', 'mac', 'proofs']),
    clientSignatures: dice.chance(0.5),
    durable: restarts || dice.chance(0.3),
    chunkBytes: dice.of([1024, 1 << 20]),
    ...(dice.chance(0.25) ? { proposer: 'rotating', blockPeriod: dice.of([0, 20 * MILLISECOND]) } : {}),
  };
  return { chosen: protocol('pbft', options), patience: 2 * requestTimeout };
}

/**
 * One to three groups, which together ask for no more than the test's time allows and a tenth of what the cards can carry: so
 * that a system is judged which recovers, not one that drowns in what piled up during a fault, repeated by its clients.
 */
function randomClients(dice: Dice, draft: Draft, horizon: Duration, patience: Duration): ClientGroupSpec[] {
  const { name, network, nodes } = draft;
  const groups = dice.between(1, 3);
  const perRequest = name === 'pbft' ? 2 * nodes * nodes + 2 * nodes : 4 * nodes;
  const card = Math.min(network.egress.bitsPerSecond, network.ingress.bitsPerSecond);
  const bitsPerRequest = 8 * nodes * (LARGEST_REQUEST + 160 * nodes);
  // Where every loss waits for the protocol's own repetition, PBFT with batches of one may manage three a second.
  const repeated = name === 'pbft' && network.loss > 0 && network.transport === 'datagram' ? 1 : 40;
  const affordable = Math.min(
    repeated,
    (MESSAGES_PER_SCENARIO / perRequest / horizon) * SECOND,
    (0.1 * card) / bitsPerRequest,
  );
  const rate = affordable / groups;
  const clients: ClientGroupSpec[] = [];
  for (let i = 0; i < groups; i++) {
    const pause = SECOND / rate;
    const load = dice.chance(0.5)
      ? dice.of([openLoad(rate), openLoad(rate, 'constant'), bursty(rate)])
      : randomClosedLoop(dice, pause);
    // Clients on a machine share its fate; there is always a group elsewhere.
    const place = i > 0 && dice.chance(0.4) ? { node: dice.below(nodes) } : { site: dice.below(network.sites.length) };
    const node = dice.below(nodes);
    const submit = dice.of<ClientGroupSpec['submit']>([null, null, 'nearest', 'all', { node }]);
    clients.push({
      place,
      load,
      // Echo answers from the node that was asked, and no client may be left with a dead one: there it stays the rule's.
      submit: name === 'echo' ? null : submit,
      replyQuorum: null,
      retryAfter: name === 'echo' ? null : patience + dice.below(100) * MILLISECOND,
    });
  }
  return clients;
}

const MESSAGES_PER_SCENARIO = 40_000;
const LARGEST_REQUEST = 4096;

/** `rate` on average, nearly: half of it while calm, three times as much in bursts. */
function bursty(rate: number): LoadSpec {
  const options = { rate: rate / 2, burstRate: rate * 3, calm: 1 * SECOND, burst: 200 * MILLISECOND };
  return { kind: 'open', arrivals: { name: 'bursty', options } };
}

function randomClosedLoop(dice: Dice, pause: Duration): LoadSpec {
  const clients = dice.between(1, 4);
  const outstanding = dice.between(1, 3);
  const think = pause * clients * outstanding;
  const law: DistributionSpec = dice.of([constant(Math.round(think)), { kind: 'exponential', mean: think }]);
  return { ...closedLoop(clients, outstanding, law), initialSpread: Math.round(pause * dice.of([0, 1, 3])) };
}

/** A scenario in one line, for a failure message. */
export function compact(spec: RunSpec): string {
  return JSON.stringify(spec, (_key, value) => {
    if (ArrayBuffer.isView(value)) return [...(value as Float64Array)].join(' ');
    return value === UNLIMITED ? 'unlimited' : (value as unknown);
  });
}
