// The clients of one place, driven by hand: when they send, whom they ask again, which replies make a request final, and from when
// its latency counts.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClientGroup } from '../../src/simulation/client-group.ts';
import { leaderHint } from '../../src/simulation/leader-hint.ts';
import type { ClientGroupSpec, LoadSpec, NamedOptions } from '../../src/simulation/run-spec.ts';
import { World } from '../../src/simulation/world.ts';
import { NEVER } from '../../src/units/quantities.ts';
import { clientsAt, closedLoop, constant, ledRaft, protocol, quietSpec } from '../support/quiet-spec.ts';

interface Submission {
  readonly at: number;
  readonly to: number;
  readonly id: number;
}

class Rig {
  readonly sent: Submission[] = [];
  readonly world: World;
  readonly group: ClientGroup;

  constructor(
    load: LoadSpec,
    changes: Partial<ClientGroupSpec> = {},
    nodes = 4,
    rules: NamedOptions = protocol('echo'),
  ) {
    // Three groups, of which this is number 1: its ids are 1, 4, 7, …
    const spec = clientsAt({ site: nodes }, load, changes);
    this.world = new World(quietSpec(nodes, 1_000_000, { protocol: rules, clients: [spec, spec, spec] }));
    this.group = new ClientGroup(this.world, 1, spec, 2, {
      submit: (_group, to, id, at) => this.sent.push({ at, to, id }),
    });
  }

  /** Lets the clients act until `until`, as a kernel would. */
  advance(until: number): this {
    while (this.group.next <= until) this.group.advance();
    return this;
  }

  reply(from: number, id: number, at: number, { result = 3, leader = -1, term = 0 } = {}): void {
    const hint = leaderHint(term, leader, this.world.spec.nodes);
    this.group.onReply(from, id, result, hint, null, -1, at);
  }

  get finals(): number {
    return this.world.meter.finals;
  }

  get latency(): number {
    return this.world.meter.results(NEVER).reduce((sum, { finality }) => sum + finality.sum, 0);
  }

  take(): Submission[] {
    return this.sent.splice(0);
  }
}

const trace = (...times: number[]): LoadSpec => ({
  kind: 'open',
  arrivals: { name: 'trace', options: { times: Float64Array.from(times), repeat: false } },
});

describe('open-loop clients', () => {
  test('send at the intended times, several at one instant, whether or not replies come', () => {
    const rig = new Rig(trace(5, 8, 8, 100));
    expect(rig.group.next).toBe(5);
    rig.advance(1000);
    expect(rig.sent).toEqual([
      { at: 5, to: 0, id: 1 },
      { at: 8, to: 0, id: 4 },
      { at: 8, to: 0, id: 7 },
      { at: 100, to: 0, id: 10 },
    ]);
    expect(rig.group.next).toBe(NEVER);
    expect([rig.group.issued, rig.group.outstanding]).toEqual([4, 4]);
    expect(rig.group.unfinished()).toEqual([5, 8, 8, 100]);
  });

  test('count latency from the intended time, also after retries', () => {
    const rig = new Rig(trace(5, 8), { retryAfter: 50 });
    rig.advance(120);
    rig.reply(0, 1, 130);
    rig.reply(0, 4, 131);
    expect([rig.finals, rig.latency]).toEqual([2, 125 + 123]);
    expect(rig.group.unfinished()).toEqual([]);
    rig.take();
    expect(rig.advance(10_000).sent).toEqual([]);
    expect(rig.group.next).toBe(NEVER);
  });

  test('keep every request apart while many are open and replies come in any order', () => {
    const count = 1000;
    const rig = new Rig(trace(...Array.from({ length: count }, (_, i) => i)), { replyQuorum: 2 }, 40);
    rig.advance(count);
    const order = Array.from({ length: count }, (_, i) => (i * 617) % count);
    for (const from of [39, 7])
      for (const [k, counter] of order.entries()) {
        const before = rig.finals;
        rig.reply(from, counter * 3 + 1, 10_000 + k);
        expect(rig.finals).toBe(before + (from === 7 ? 1 : 0));
        rig.reply(from, counter * 3 + 1, 20_000);
        expect(rig.finals).toBe(before + (from === 7 ? 1 : 0));
      }
    expect(rig.group.outstanding).toBe(0);
    expect(rig.latency).toBe(order.reduce((sum, counter, k) => sum + 10_000 + k - counter, 0));
  });
});

