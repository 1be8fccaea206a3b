// The log, what is on disk, quorums, messages and options of Raft, each against something simpler.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBatch } from '../../src/ledger/batch.ts';
import { applyChange, emptyDurable } from '../../src/protocols/raft/durable.ts';
import { createEntry, RaftLog } from '../../src/protocols/raft/log.ts';
import { hashOf, type RaftMessage, sizeOf, Type } from '../../src/protocols/raft/messages.ts';
import { etcd34, type RaftOptions, raftOptions, raftProblems } from '../../src/protocols/raft/options.ts';
import { majority, nthLargest } from '../../src/protocols/raft/quorum.ts';
import { raft } from '../../src/protocols/raft/raft.ts';
import { defaultsOf } from '../../src/units/options.ts';
import { MILLISECOND } from '../../src/units/quantities.ts';

const batchOf = (...ids: number[]) =>
  createBatch(Int32Array.from(ids), new Float64Array(ids.length), 100 * ids.length, 0, 0);

describe('the log', () => {
  test('behaves like a plain list of terms through any appends, truncations and compactions', () => {
    const step = fc.record({ kind: fc.integer({ min: 0, max: 5 }), amount: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const log = new RaftLog();
        const terms = [0]; // by index
        let base = 0;
        let term = 1;
        for (const { kind, amount } of steps) {
          const last = terms.length - 1;
          if (kind === 4 && amount < last - base) {
            log.truncateFrom(last - amount);
            terms.length = last - amount;
          } else if (kind === 5) {
            base = Math.min(last, base + amount);
            log.compactTo(base);
          } else {
            if (amount === 0) term++;
            terms.push(term);
            log.append(createEntry(term, terms.length - 1, null));
          }
          expect(log.last).toBe(terms.length - 1);
          expect(log.base).toBe(base);
          expect(log.lastTerm).toBe(terms.at(-1));
        }
        for (let index = 0; index <= terms.length; index++)
          expect(log.termAt(index)).toBe(index < base || index >= terms.length ? -1 : terms[index]);
        const all = log.slice(base + 1, Number.POSITIVE_INFINITY);
        expect(all.map((entry) => entry.term)).toEqual(terms.slice(base + 1));
        expect(log.copy()).toEqual(new RaftLog(base, terms[base], all));
      }),
    );
  });

  test('cuts messages at the byte limit, but one entry always goes', () => {
    const log = new RaftLog();
    for (let index = 1; index <= 5; index++) log.append(createEntry(1, index, batchOf(index)));
    const { bytes } = log.at(1);
    expect(log.slice(2, bytes * 2).map((entry) => entry.index)).toEqual([2, 3]);
    expect(log.slice(2, bytes * 3 - 1).map((entry) => entry.index)).toEqual([2, 3]);
    expect(log.slice(2, 1).map((entry) => entry.index)).toEqual([2]);
    expect(log.slice(6, 1)).toEqual([]);
  });

  test('finds where two logs can still agree by term', () => {
    const log = new RaftLog(2, 1);
    for (const [index, term] of [
      [3, 1],
      [4, 4],
      [5, 4],
      [6, 6],
    ] as const)
      log.append(createEntry(term, index, null));
    expect(log.lastWithin(6, 6)).toBe(6);
    expect(log.lastWithin(9, 5)).toBe(5);
    expect(log.lastWithin(5, 3)).toBe(3);
    expect(log.lastWithin(6, 0)).toBe(2); // committed, so agreed
    expect(log.lastWithin(1, 1)).toBe(1); // compacted: the answer cannot be refined
  });

  test('refuses what would corrupt it', () => {
    const log = new RaftLog(3, 2);
    expect(() => log.append(createEntry(2, 5, null))).toThrow('entry 5 appended behind index 3');
    expect(() => log.truncateFrom(3)).toThrow('cannot truncate from 3: compacted up to 3');
    expect(() => log.compactTo(4)).toThrow('cannot compact to 4: the last entry is 3');
  });
});

describe('the disk', () => {
  test('holds term, vote, log and snapshot as the changes say', () => {
    const disk = emptyDurable();
    const entry = (term: number, index: number) => createEntry(term, index, null);
    applyChange(disk, { kind: 'write', term: 1, vote: 2, entries: [entry(1, 1), entry(1, 2), entry(1, 3)] });
    applyChange(disk, { kind: 'write', term: 2, vote: -1, entries: [entry(2, 2), entry(2, 3)] });
    expect([1, 2, 3].map((index) => disk.log.termAt(index))).toEqual([1, 2, 2]);
    const snapshot = (position: number, term: number) => ({ state: { position, digest: 7, bytes: 100 }, term });
    applyChange(disk, { kind: 'compact', snapshot: snapshot(3, 2), base: 2 });
    expect(disk).toMatchObject({ term: 2, vote: -1, snapshot: { term: 2 }, log: { base: 2, baseTerm: 2, last: 3 } });
    applyChange(disk, { kind: 'write', term: 3, vote: 0, entries: [] });
    expect(disk).toMatchObject({ term: 3, vote: 0, log: { last: 3 } });
    applyChange(disk, { kind: 'install', snapshot: snapshot(9, 3) });
    expect(disk.log).toEqual(new RaftLog(9, 3));
  });
});

