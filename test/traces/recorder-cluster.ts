/**
 * A cluster of replicas on recorder hosts, driven by hand: messages lie in a bag until delivered, timers until fired, virtual
 * time moves when told. Traces drive it by commands, property tests by random schedules; agreement is judged at every commit.
 */
import { absorb, Purpose, stream } from '../../src/kernel/random.ts';
import type { Batch } from '../../src/ledger/batch.ts';
import type {
  AdminCommand,
  AnyProtocol,
  ProtocolMessage,
  ReplicaStatus,
  SnapshotRef,
} from '../../src/protocols/protocol.ts';
import type { Bytes, Digest, Duration, Instant, NodeId, Position, RequestId } from '../../src/units/quantities.ts';
import { type Effect, Names } from './effects.ts';
import { type ArmedTimer, GENESIS, RecorderNode } from './recorder-node.ts';

export interface RecorderSetting {
  readonly n: number;
  readonly options: unknown;
  /** For timer spreads and node secrets. */
  readonly seed?: number;
  /** auto: writes are durable and committed positions executed as soon as the handler ends. */
  readonly persistence?: 'auto' | 'manual';
  readonly execution?: 'auto' | 'manual';
  /** What every snapshot weighs; else 64 bytes and 64 for each executed request. */
  readonly stateBytes?: Bytes | null;
  /** Faulty nodes: what they really send in place of a message, per receiver (null: nothing). They are outside all checks. */
  readonly byzantine?: ReadonlyMap<NodeId, Tamper>;
}

export type Tamper = (message: ProtocolMessage, to: NodeId, cluster: RecorderCluster) => ProtocolMessage | null;

/** A message under way, or (with `requests`) client requests that one node forwarded to another. */
export interface Pending {
  readonly from: NodeId;
  readonly to: NodeId;
  /** The message's name in the definition, or `forward`. */
  readonly name: string;
  readonly message: ProtocolMessage | null;
  readonly requests: readonly RequestId[] | null;
}

export class RecorderCluster {
  readonly definition: AnyProtocol;
  readonly options: unknown;
  readonly n: number;
  readonly seed: number;
  readonly nodes: readonly RecorderNode[];
  readonly names = new Names();
  readonly requestBytes = new Map<RequestId, Bytes>();
  persistence: 'auto' | 'manual';
  execution: 'auto' | 'manual';
  now: Instant = 0;
  /** In send order. */
  readonly pending: Pending[] = [];
  /** What happened since the last `takeEffects`. */
  private effects: Effect[] = [];
  /** Broken promises: agreement, state agreement, one leader per term, stale reads. Sentences with values. */
  readonly violations: string[] = [];
  /** Position → the digest that a correct node committed there first. */
  readonly agreed = new Map<Position, { readonly digest: Digest; readonly node: NodeId }>();
  /** The highest position executed at a correct node. */
  highestExecuted: Position = 0;
  private readonly stateBytes: Bytes | null;
  private readonly byzantine: ReadonlyMap<NodeId, Tamper>;
  private readonly agreedStates = new Map<Position, Digest>([[0, GENESIS]]);
  private readonly leaders = new Map<number, NodeId>();
  private readonly snapshots = new Map<string, ReadonlySet<RequestId>>();
  private readonly cutLinks = new Set<string>();
  private readonly heldLinks = new Set<string>();
  private orders = 0;

  constructor(definition: AnyProtocol, setting: RecorderSetting) {
    this.definition = definition;
    this.options = setting.options;
    this.n = setting.n;
    this.seed = setting.seed ?? 1;
    this.persistence = setting.persistence ?? 'auto';
    this.execution = setting.execution ?? 'auto';
    this.stateBytes = setting.stateBytes ?? null;
    this.byzantine = setting.byzantine ?? new Map();
    this.names.state(0, GENESIS);
    this.nodes = Array.from({ length: setting.n }, (_, self) => new RecorderNode(this, self));
    for (const node of this.nodes) node.boot(false);
  }

  // --- What a test does to the cluster ---------------------------------------------------------------------------------

  /** Client requests reach a node in one drain. False when the node is down (they are lost) or knows them all. */
  request(node: NodeId, ids: readonly RequestId[], bytes: Bytes = 100): boolean {
    for (const id of ids) if (!this.requestBytes.has(id)) this.requestBytes.set(id, bytes);
    const host = this.node(node);
    if (host.replica === null || host.mempool.add(ids) === 0) return false;
    host.handle((replica) => replica.requestsArrived());
    return true;
  }

  /** Reads reach a node; returns the id of the first. Throws where the protocol orders its reads. */
  read(node: NodeId, count: number): number {
    if (this.definition.client(this.options, this.n).reads !== 'separate')
      throw new Error(`${this.definition.name} orders its reads like requests: use request`);
    const host = this.node(node);
    if (host.replica === null) throw new Error(`node ${node} is down`);
    const first = host.openRead(count);
    host.handle((replica) => replica.readsArrived(first, count));
    return first;
  }