describe('closed-loop clients', () => {
  test('each keep as many requests outstanding as they may, and begin at once', () => {
    const rig = new Rig(closedLoop(2, 3)).advance(0);
    expect(rig.take()).toHaveLength(6);
    expect(rig.group.next).toBe(NEVER);
    rig.reply(0, 4, 10);
    expect(rig.group.next).toBe(10);
    rig.advance(10);
    expect(rig.take()).toEqual([{ at: 10, to: 0, id: 19 }]);
    expect(rig.group.outstanding).toBe(6);
  });

  test('think between a reply and the next request', () => {
    const rig = new Rig(closedLoop(2, 1, constant(7))).advance(0);
    rig.take();
    rig.reply(0, 4, 10);
    rig.reply(0, 1, 12);
    rig.advance(16);
    expect(rig.take()).toEqual([]);
    rig.advance(100);
    expect(rig.take()).toEqual([
      { at: 17, to: 0, id: 7 },
      { at: 19, to: 0, id: 10 },
    ]);
    // The think time is not part of the latency.
    rig.reply(0, 7, 117);
    expect(rig.latency).toBe(10 + 12 + 100);
  });

  test('send nothing more for a reply to a request that is final already', () => {
    const rig = new Rig(closedLoop(1)).advance(0);
    rig.reply(0, 1, 10);
    rig.advance(10);
    rig.reply(1, 1, 11);
    rig.advance(20);
    expect(rig.sent.map(({ at }) => at)).toEqual([0, 10]);
  });
});

describe('where requests go', () => {
  test.each<readonly [ClientGroupSpec['submit'], number[]]>([
    [null, [0]],
    ['primary', [0]],
    ['nearest', [2]],
    ['all', [0, 1, 2, 3]],
    [{ node: 3 }, [3]],
  ])('with submit %j first to nodes %j', (submit, nodes) => {
    const rig = new Rig(trace(5), { submit }).advance(5);
    expect(rig.sent.map(({ to }) => to)).toEqual(nodes);
  });

  test('to the leader that replies name, where clients go to the leader and its name does not follow from the term', () => {
    const rig = new Rig(trace(5, 20, 30), { submit: 'primary' }, 4, ledRaft()).advance(5);
    rig.reply(0, 1, 10, { leader: 3 });
    rig.advance(20);
    // A late reply for a request that is final already still says who leads; one that knows nobody says nothing.
    rig.reply(2, 4, 21, { leader: 1 });
    rig.reply(2, 4, 22, { leader: -1 });
    rig.advance(30);
    expect(rig.sent.map(({ to }) => to)).toEqual([0, 3, 1]);
    const fixed = new Rig(trace(5, 20), { submit: { node: 2 } }).advance(5);
    fixed.reply(2, 1, 10, { leader: 3 });
    expect(fixed.advance(20).sent.map(({ to }) => to)).toEqual([2, 2]);
  });

  test('to the leader of the latest term that replies name, not to that of an earlier one', () => {
    const rig = new Rig(trace(5, 10, 20, 30, 40), { submit: 'primary' }, 3, ledRaft()).advance(5);
    rig.reply(0, 1, 6, { leader: 2, term: 7 });
    rig.advance(10);
    // A node that was cut off still believes in the leader of term 3.
    rig.reply(1, 4, 11, { leader: 1, term: 3 });
    rig.advance(20);
    rig.reply(1, 7, 21, { leader: -1, term: 9 });
    rig.reply(1, 7, 21, { leader: 0, term: 7 });
    rig.advance(30);
    rig.reply(1, 10, 31, { leader: 1, term: 8 });
    rig.advance(40);
    expect(rig.sent.map(({ to }) => to)).toEqual([0, 2, 2, 0, 1]);
  });

  test('to the primary of a later view once f + 1 replicas have named that view or a later one', () => {
    const rig = new Rig(trace(5, 10, 20, 30), {}, 4, protocol('pbft')).advance(5);
    rig.reply(3, 1, 6, { leader: 3, term: 99_999_999 });
    rig.reply(3, 1, 6, { leader: 3, term: 99_999_999 });
    rig.advance(10);
    rig.reply(2, 1, 11, { leader: 2, term: 2 });
    rig.advance(20);
    rig.reply(1, 1, 21, { leader: 1, term: 1 });
    rig.reply(1, 4, 22, { leader: 2, term: 2 });
    rig.advance(30);
    expect(rig.sent.map(({ to }) => to)).toEqual([0, 0, 2, 2]);
  });

  test('to the primary of a view by its number, whomever a faulty replica names', () => {
    const rig = new Rig(trace(5, 10, 20, 30), {}, 4, protocol('pbft')).advance(5);
    rig.reply(3, 1, 6, { leader: 3, term: 0 });
    rig.advance(10);
    rig.reply(2, 1, 11, { leader: 1, term: 1 });
    rig.reply(3, 1, 12, { leader: 3, term: 1 });
    rig.advance(20);
    rig.reply(3, 4, 21, { leader: 3, term: 1 });
    rig.advance(30);
    expect(rig.sent.map(({ to }) => to)).toEqual([0, 0, 1, 1]);
  });

  test('again to all nodes after a time without a quorum of replies, then after twice that time', () => {
    const rig = new Rig(trace(5, 30), { retryAfter: 40 }).advance(30);
    expect(rig.take()).toHaveLength(2);
    rig.advance(69);
    expect(rig.take()).toEqual([0, 1, 2, 3].map((to) => ({ at: 45, to, id: 1 })));
    rig.reply(1, 4, 69);
    rig.advance(284);
    expect(rig.take()).toEqual([0, 1, 2, 3].map((to) => ({ at: 125, to, id: 1 })));
    rig.reply(1, 1, 284);
    rig.advance(10_000);
    expect(rig.take()).toEqual([]);
  });

  test('again and again, twice as long after each time, but at most eight times as long as at first', () => {
    const rig = new Rig(trace(5), { retryAfter: 40, submit: { node: 0 } }, 1).advance(1500);
    expect(rig.take().map(({ at }) => at)).toEqual([5, 45, 125, 285, 605, 925, 1245]);
  });

  test('again to the next node in turn, where the protocol says so, and later requests to that one at once', () => {
    const rig = new Rig(trace(5, 100), { retryAfter: 40, submit: 'primary' }, 3, ledRaft());
    rig.advance(90);
    expect(rig.take()).toEqual([
      { at: 5, to: 0, id: 1 },
      { at: 45, to: 1, id: 1 },
    ]);
    rig.advance(125);
    expect(rig.take()).toEqual([
      { at: 100, to: 1, id: 4 },
      { at: 125, to: 2, id: 1 },
    ]);
    rig.reply(2, 1, 130, { leader: 0 });
    rig.advance(140);
    expect(rig.take()).toEqual([{ at: 140, to: 0, id: 4 }]);
  });

  test('again in order of deadlines when thousands wait', () => {
    const times = Array.from({ length: 3000 }, (_, i) => i);
    const rig = new Rig(trace(...times), { retryAfter: 5000, submit: { node: 1 } }, 2, ledRaft());
    rig.advance(38_000);
    const rounds = [0, 5000, 15_000, 35_000];
    const byRound = rounds.map((round) => rig.sent.filter(({ at }) => at >= round && at < round + 5000));
    for (const [i, round] of byRound.entries())
      expect(round.map(({ at, id }) => [at, id])).toEqual(times.map((t) => [t + (rounds[i] as number), t * 3 + 1]));
  });
});