describe('quorums', () => {
  test('any two majorities share a node, and no smaller sets always do', () => {
    for (let n = 1; n <= 20; n++) {
      expect(2 * majority(n)).toBeGreaterThan(n);
      expect(2 * (majority(n) - 1)).toBeLessThanOrEqual(n);
      expect(raft.faults(defaultsOf(raft.options), n)).toBe(Math.floor((n - 1) / 2));
    }
  });

  test('the n-th largest is what sorting says', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 21 }), fc.nat(), (numbers, any) => {
        const rank = 1 + (any % numbers.length);
        const sorted = numbers.toSorted((a, b) => b - a);
        const values = Int32Array.from(numbers);
        expect(nthLargest(values, new Int32Array(numbers.length).fill(99), rank)).toBe(sorted[rank - 1]);
        expect([...values]).toEqual(numbers);
      }),
    );
  });
});

describe('messages', () => {
  const snapshot = { state: { position: 4, digest: 5, bytes: 1000 }, term: 2 };
  const examples: RaftMessage[] = [
    { type: Type.append, term: 3, prevIndex: 4, prevTerm: 2, entries: [createEntry(3, 5, batchOf(1))], commit: 3 },
    { type: Type.appendResponse, term: 3, success: false, index: 4, hint: 2, hintTerm: 1 },
    { type: Type.heartbeat, term: 3, commit: 4, round: 5 },
    { type: Type.heartbeatResponse, term: 3, round: 5 },
    { type: Type.requestVote, term: 3, lastIndex: 4, lastTerm: 2, transfer: false },
    { type: Type.voteResponse, term: 3, granted: true },
    { type: Type.preVote, term: 3, lastIndex: 4, lastTerm: 2, transfer: false },
    { type: Type.preVoteResponse, term: 3, granted: true },
    { type: Type.installSnapshot, term: 3, snapshot, chunk: 0, chunks: 2, bytes: 500 },
    { type: Type.snapshotResponse, term: 3, position: 4, received: 1 },
    { type: Type.timeoutNow, term: 3 },
    { type: Type.readIndex, term: 3, read: 9 },
    { type: Type.readIndexResponse, term: 3, read: 9, index: 4 },
    { type: Type.transferLeadership, term: 3, to: 1 },
  ];

  test('there is an example of each here, in the order of their names', () => {
    expect(examples.map((message) => message.type)).toEqual(raft.messages.map((_, index) => index));
  });

  test('differ in their hash as soon as one field differs', () => {
    const hashes = new Set<number>();
    let variants = 0;
    for (const example of examples) {
      const all: RaftMessage[] = [example];
      for (const [key, value] of Object.entries(example)) {
        if (key === 'type' || key === 'bytes') continue; // the bytes of a chunk follow from its number
        const other = typeof value === 'boolean' ? !value : typeof value === 'number' ? value + 1 : null;
        if (other !== null) all.push({ ...example, [key]: other } as RaftMessage);
      }
      for (const message of all) hashes.add(hashOf(message));
      variants += all.length;
    }
    const append = examples[0] as Extract<RaftMessage, { type: typeof Type.append }>;
    for (const entries of [
      [],
      [createEntry(3, 5, batchOf(2))],
      [createEntry(3, 5, null)],
      [createEntry(2, 5, batchOf(1))],
    ]) {
      hashes.add(hashOf({ ...append, entries }));
      variants++;
    }
    expect(hashes.size).toBe(variants);
  });

  test('weigh their header, their fields and what they carry', () => {
    const entry = createEntry(1, 1, batchOf(1, 2, 3));
    expect(entry.bytes).toBe(24 + 3 * 8 + 300);
    const append = (entries: readonly (typeof entry)[]) =>
      sizeOf({ type: Type.append, term: 1, prevIndex: 0, prevTerm: 0, entries, commit: 0 });
    expect(append([entry, entry])).toBe(append([]) + 2 * entry.bytes);
    expect(append([])).toBe(48);
    const chunk = (bytes: number) =>
      sizeOf({ type: Type.installSnapshot, term: 3, snapshot, chunk: 0, chunks: 1, bytes });
    expect(chunk(500) - chunk(0)).toBe(500);
  });
});

describe('options', () => {
  const setting = { nodes: 5, longestRoundTrip: 2 * MILLISECOND, medianRoundTrip: MILLISECOND, restarts: true };
  const defaults: RaftOptions = defaultsOf(raftOptions);
  const paths = (options: Partial<RaftOptions>, roundTrip = setting.longestRoundTrip) =>
    raftProblems({ ...defaults, ...options }, { ...setting, longestRoundTrip: roundTrip }).map(
      ({ severity, path }) => `${severity} ${path}`,
    );

  test('the defaults and the etcd preset have no problem on a local network', () => {
    expect(paths({})).toEqual([]);
    expect(paths(etcd34)).toEqual([]);
  });

  test('contradictions are errors', () => {
    expect(paths({ electionTimeout: { min: 200 * MILLISECOND, max: 100 * MILLISECOND } })).toContain(
      'error electionTimeout',
    );
    expect(paths({ heartbeat: 150 * MILLISECOND })).toContain('error heartbeat');
    expect(paths({ ...etcd34, heartbeat: 150 * MILLISECOND })).toContain('error heartbeat');
    expect(paths({ ...etcd34, electionTimeout: { min: 1050 * MILLISECOND, max: 1900 * MILLISECOND } })).toContain(
      'error electionTimeout',
    );
    expect(paths({ tick: 150 * MILLISECOND, heartbeat: 150 * MILLISECOND })).toContain('error electionTimeout');
    expect(paths({ initialLeader: 5 })).toEqual(['error initialLeader']);
  });

  test('what runs but is unwise is a warning', () => {
    expect(paths({}, 151 * MILLISECOND)).toEqual(['warning electionTimeout']);
    expect(paths({}, 101 * MILLISECOND)).toEqual(['warning electionTimeout']);
    expect(paths({ electionTimeout: { min: 150 * MILLISECOND, max: 150 * MILLISECOND } })).toEqual([
      'warning electionTimeout',
    ]);
  });
});
