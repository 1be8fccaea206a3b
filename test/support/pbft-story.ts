// One random schedule of PBFT replicas: messages delayed, reordered, dropped and duplicated, replicas crashed, restarted, cut off or
// Byzantine; then all is healed, and what must hold is judged.
import { expect } from 'vitest';
import { createBatch } from '../../src/ledger/batch.ts';
import {
  COMMIT,
  type Message,
  messageNames,
  NEW_VIEW,
  PRE_PREPARE,
  PREPARE,
  VIEW_CHANGE,
} from '../../src/protocols/pbft/messages.ts';
import type { PbftOptions } from '../../src/protocols/pbft/options.ts';
import { pbft } from '../../src/protocols/pbft/pbft.ts';
import { quorumsOf } from '../../src/protocols/pbft/quorum.ts';
import { newViewStatement, prePrepareStatement, viewChangeStatement } from '../../src/protocols/pbft/statements.ts';
import { defaultsOf } from '../../src/units/options.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { RecorderCluster, type Tamper } from '../traces/recorder-cluster.ts';
import { Dice } from './dice.ts';

export interface Story {
  readonly seed: number;
  readonly n: number;
  readonly steps: number;
  readonly durable: boolean;
  readonly auth: 'signature' | 'mac';
  readonly byzantine: number;
  /** Crashed replicas come back. */
  readonly crashes: boolean;
  /** Requests after all is healed, each of which must be answered. */
  readonly after: number;
  /** Proposers take turns, at most one batch in a period. */
  readonly rotates?: boolean;
}

function optionsOf(story: Story, dice: Dice): PbftOptions {
  const interval = 2 + dice.below(4);
  return {
    ...defaultsOf<PbftOptions>(pbft.options),
    batch: { maxTransactions: 1 + dice.below(3), maxBytes: 1_000_000, timeout: dice.chance(0.5) ? 0 : 5 * MILLISECOND },
    pipeline: dice.below(4),
    checkpointInterval: interval,
    watermarkWindow: interval + dice.below(interval + 1),
    chunkBytes: 1024,
    durable: story.durable,
    auth: story.auth,
    ...(story.rotates ? { proposer: 'rotating', blockPeriod: dice.chance(50) ? 0 : 20 * MILLISECOND } : {}),
  };
}

/** What correct replicas said in public: for one view and sequence number never two things, whatever they forgot in a crash. */
class Promises {
  readonly broken: string[] = [];
  private readonly said = new Map<string, number>();

  /** Takes the effects since the last call. */
  note(cluster: RecorderCluster): void {
    for (const effect of cluster.takeEffects())
      if (effect.kind === 'send' && !cluster.isByzantine(effect.node))
        this.add(effect.node, effect.message as Message, cluster);
  }

  private add(node: number, message: Message, cluster: RecorderCluster): void {
    switch (message.type) {
      case PRE_PREPARE:
      case PREPARE:
      case COMMIT:
        return this.expect(`${messageNames[message.type]} ${message.view} ${message.seq} of ${node}`, message.digest);
      case VIEW_CHANGE:
        return this.expect(`view-change ${message.view} of ${node}`, viewChangeStatement(message));
      case NEW_VIEW:
        // Others relay it, also that of a faulty primary.
        if (cluster.isByzantine(message.view % cluster.n)) return;
        return this.expect(`new-view ${message.view}`, newViewStatement(message));
    }
  }

  private expect(what: string, value: number): void {
    const before = this.said.get(what) ?? value;
    this.said.set(what, before);
    if (before !== value) this.broken.push(what);
  }
}

