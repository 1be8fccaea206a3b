/**
 * What the parts of one run share: the specification, protocol, workload, ledger, messages in flight, measurement and checks. Both
 * kernels build their nodes and clients over one of these.
 */
import { RunChecks } from '../checks/run-checks.ts';
import { createSampler } from '../kernel/distributions.ts';
import { absorb, draw, Purpose, stream } from '../kernel/random.ts';
import { RunDigest } from '../kernel/run-digest.ts';
import type { Sampler } from '../kernel/sampler.ts';
import type { Batch } from '../ledger/batch.ts';
import { type Execution, Ledger } from '../ledger/execution.ts';
import {
  DepartureColumn as D,
  DEPARTURE,
  DOUBLES,
  FlightColumn as F,
  FlightKind,
  Flights,
  INTS,
} from '../network/flights.ts';
import { nanosecondsPerByte, wireBytes } from '../network/wire.ts';
import type { AnyProtocol, ClientRule } from '../protocols/protocol.ts';
import { protocolNamed } from '../protocols/registry.ts';
import {
  type Bytes,
  type Digest,
  type Instant,
  NEVER,
  type NodeId,
  type Position,
  type RequestId,
} from '../units/quantities.ts';
import { arrivalsNamed } from '../workloads/arrival-registry.ts';
import type { ArrivalProcess } from '../workloads/arrivals.ts';
import { workloadNamed } from '../workloads/registry.ts';
import type { Workload } from '../workloads/workload.ts';
import { Costs } from './costs.ts';
import { InvalidRequests } from './invalid-requests.ts';
import type { RequestSizes } from './mempool.ts';
import { Meter } from './meter.ts';
import type { Clients, Participant } from './participants.ts';
import type { NamedOptions, RunSpec } from './run-spec.ts';

/** Bytes of a client's signature on a request, where the protocol's clients sign. */
export const CLIENT_SIGNATURE: Bytes = 64;

/** A class rather than a closure: V8 inlines what it finds by a constant of the class without looking at it again (ADR 0009). */
class SignedRequests implements RequestSizes {
  private readonly workload: Workload;
  private readonly signature: Bytes;

  constructor(workload: Workload, signature: Bytes) {
    this.workload = workload;
    this.signature = signature;
  }

  bytes(id: RequestId): Bytes {
    return this.workload.bytes(id) + this.signature;
  }
}

export class World {
  readonly spec: RunSpec;
  readonly protocol: AnyProtocol;
  readonly options: unknown;
  readonly rule: ClientRule;
  readonly workload: Workload;
  /** What a request weighs: its own bytes and its client's signature. */
  readonly requests: RequestSizes;
  readonly ledger: Ledger;
  readonly flights = new Flights();
  readonly costs: Costs;
  readonly meter: Meter;
  readonly checks: RunChecks;
  readonly digest = new RunDigest();
  readonly groups: number;
  readonly separateReads: boolean;
  readonly keepsDurable: boolean;
  readonly firstLeader: NodeId;
  /** Executed requests that changed nothing. */
  private readonly invalid = new InvalidRequests();
  readonly nodes: Participant[] = [];
  readonly clients: Clients[] = [];
  /** Messages by name: the protocol's own, then request, reply, forward. */
  readonly sent: Float64Array;
  readonly delivered: Float64Array;
  readonly disk: Sampler;
  readonly diskPerByte: number;
  private readonly executionTimes: Sampler | null;
  private readonly executionStream: number;
  private readonly diskStream: number;
  private readonly signatureStream: number;
  private readonly leaderMark: number;
  private readonly segmentBytes: Bytes;
  private readonly headerBytes: Bytes;
  readonly clientVerify: number;