  /** True where the link is not held. */
  isDeliverable(pending: Pending): boolean {
    return !this.heldLinks.has(`${pending.from}->${pending.to}`);
  }

  /** Delivers one pending message, by its place in `pending`. To a node that is down it is lost. */
  deliver(index: number): void {
    const [pending] = this.pending.splice(index, 1);
    if (pending === undefined) throw new Error(`there is no pending message ${index} of ${this.pending.length}`);
    const { from, to, name, message, requests } = pending;
    const host = this.node(to);
    if (host.replica === null) return;
    this.event(to, `${to} receives ${name} from ${from}`);
    if (message !== null) host.handle((replica) => replica.receive(from, message));
    else if (requests !== null && host.mempool.add(requests) > 0) host.handle((replica) => replica.requestsArrived());
  }

  /** Loses one pending message. */
  drop(index: number): void {
    this.pending.splice(index, 1);
  }

  /** A second copy of a pending message, behind all others. */
  duplicate(index: number): void {
    this.pending.push(this.pending[index] as Pending);
  }

  /** Delivers in send order until nothing deliverable is left. Throws after `most` deliveries: replicas that never fall silent. */
  deliverAll(most = 100_000): number {
    for (let done = 0; done <= most; done++) {
      const index = this.pending.findIndex((pending) => this.isDeliverable(pending));
      if (index < 0) return done;
      this.deliver(index);
    }
    throw new Error(`still messages to deliver after ${most}`);
  }

  /** Armed timers of all nodes, the next due first. */
  timers(): ArmedTimer[] {
    const all = this.nodes.flatMap((node) => [...node.timers.values()]);
    return all.sort((a, b) => a.due - b.due || a.order - b.order);
  }

  /** Fires an armed timer; time moves on to its due instant if that lies ahead, so no timer ever fires early. */
  fire(timer: ArmedTimer): void {
    const host = this.node(timer.node);
    if (!host.timers.delete(`${timer.timer} ${timer.key}`))
      throw new Error(`node ${timer.node} has no timer ${this.definition.timers[timer.timer]} ${timer.key} armed`);
    this.now = Math.max(this.now, timer.due);
    this.event(timer.node, `${timer.node} ${this.definition.timers[timer.timer]} ${timer.key} fires`);
    host.handle((replica) => replica.timeout(timer.timer, timer.key));
  }

  /** Moves time on and fires what falls due, in order, delivering nothing (`delivering`: everything, at once). */
  advance(duration: Duration, delivering = false): void {
    const end = this.now + duration;
    if (delivering) this.deliverAll();
    for (let next = this.timers()[0]; next !== undefined && next.due <= end; next = this.timers()[0]) {
      this.fire(next);
      if (delivering) this.deliverAll();
    }
    this.now = end;
  }

  /** Completes the waiting writes of a node, all or the first `count`. */
  persist(node: NodeId, count = Number.POSITIVE_INFINITY): void {
    const host = this.node(node);
    host.handle(() => host.completeWrites(count));
  }

  /** Executes up to `count` committed positions of a node. */
  execute(node: NodeId, count = Number.POSITIVE_INFINITY): void {
    const host = this.node(node);
    host.handle(() => {
      for (let done = 0; done < count && host.executeNext(); done++);
    });
  }

  /** Everything volatile is lost, and so is what is under way to the node (its connections break). */
  crash(node: NodeId): void {
    if (this.node(node).replica === null) throw new Error(`node ${node} is down already`);
    this.node(node).crash();
    this.lose((pending) => pending.to === node);
  }

  restart(node: NodeId): void {
    if (this.node(node).replica !== null) throw new Error(`node ${node} is up: crash it first`);
    this.node(node).boot(true);
  }

  /** Whatever is sent over the link from now on is lost, and what is under way on it. */
  cut(from: NodeId, to: NodeId): void {
    this.cutLinks.add(`${from}->${to}`);
    this.lose((pending) => pending.from === from && pending.to === to);
  }

  /** What is sent over the link waits until `heal`. */
  hold(from: NodeId, to: NodeId): void {
    this.heldLinks.add(`${from}->${to}`);
  }

  /** Cuts every link between nodes of different groups; nodes that are not named form one more group. */
  partition(groups: readonly (readonly NodeId[])[]): void {
    const groupOf = (node: NodeId) => groups.findIndex((group) => group.includes(node));
    for (let a = 0; a < this.n; a++) for (let b = 0; b < this.n; b++) if (groupOf(a) !== groupOf(b)) this.cut(a, b);
  }

  heal(): void {
    this.cutLinks.clear();
    this.heldLinks.clear();
  }