describe('a request', () => {
  test('is final with the first reply where one is enough', () => {
    const rig = new Rig(trace(5), { replyQuorum: 1 }).advance(5);
    rig.reply(3, 1, 9);
    expect([rig.finals, rig.latency]).toEqual([1, 4]);
  });

  test('is final when enough different nodes agree, also beyond the first 32', () => {
    const rig = new Rig(trace(5, 5), { replyQuorum: 4 }, 70).advance(5);
    for (const from of [31, 31, 32, 32, 63, 31, 64]) {
      expect(rig.finals).toBe(0);
      rig.reply(from, 1, 10);
    }
    expect(rig.finals).toBe(1);
    // Nodes 0, 32 and 64 are not one.
    for (const from of [0, 32, 64, 69]) rig.reply(from, 4, 11);
    expect(rig.finals).toBe(2);
  });

  test('needs equal results from all of its quorum; a wrong first reply only delays it', () => {
    const rig = new Rig(trace(5), { replyQuorum: 2 }).advance(5);
    rig.reply(0, 1, 10, { result: 99 });
    rig.reply(1, 1, 11, { result: 3 });
    rig.reply(1, 1, 12, { result: 3 });
    rig.reply(2, 1, 13, { result: 5 });
    expect(rig.finals).toBe(0);
    rig.reply(3, 1, 14, { result: 3 });
    expect([rig.finals, rig.latency]).toEqual([1, 9]);
  });

  test('counts as valid by the lowest bit of its result, and binds later reads by the rest', () => {
    const rig = new Rig(trace(5, 6, 20)).advance(6);
    rig.reply(0, 1, 10, { result: (7 << 1) | 1 });
    rig.reply(0, 4, 11, { result: 5 << 1 });
    rig.advance(20);
    expect(rig.world.meter.results(NEVER)[0]).toMatchObject({ final: 2, valid: 1 });
    expect([1, 4, 7].map((id) => rig.group.requiredPosition(id))).toEqual([0, 0, 7]);
  });

  test('becomes final exactly when some result has its quorum of nodes, whatever replies come', () => {
    const reply = fc.record({
      from: fc.integer({ min: 0, max: 39 }),
      counter: fc.integer({ min: 0, max: 3 }),
      result: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(reply, { maxLength: 80 }), (quorum, replies) => {
        const rig = new Rig(trace(0, 0, 0, 0), { replyQuorum: quorum }, 40).advance(0);
        const votes = new Map<string, Set<number>>();
        const final = new Set<number>();
        for (const { from, counter, result } of replies) {
          rig.reply(from, counter * 3 + 1, 100, { result });
          const key = `${counter} ${result}`;
          votes.set(key, (votes.get(key) ?? new Set()).add(from));
          if ((votes.get(key) as Set<number>).size >= quorum) final.add(counter);
          expect(rig.finals).toBe(final.size);
          expect(rig.group.outstanding).toBe(4 - final.size);
        }
      }),
      { numRuns: 150, seed: 20260101 },
    );
  });
});

describe('clients whose machine died', () => {
  test('neither send nor hear anything any more', () => {
    const rig = new Rig(trace(5, 8), { retryAfter: 10 }).advance(5);
    rig.group.die(6);
    expect(rig.group.next).toBe(NEVER);
    rig.reply(0, 1, 10);
    expect([rig.finals, rig.group.next, rig.sent.length]).toEqual([0, NEVER, 1]);
  });
});