  constructor(spec: RunSpec, protocol: AnyProtocol = protocolNamed(spec.protocol.name)) {
    this.spec = spec;
    this.protocol = protocol;
    const drawn = stream(spec.seed, Purpose.protocol);
    this.options = protocol.forRun?.(spec.protocol.options, spec.nodes, (i) => draw(drawn, i)) ?? spec.protocol.options;
    this.rule = this.protocol.client(this.options, spec.nodes);
    this.groups = Math.max(1, spec.clients.length);
    this.workload = workloadNamed(spec.workload.name).create(spec.workload.options, {
      seed: spec.seed,
      groups: this.groups,
    });
    this.ledger = new Ledger(this.workload, this.groups);
    this.latest = new Float64Array(this.groups).fill(-1);
    this.costs = new Costs(spec.machine);
    this.meter = new Meter(spec);
    this.checks = new RunChecks({
      groups: this.groups,
      leaderOf: (term) => this.protocol.leaderOf(term, spec.nodes),
      submitted: (group) => this.clients[group]?.issued ?? 0,
    });
    this.separateReads = this.rule.reads === 'separate' && this.workload.hasReads;
    this.keepsDurable =
      this.protocol.isDurable(this.options) &&
      spec.faults.some((fault) => fault.kind === 'crash' && fault.duration !== null);
    const named = this.protocol.leaderOf(0, spec.nodes);
    const initial = (this.options as { readonly initialLeader?: number | null }).initialLeader;
    this.firstLeader = named >= 0 ? named : (initial ?? 0);
    this.sent = new Float64Array(this.protocol.messages.length + 3);
    this.delivered = new Float64Array(this.protocol.messages.length + 3);
    this.disk = createSampler(spec.machine.disk.fsync);
    this.diskPerByte = nanosecondsPerByte(spec.machine.disk.bitsPerSecond);
    const { execution, executionLaw } = spec.machine;
    this.executionTimes =
      executionLaw === undefined || execution === 0 ? null : createSampler({ kind: executionLaw, mean: execution });
    this.executionStream = stream(spec.seed, Purpose.execution);
    this.diskStream = stream(spec.seed, Purpose.disk);
    this.signatureStream = stream(spec.seed, Purpose.sign);
    this.leaderMark = this.protocol.marks.indexOf('leader');
    this.segmentBytes = spec.network.segmentBytes;
    this.headerBytes = spec.network.headerBytes;
    this.requests = new SignedRequests(this.workload, this.rule.signed ? CLIENT_SIGNATURE : 0);
    this.clientVerify = this.rule.signed ? this.costs.verifySignature : 0;
  }

  arrivals(named: NamedOptions, group: number): ArrivalProcess {
    return arrivalsNamed(named.name).create(named.options, { seed: this.spec.seed, group });
  }

  /** ns on the protocol thread for executing a batch. */
  executionCost({ ids }: Batch): number {
    const { executionTimes } = this;
    if (executionTimes === null) return this.costs.execution * ids.length;
    let sum = 0;
    for (let i = 0; i < ids.length; i++)
      sum += Math.floor(executionTimes.draw(draw(this.executionStream, ids[i] as RequestId)));
    return sum;
  }

  /** Whether a disk write takes any time at all. */
  get diskIsFree(): boolean {
    return this.disk.mean === 0 && this.diskPerByte === 0;
  }

  /** ns of the node's fsync number `count` for `bytes`. */
  fsync(node: NodeId, count: number, bytes: Bytes): number {
    return (
      Math.floor(this.disk.draw(draw(this.diskStream ^ Math.imul(node + 1, 0x9e3779b1), count))) +
      Math.floor(bytes * this.diskPerByte)
    );
  }

  /** A node executed a position: judged, and invalid requests are noted where they took effect first. */
  executed(node: NodeId, at: number, position: number, batch: Batch | null, outcome: Execution): void {
    if (
      batch !== null &&
      this.workload.executes &&
      position === this.ledger.executedPosition &&
      position > this.noted
    ) {
      this.noted = position;
      for (let i = 0; i < batch.ids.length; i++) {
        const id = batch.ids[i] as RequestId;
        if (outcome.valid[i] === 0) this.invalid.add(id, position);
        const group = this.groups === 1 ? 0 : id % this.groups;
        if (id > (this.latest[group] as number)) this.latest[group] = id;
        else if (outcome.valid[i] !== 2) this.overtaken++;
      }
    }
    this.checks.executed(node, at, position, batch, outcome);
  }
  private noted = 0;
  /** By client group, the latest of its requests that was executed. */
  private readonly latest: Float64Array;
  /** Requests that were executed after a later one of their client group. */
  overtaken = 0;

