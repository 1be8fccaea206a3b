// Raft's safety properties (thesis figure 3.2) under random delays, reordering, loss, duplication, partitions, crashes and slow
// disks: election safety, log matching, leader completeness, state machine safety, fresh reads; and progress once all is healed.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { draw, stream } from '../../src/kernel/random.ts';
import type { Batch } from '../../src/ledger/batch.ts';
import type { AnyProtocol } from '../../src/protocols/protocol.ts';
import type { RaftDurable } from '../../src/protocols/raft/durable.ts';
import type { RaftHost } from '../../src/protocols/raft/host.ts';
import type { RaftOptions } from '../../src/protocols/raft/options.ts';
import { raft } from '../../src/protocols/raft/raft.ts';
import type { RaftState } from '../../src/protocols/raft/state.ts';
import { defaultsOf } from '../../src/units/options.ts';
import { MILLISECOND } from '../../src/units/quantities.ts';
import { RecorderCluster } from '../traces/harness.ts';
import type { RecorderNode } from '../traces/recorder-node.ts';

const LEADER_MARK = raft.marks.indexOf('leader');
const REQUESTS_BEFORE_HEAL = 1000;
const SHORT_STORIES = Number(process.env.RAFT_SHORT ?? 1000);
const MOST_WEIGHT = {
  deliver: 1000,
  persist: 300,
  execute: 200,
  fire: 60,
  request: 60,
  read: 30,
  drop: 40,
  duplicate: 20,
  crash: 6,
  partition: 6,
  heal: 8,
  transfer: 6,
};

/** Raft on hosts whose disk and processor cost nothing: they report back in the middle of a handler. */
const onEagerHosts: AnyProtocol = {
  ...raft,
  create: (host: RaftHost, options: RaftOptions, recovered: RaftDurable | null) =>
    raft.create(eager(host as unknown as RecorderNode), options, recovered),
};

describe('under random schedules', () => {
  test('Raft keeps its safety properties and recovers when the faults end', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(fc.integer(), (seed) => new Story(raft, seed, seen).run()),
      { numRuns: 150, seed: 3 },
    );
    // The schedules are worth something only if they reach the rare paths.
    for (const name of raft.marks) expect(seen.get(name) ?? 0, `times that ${name} happened`).toBeGreaterThan(10);
    for (const name of raft.messages) expect(seen.get(name) ?? 0, `messages ${name} received`).toBeGreaterThan(10);
  });

  test('so it does in many short schedules, which end in the middle of whatever goes on', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 20, max: 200 }), (seed, steps) =>
        new Story(raft, seed, seen).run(steps),
      ),
      { numRuns: SHORT_STORIES, seed: 5 },
    );
    for (const name of ['leader', 'election', 'snapshot-installed', 'log-truncated'])
      expect(seen.get(name) ?? 0, `times that ${name} happened`).toBeGreaterThan(10);
  });

  test('the same holds where writes and executions are reported at once, inside the handler that asked for them', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(fc.integer(), (seed) => new Story(onEagerHosts, seed, seen).run()),
      { numRuns: 40, seed: 4 },
    );
    for (const name of ['leader', 'snapshot-installed', 'read-index-response'])
      expect(seen.get(name) ?? 0, `times that ${name} happened`).toBeGreaterThan(10);
  });
});