  command(node: NodeId, command: AdminCommand): void {
    this.node(node).handle((replica) => replica.command(command));
  }

  /** A message that nobody sent, as if `from` had. */
  forge(from: NodeId, to: NodeId, message: ProtocolMessage): void {
    this.pending.push({ from, to, name: this.nameOf(message), message, requests: null });
  }

  // --- What a test sees of it ------------------------------------------------------------------------------------------

  node(id: NodeId): RecorderNode {
    const node = this.nodes[id];
    if (node === undefined) throw new Error(`there is no node ${id}: the cluster has 0 to ${this.n - 1}`);
    return node;
  }

  isUp(node: NodeId): boolean {
    return this.node(node).replica !== null;
  }

  isByzantine(node: NodeId): boolean {
    return this.byzantine.has(node);
  }

  /** null while the node is down. */
  status(node: NodeId): ReplicaStatus | null {
    return this.node(node).replica?.status() ?? null;
  }

  takeEffects(): Effect[] {
    const taken = this.effects;
    this.effects = [];
    return taken;
  }

  signatureOf(signer: NodeId, digest: Digest): number {
    const signature = absorb(stream(this.seed, Purpose.sign, signer), digest);
    this.names.signature(signer, signature);
    return signature;
  }

  // --- What recorder nodes call ----------------------------------------------------------------------------------------

  record(effect: Effect): void {
    this.effects.push(effect);
  }

  nextOrder(): number {
    return this.orders++;
  }

  dispatch(from: NodeId, to: NodeId, message: ProtocolMessage): void {
    const tamper = this.byzantine.get(from);
    const sent = tamper === undefined ? message : tamper(message, to, this);
    if (sent === null || this.isLost(from, to)) return;
    this.pending.push({ from, to, name: this.nameOf(sent), message: sent, requests: null });
  }

  dispatchForward(from: NodeId, to: NodeId, requests: readonly RequestId[]): void {
    if (!this.isLost(from, to)) this.pending.push({ from, to, name: 'forward', message: null, requests });
  }

  judgeCommit(node: NodeId, position: Position, batch: Batch | null): void {
    if (batch !== null) this.names.batch(batch);
    if (this.isByzantine(node)) return;
    const digest = batch === null ? 0 : batch.digest;
    const first = this.agreed.get(position);
    if (first === undefined) this.agreed.set(position, { digest, node });
    else if (first.digest !== digest)
      this.violated(
        `agreement: node ${node} committed ${this.names.digest(digest)} at ${position}, node ${first.node} ${this.names.digest(first.digest)}`,
      );
  }

  judgeState(node: NodeId, position: Position, digest: Digest): void {
    this.names.state(position, digest);
    if (this.isByzantine(node)) return;
    this.highestExecuted = Math.max(this.highestExecuted, position);
    const first = this.agreedStates.get(position);
    if (first === undefined) this.agreedStates.set(position, digest);
    else if (first !== digest)
      this.violated(`state: node ${node} is in another state than others after position ${position}`);
  }

  judgeLeader(node: NodeId, term: number): void {
    if (this.isByzantine(node)) return;
    const first = this.leaders.get(term);
    if (first === undefined) this.leaders.set(term, node);
    else if (first !== node) this.violated(`leadership: nodes ${first} and ${node} both lead term ${term}`);
  }

  violated(text: string): void {
    this.violations.push(text);
    this.record({ kind: 'violation', node: -1, text });
  }

  takeSnapshot(position: Position, digest: Digest, executed: ReadonlySet<RequestId>): SnapshotRef {
    const key = `${position} ${digest}`;
    if (!this.snapshots.has(key)) this.snapshots.set(key, new Set(executed));
    return { position, digest, bytes: this.stateBytes ?? 64 + 64 * executed.size };
  }

  /** The requests executed in a snapshot. Throws for one that no node took: a replica must verify before it installs. */
  contentOf(snapshot: SnapshotRef): ReadonlySet<RequestId> {
    const content = this.snapshots.get(`${snapshot.position} ${snapshot.digest}`);
    if (content === undefined) throw new Error(`no node ever took the snapshot ${this.names.value(snapshot)}`);
    return content;
  }

  private event(node: NodeId, text: string): void {
    this.effects.push({ kind: 'event', node, text });
  }

  private nameOf(message: ProtocolMessage): string {
    const name = this.definition.messages[message.type];
    if (name === undefined)
      throw new Error(`message type ${message.type} has no name in the definition of ${this.definition.name}`);
    return name;
  }

  private isLost(from: NodeId, to: NodeId): boolean {
    return this.cutLinks.has(`${from}->${to}`) || this.nodes[to]?.replica === null;
  }

  private lose(which: (pending: Pending) => boolean): void {
    for (let i = this.pending.length - 1; i >= 0; i--) if (which(this.pending[i] as Pending)) this.pending.splice(i, 1);
  }
}