  signature(node: NodeId, digest: Digest): number {
    return absorb(absorb(this.signatureStream, node), digest);
  }

  mark(node: NodeId, at: number, id: number, a: number, b: number): void {
    if (id === this.leaderMark) this.checks.leads(node, at, a);
    this.meter.event(at, node, 'mark', `${this.protocol.marks[id]} ${a}${b === 0 ? '' : ` ${b}`}`);
  }

  // Messages. Each `launch…` fills a flight's columns but for its departure; the caller signs, queues and posts it.

  /** ns of signing for the flight launched last, on the sender's cores. */
  launchCost = 0;
  /** The signature begun before that this flight waits for; −1: none. Only of protocol messages. */
  launchAwaits = -1;

  private launch(source: number, sequence: number, kind: number, copies: number, bytes: Bytes, at: number): number {
    const { flights } = this;
    const flight = flights.take(copies);
    const { ints, doubles, departures } = flights;
    const row = flight * INTS;
    ints[row + F.source] = source;
    ints[row + F.sequence] = sequence;
    ints[row + F.wire] = this.wireOf(bytes);
    ints[row + F.index] = -1;
    ints[row + F.kind] = kind;
    ints[row + F.wide] = 0;
    doubles[flight * DOUBLES + F.spread] = 0;
    const leaves = flight * DEPARTURE;
    departures[leaves + D.start] = at;
    departures[leaves + D.fraction] = 0;
    departures[leaves + D.first] = 0;
    departures[leaves + D.step] = 0;
    this.launchCost = 0;
    return flight;
  }

  launchProtocol(
    node: NodeId,
    sequence: number,
    message: { readonly type: number },
    copies: number,
    wide: boolean,
    at: number,
  ): number {
    const { flights, protocol, costs } = this;
    const n = this.spec.nodes;
    const flight = this.launch(node, sequence, FlightKind.protocol, copies, protocol.sizeOf(message, n), at);
    const work = protocol.workOf(message, n, this.options);
    flights.ints[flight * INTS + F.wide] = wide ? 1 : 0;
    flights.ints[flight * INTS + F.hash] = protocol.hashOf(message);
    flights.ints[flight * INTS + F.subject] = message.type;
    flights.doubles[flight * DOUBLES + F.verify] = costs.receiving(work);
    flights.load[flight] = message;
    this.launchCost = costs.sending(work);
    this.launchAwaits = work.awaits ?? -1;
    this.sent[message.type] = (this.sent[message.type] as number) + copies;
    const signatures = this.launchAwaits < 0 ? work.signs : work.signs + 1;
    this.meter.onSend(at, 0, copies, (flights.ints[flight * INTS + F.wire] as number) * copies, signatures);
    return flight;
  }

  launchRequest(source: number, sequence: number, id: RequestId, at: number): number {
    const { flights } = this;
    const flight = this.launch(source, sequence, FlightKind.request, 1, this.requests.bytes(id), at);
    flights.ints[flight * INTS + F.subject] = id;
    flights.ints[flight * INTS + F.hash] = id;
    flights.doubles[flight * DOUBLES + F.verify] = this.clientVerify;
    const name = this.protocol.messages.length;
    this.sent[name] = (this.sent[name] as number) + 1;
    this.meter.onSend(at, 1, 1, flights.ints[flight * INTS + F.wire] as number, this.rule.signed ? 1 : 0);
    return flight;
  }

  /** Requests that leave by lanes, with the instants at which they do, which ascend: counted like any others. */
  countRequests(ids: Int32Array, times: Float64Array, count: number): void {
    this.flights.takeLight(count);
    const name = this.protocol.messages.length;
    this.sent[name] = (this.sent[name] as number) + count;
    const signatures = this.rule.signed ? 1 : 0;
    if (count === 0) return;
    if (this.meter.together(times[0] as number, times[count - 1] as number)) {
      let bytes = 0;
      for (let i = 0; i < count; i++) bytes += this.requestWire(ids[i] as RequestId);
      return this.meter.onSend(times[0] as number, 1, count, bytes, signatures * count);
    }
    for (let i = 0; i < count; i++)
      this.meter.onSend(times[i] as number, 1, 1, this.requestWire(ids[i] as RequestId), signatures);
  }