function eager(node: RecorderNode): RaftHost {
  return new Proxy(node, {
    get(target, key) {
      if (key === 'persist')
        return (change: unknown, bytes: number, ticket: number) => {
          target.persist(change, bytes, ticket);
          target.completeWrites(1);
        };
      if (key === 'commit')
        return (position: number, batch: Batch | null) => {
          target.commit(position, batch);
          target.executeNext();
        };
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  }) as unknown as RaftHost;
}

class Story {
  readonly cluster: RecorderCluster;
  private readonly options: RaftOptions;
  private readonly bits: number;
  private draws = 0;
  private requests = 0;
  private readonly seen: Map<string, number>;
  /** How often each action happens, out of `totalWeight`: another mixture in each story (swarm testing). */
  private readonly weights: readonly (readonly [string, number])[];
  private readonly totalWeight: number;
  /** Position → the term of the node that committed it first. */
  private readonly committedIn = new Map<number, number>();

  constructor(definition: AnyProtocol, seed: number, seen: Map<string, number>) {
    this.bits = stream(seed, 0);
    this.seen = seen;
    const mixture = Object.entries(MOST_WEIGHT).map(([action, most]) => {
      return [action, action === 'deliver' ? most : Math.floor((most * this.below(4)) / 3)] as const;
    });
    this.weights = mixture;
    this.totalWeight = mixture.reduce((sum, [, weight]) => sum + weight, 0);
    const ticks = this.below(3) === 0;
    const n = 3 + this.below(5);
    this.options = {
      ...defaultsOf(raft.options),
      ...(ticks ? { tick: 25 * MILLISECOND } : {}),
      preVote: this.below(2) === 0,
      checkQuorum: this.below(2) === 0,
      electionReset: this.below(2) === 0 ? 'vote' : 'follower',
      batch: { maxTransactions: 1 + this.below(3), maxBytes: 300, timeout: this.below(3) === 0 ? 5 * MILLISECOND : 0 },
      maxInflight: 1 + this.below(4),
      snapshotEvery: 2 + this.below(10),
      snapshotKeep: this.below(4),
      snapshotChunk: 100,
      initialLeader: this.below(3) === 0 ? this.below(n) : null,
    };
    const persistence = this.below(2) === 0 ? 'auto' : 'manual';
    const execution = this.below(2) === 0 ? 'auto' : 'manual';
    this.cluster = new RecorderCluster(definition, { n, options: this.options, seed, persistence, execution });
    this.judge();
  }

  run(steps = 1000): void {
    this.disturb(steps);
    this.recover();
  }

  private disturb(steps: number): void {
    for (let step = 0; step < steps; step++) {
      this.step();
      this.judge();
    }
  }

  /** All faults end: a leader emerges, and what is asked now is executed everywhere. */
  private recover(): void {
    const { cluster } = this;
    cluster.heal();
    for (const node of cluster.nodes) if (node.replica === null) cluster.restart(node.self);
    cluster.persistence = cluster.execution = 'auto';
    for (const node of cluster.nodes) node.handle(() => {});
    const hasLeader = () => cluster.nodes.some(({ replica }) => replica?.status().role === 'leader');
    for (let waited = 0; waited < 5000 && (waited < 500 || !hasLeader()); waited += 100) this.advance(100);
    for (const node of cluster.nodes) cluster.request(node.self, [REQUESTS_BEFORE_HEAL + node.self]);
    for (const node of cluster.nodes) cluster.read(node.self, 2);
    this.advance(500);
    this.judge();
    for (const node of cluster.nodes) {
      for (const { self } of cluster.nodes) expect([...node.mempool.executed]).toContain(REQUESTS_BEFORE_HEAL + self);
      expect(node.executedPosition).toBe(cluster.highestExecuted);
      expect([...node.openReads]).toEqual([]);
    }
    expect(cluster.nodes.filter((node) => node.replica?.status().role === 'leader').length).toBe(1);
  }

  private step(): void {
    const { cluster } = this;
    const { pending, n } = cluster;
    const node = this.below(n);
    const up = cluster.isUp(node);
    switch (this.action()) {
      case 'deliver':
        // Mostly the oldest, so that something gets done; now and then any.
        if (pending.length === 0) this.idle();
        else cluster.deliver(this.below(8) > 0 ? 0 : this.below(pending.length));
        return;
      case 'persist':
        cluster.persist(node, 1 + this.below(3));
        return;
      case 'execute':
        cluster.execute(node, 1 + this.below(3));
        return;
      case 'fire':
        this.fire();
        return;
      case 'request':
        if (this.requests < REQUESTS_BEFORE_HEAL - 1) cluster.request(node, [this.requests++]);
        return;
      case 'read':
        if (up) cluster.read(node, 1 + this.below(2));
        return;
      case 'drop':
        if (pending.length > 0) cluster.drop(this.below(pending.length));
        return;
      case 'duplicate':
        if (pending.length > 0) cluster.duplicate(this.below(pending.length));
        return;
      case 'crash':
        if (up) cluster.crash(node);
        else cluster.restart(node);
        return;
      case 'partition': {
        const from = cluster.nodes.filter(({ replica }) => replica?.status().role === 'leader').at(-1)?.self ?? node;
        const size = this.below(Math.ceil(n / 2));
        cluster.partition([Array.from({ length: size + 1 }, (_, i) => (from + i) % n)]);
        return;
      }
      case 'heal':
        cluster.heal();
        for (const { self, replica } of cluster.nodes) if (replica === null) cluster.restart(self);
        return;
      case 'transfer':
        if (up) cluster.command(node, { kind: 'transfer-leadership', to: this.below(n) });
    }
  }

  private action(): string {
    let at = this.below(this.totalWeight);
    for (const [action, weight] of this.weights) {
      at -= weight;
      if (at < 0) return action;
    }
    throw new Error('the weights do not add up');
  }

  /** Nothing is under way: a disk that owes something delivers, else time passes. */
  private idle(): void {
    const writing = this.cluster.nodes.find((node) => node.writes.length > 0);
    if (writing === undefined) this.fire();
    else this.cluster.persist(writing.self);
  }

  private fire(): void {
    const [next] = this.cluster.timers();
    if (next !== undefined) this.cluster.fire(next);
  }

  /** Milliseconds in small steps: what is asked is judged on the way. */
  private advance(milliseconds: number): void {
    for (let done = 0; done < milliseconds; done += 25) {
      this.cluster.advance(25 * MILLISECOND, true);
      this.judge();
    }
  }

  private judge(): void {
    const { cluster } = this;
    for (const effect of cluster.takeEffects()) {
      if (effect.kind === 'event') this.count(effect.text.split(' ')[2] ?? '');
      if (effect.kind === 'commit' && !this.committedIn.has(effect.position))
        this.committedIn.set(effect.position, this.stateOf(effect.node)?.term ?? 0);
      if (effect.kind !== 'mark') continue;
      this.count(raft.marks[effect.mark] as string);
      if (effect.mark === LEADER_MARK) this.judgeCompleteness(effect.node, effect.a);
    }
    expect(cluster.violations).toEqual([]);
    if (this.draws % 32 === 0) this.judgeLogMatching();
  }

  /** A leader's log holds all that was committed in earlier terms. */
  private judgeCompleteness(node: number, term: number): void {
    const state = this.stateOf(node);
    if (state === null || state.term !== term) return;
    for (const [position, committedIn] of this.committedIn) {
      if (committedIn >= term || position <= state.log.base) continue;
      expect(position).toBeLessThanOrEqual(state.log.last);
      expect(state.log.at(position).batch?.digest ?? 0).toBe(this.cluster.agreed.get(position)?.digest);
    }
  }

  /** Two logs that agree in the term of an entry agree in all entries up to it. */
  private judgeLogMatching(): void {
    const logs = this.cluster.nodes.flatMap((node) => this.stateOf(node.self)?.log ?? []);
    for (const a of logs)
      for (const b of logs) {
        const base = Math.max(a.base, b.base);
        let agreed = Math.min(a.last, b.last);
        while (agreed > base && a.termAt(agreed) !== b.termAt(agreed)) agreed--;
        for (let index = agreed; index > base; index--) expect(a.at(index)).toEqual(b.at(index));
      }
  }

  private stateOf(node: number): RaftState | null {
    const { replica } = this.cluster.node(node);
    return replica === null ? null : (replica as unknown as { s: RaftState }).s;
  }

  private count(name: string): void {
    this.seen.set(name, (this.seen.get(name) ?? 0) + 1);
  }

  private below(bound: number): number {
    return (draw(this.bits, this.draws++) >>> 0) % bound;
  }
}