/** Runs the story; returns the cluster after it healed and calmed down, and the requests that had to be executed. */
function play(story: Story): {
  readonly cluster: RecorderCluster;
  readonly correct: number[];
  readonly last: number;
  readonly broken: readonly string[];
} {
  const dice = new Dice(story.seed);
  const options = optionsOf(story, dice);
  const f = pbft.faults(options, story.n);
  // Without durable state a restarted replica counts towards f: it is then outside the checks, like a Byzantine one.
  const faulty = Array.from({ length: story.n }, (_, node) => node)
    .sort(() => dice.below(3) - 1)
    .slice(0, f);
  const tampers = new Map<number, Tamper>();
  if (story.byzantine > 0) for (const node of faulty) tampers.set(node, liar(node, dice));
  else if (story.crashes && !story.durable) for (const node of faulty) tampers.set(node, (message) => message);
  const cluster = new RecorderCluster(pbft, { n: story.n, options, seed: story.seed, byzantine: tampers });
  const promises = new Promises();
  let nextRequest = 1;
  const mayCrash = story.durable ? cluster.nodes.map(({ self }) => self) : faulty;
  for (let step = 0; step < story.steps; step++) {
    const action = dice.below(1000);
    const { pending } = cluster;
    if (action < 700 && pending.length > 0) {
      // Mostly old messages, sometimes any.
      const index = dice.below(dice.chance(0.7) ? Math.min(4 * story.n, pending.length) : pending.length);
      if (dice.chance(0.03)) cluster.drop(index);
      else {
        if (dice.chance(0.03)) cluster.duplicate(index);
        cluster.deliver(index);
      }
    } else if (action < 850) {
      const id = nextRequest++;
      if (dice.chance(0.3)) for (const { self } of cluster.nodes) cluster.request(self, [id]);
      else cluster.request(dice.below(story.n), [id]);
    } else if (action < 930) {
      const timers = cluster.timers();
      const timer = timers[dice.chance(0.8) ? 0 : dice.below(timers.length)];
      if (timer !== undefined) cluster.fire(timer);
    } else if (action < 945 && story.crashes) {
      const node = mayCrash[dice.below(mayCrash.length)] as number;
      if (!cluster.isUp(node)) cluster.restart(node);
      else if (cluster.now > 0) cluster.crash(node);
    } else if (action < 950) cluster.partition([[dice.below(story.n), dice.below(story.n)]]);
    else if (action < 965) cluster.heal();
    else if (action < 970) cluster.persistence = cluster.persistence === 'auto' ? 'manual' : 'auto';
    else if (action < 975) cluster.execution = cluster.execution === 'auto' ? 'manual' : 'auto';
    else if (action < 988) cluster.persist(dice.below(story.n), 1 + dice.below(3));
    else cluster.execute(dice.below(story.n), 1 + dice.below(3));
    promises.note(cluster);
  }
  calm(cluster);
  const correct = cluster.nodes.map(({ self }) => self).filter((node) => !cluster.isByzantine(node));
  // Replicas left behind learn of new requests, and by a few checkpoints catch up.
  const last = nextRequest + story.after;
  for (let id = nextRequest; id <= last; id++) {
    for (const { self } of cluster.nodes) cluster.request(self, [id]);
    cluster.advance(3 * SECOND, true);
    promises.note(cluster);
  }
  cluster.advance(600 * SECOND, true);
  promises.note(cluster);
  return { cluster, correct, last, broken: promises.broken };
}

function calm(cluster: RecorderCluster): void {
  cluster.heal();
  for (const { self } of cluster.nodes) if (!cluster.isUp(self)) cluster.restart(self);
  cluster.persistence = 'auto';
  cluster.execution = 'auto';
  for (const node of cluster.nodes) node.handle(() => {});
}

/** A replica that lies with its own signature: equivocates, signs wrongly, forgets and invents certificates, drops messages. */
function liar(self: number, dice: Dice): Tamper {
  return (sent, to, cluster) => {
    const message = sent as Message;
    const sign = (digest: number) => cluster.signatureOf(self, digest);
    if (dice.chance(0.5)) return message;
    switch (message.type) {
      case PRE_PREPARE: {
        if (message.batch === null || to % 2 === 0) return message;
        const { batch, seq, view } = message;
        const other = createBatch(Int32Array.of(...batch.ids, 1_000_000 + seq), batch.received, batch.bytes, 0, self);
        const { digest } = other;
        return { ...message, batch: other, digest, signature: sign(prePrepareStatement(view, seq, digest)) } as Message;
      }
      case PREPARE:
      case COMMIT:
        if (dice.chance(0.3)) return null;
        return dice.chance(0.5) ? { ...message, signature: 12_345 } : { ...message, digest: message.digest ^ 1 };
      case VIEW_CHANGE: {
        const prepared = dice.chance(0.5)
          ? []
          : message.prepared.map((entry) => ({ ...entry, digest: entry.digest ^ 1, view: message.view - 1 }));
        const unsigned = { ...message, prepared };
        return { ...unsigned, signature: sign(viewChangeStatement(unsigned)) };
      }
      case NEW_VIEW: {
        const proposals = message.proposals.map((proposal) => ({ ...proposal, digest: 0 }));
        const unsigned = { ...message, proposals };
        return { ...unsigned, signature: sign(newViewStatement(unsigned)) };
      }
      default:
        return dice.chance(0.2) ? null : message;
    }
  };
}

/** Plays the story and judges it: agreement always; no correct replica says two things; every request sent after the end of all faults is answered. */
export function check(story: Story): void {
  const { broken, cluster, correct, last } = play(story);
  const told = JSON.stringify(story);
  expect(cluster.violations, told).toEqual([]);
  expect(broken, `said twice and differently in ${told}`).toEqual([]);
  const { weak } = quorumsOf(story.n, null);
  const requests = Array.from({ length: story.after + 1 }, (_, i) => last - story.after + i);
  // A client needs f + 1 replies; and who is in the view that works has everything.
  const settled = correct.filter((node) => cluster.status(node)?.settled);
  const holders = (id: number) => correct.filter((node) => cluster.node(node).mempool.executed.has(id));
  const unanswered = requests.filter((id) => holders(id).length < weak);
  expect(unanswered, `requests without f + 1 replies in ${told}`).toEqual([]);
  const incomplete = settled.filter((node) => !requests.every((id) => cluster.node(node).mempool.executed.has(id)));
  expect(incomplete, `replicas that lack requests in ${told}`).toEqual([]);
  // A replica alone in asking for another view no longer votes (the paper's rule), but follows the checkpoints.
  const interval = (cluster.options as PbftOptions).checkpointInterval;
  const left = correct.filter((node) => cluster.node(node).executedPosition < cluster.highestExecuted - 2 * interval);
  expect(left, `replicas left behind in ${told}`).toEqual([]);
  expect(cluster.agreed.size).toBeGreaterThan(story.after / 3);
}