  requestWire(id: RequestId): Bytes {
    return this.wireOf(this.requests.bytes(id));
  }

  /** Replies on a lane, handed to the card together: counted like any other. */
  countReplies(count: number, bytes: Bytes, at: number): void {
    this.flights.takeLight(count);
    const name = this.protocol.messages.length + 1;
    this.sent[name] = (this.sent[name] as number) + count;
    this.meter.onSend(at, 2, count, bytes, 0);
  }

  replyWire(id: RequestId): Bytes {
    return this.wireOf(this.workload.replyBytes(id));
  }

  private wireOf(bytes: Bytes): Bytes {
    return bytes <= this.segmentBytes ? bytes + this.headerBytes : wireBytes(this.spec.network, bytes);
  }

  /** ns of making a reply. */
  get replyCost(): number {
    return this.protocol.trust === 'byzantine' ? this.costs.mac : 0;
  }

  launchReply(
    node: Participant,
    id: RequestId,
    valid: boolean,
    position: number,
    batch: Batch | null,
    index: number,
    at: number,
  ): number {
    const { flights } = this;
    const flight = this.launch(node.self, node.sequence++, FlightKind.reply, 1, this.workload.replyBytes(id), at);
    flights.ints[flight * INTS + F.subject] = id;
    flights.ints[flight * INTS + F.result] = (position << 1) | (valid ? 1 : 0);
    flights.ints[flight * INTS + F.hash] = absorb(id, flights.ints[flight * INTS + F.result] as number);
    flights.ints[flight * INTS + F.detail] = node.leader;
    flights.ints[flight * INTS + F.index] = index;
    flights.doubles[flight * DOUBLES + F.verify] = 0;
    flights.load[flight] = batch;
    this.launchCost = this.replyCost;
    const name = this.protocol.messages.length + 1;
    this.sent[name] = (this.sent[name] as number) + 1;
    this.meter.onSend(at, 2, 1, flights.ints[flight * INTS + F.wire] as number, 0);
    return flight;
  }

  launchForward(node: Participant, ids: Int32Array, at: number): number {
    const { flights } = this;
    let bytes = 0;
    for (let i = 0; i < ids.length; i++) bytes += this.requests.bytes(ids[i] as number);
    const flight = this.launch(node.self, node.sequence++, FlightKind.forward, 1, bytes, at);
    flights.ints[flight * INTS + F.subject] = ids.length;
    flights.ints[flight * INTS + F.hash] = absorb(ids.length, ids[0] as number);
    flights.doubles[flight * DOUBLES + F.verify] = this.clientVerify * ids.length;
    flights.load[flight] = ids;
    const name = this.protocol.messages.length + 2;
    this.sent[name] = (this.sent[name] as number) + 1;
    this.meter.onSend(at, 1, 1, flights.ints[flight * INTS + F.wire] as number, 0);
    return flight;
  }

  /** Whether an executed request was valid. Asked of one that no client waits for any more, it may say so wrongly: nobody looks. */
  wasValid(id: RequestId): boolean {
    return this.invalid.size === 0 || !this.invalid.has(id);
  }

  /** Drops what is known of invalid requests that every replica has passed (`below`) and whose clients hold them as final. */
  forgetInvalid(now: Instant, below: Position): void {
    const oldest = new Map<number, Instant>();
    this.invalid.forget(now, this.ledger.executedPosition, below, (id) => {
      const group = id % this.groups;
      let first = oldest.get(group);
      if (first === undefined) {
        first = (this.clients[group] as Clients).unfinished().reduce((least, sent) => Math.min(least, sent), NEVER);
        oldest.set(group, first);
      }
      return first;
    });
  }
}
