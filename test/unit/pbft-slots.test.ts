// The columns in which votes are counted: what counts, once, for which digest, and that slots are reused cleanly.
import { describe, expect, test } from 'vitest';
import { createBatch } from '../../src/ledger/batch.ts';
import { PRE_PREPARED, type Slot, Slots, VOTED } from '../../src/protocols/pbft/slots.ts';

const batch = createBatch(Int32Array.of(1), Float64Array.of(0), 100, 0, 0);
const slotsFor = (n: number, window = 4) => new Slots(n, window, true, () => {});

describe('a vote', () => {
  test('counts once for each sender, whatever its number', () => {
    const slots = slotsFor(100);
    for (let from = 0; from < 100; from++) {
      expect(slots.addPrepare(1, from, 7, from)).toBe(from + 1);
      expect(slots.addPrepare(1, from, 7, from)).toBe(0);
      expect(slots.addCommit(1, from, 7)).toBe(from + 1);
      expect(slots.addCommit(1, from, 7)).toBe(0);
    }
    expect(slots.hasPrepareOf(1, 63)).toBe(true);
    expect(slots.signatureOf(1, 63)).toBe(63);
  });

  test('that comes before the pre-prepare counts for it if it names the same digest', () => {
    const slots = slotsFor(4);
    slots.addPrepare(2, 1, 7, 11);
    slots.addCommit(2, 2, 7);
    slots.accept(2, 7, batch, 5);
    expect(slots.phaseOf(2)).toBe(PRE_PREPARED);
    expect(slots.addPrepare(2, 3, 7, 13)).toBe(2);
    expect(slots.addCommit(2, 1, 7)).toBe(2);
  });

  test('for the digest that is accepted counts even if another digest was seen first', () => {
    const slots = slotsFor(4);
    slots.addPrepare(1, 3, 666, 0);
    slots.addCommit(1, 3, 666);
    expect(slots.addPrepare(1, 1, 7, 11)).toBe(0);
    expect(slots.addPrepare(1, 2, 7, 12)).toBe(0);
    expect(slots.addCommit(1, 1, 7)).toBe(0);
    slots.accept(1, 7, batch, 5);
    expect(slots.of(1)?.prepares).toBe(2);
    expect(slots.of(1)?.commits).toBe(1);
    expect(slots.hasPrepareOf(1, 3)).toBe(false);
    expect(slots.signatureOf(1, 2)).toBe(12);
  });

  test('for another digest than the accepted one never counts', () => {
    const slots = slotsFor(4);
    slots.accept(1, 7, batch, 5);
    for (const from of [1, 2, 3]) expect(slots.addPrepare(1, from, 8, 0)).toBe(0);
    expect(slots.of(1)?.prepares).toBe(0);
  });

  test('is kept only once for each sender among those for other digests', () => {
    const slots = slotsFor(4);
    slots.addPrepare(1, 3, 666, 0);
    for (let digest = 7; digest < 1000; digest++) slots.addPrepare(1, 1, digest, digest);
    slots.accept(1, 999, batch, 5);
    expect(slots.of(1)?.prepares).toBe(0);
  });
});

describe('invalid signatures', () => {
  test('are taken from the count, and their senders cannot vote again', () => {
    const slots = slotsFor(40);
    slots.accept(1, 7, batch, 5);
    for (const from of [1, 35, 39]) slots.addPrepare(1, from, 7, from === 35 ? -1 : from);
    const valid = slots.verifyPrepares(slots.of(1) as Slot, 99, {
      verify: (signer, digest, signature) => digest === 99 && signer === signature,
    });
    expect(valid).toBe(2);
    expect(slots.addPrepare(1, 35, 7, 35)).toBe(0);
    expect(slots.addPrepare(1, 2, 7, 2)).toBe(3);
  });
});

describe('a log', () => {
  test('keeps every slot of its window as it grows, wherever the window begins, and in whatever order they open', () => {
    const window = 256;
    for (const low of [0, 3, 1000]) {
      const slots = slotsFor(4, window);
      // 77 and 256 have no common divisor: every number of the window, once, never in order.
      const order = Array.from({ length: window }, (_, i) => low + 1 + ((i * 77) % window));
      for (const [i, seq] of order.entries()) {
        slots.addPrepare(seq, 1, seq * 7, seq);
        slots.addCommit(seq, 2, seq * 7);
        const kept = order.filter((n) => slots.of(n)?.digest === n * 7 && slots.signatureOf(n, 1) === n);
        expect(kept).toEqual(order.slice(0, i + 1));
        expect(order.filter((n) => slots.of(n) === null).length).toBe(window - i - 1);
      }
      slots.discardThrough(low + 100);
      for (const seq of order) {
        expect(slots.hasPrepareOf(seq, 1)).toBe(seq > low + 100);
        expect(slots.hasCommitOf(seq, 2)).toBe(seq > low + 100);
      }
      // The window has moved: what follows takes the places of what was discarded.
      expect(slots.addPrepare(low + window + 100, 1, 5, 9)).toBe(1);
      expect(slots.of(low + 101)?.digest).toBe((low + 101) * 7);
    }
  });
});

describe('a slot', () => {
  test('is empty again for the sequence number that follows a discarded one', () => {
    const slots = slotsFor(4);
    slots.accept(1, 7, batch, 5);
    for (const from of [1, 2]) slots.addPrepare(1, from, 7, from);
    slots.discardThrough(1);
    expect(slots.phaseOf(1)).toBe(VOTED);
    expect(slots.addPrepare(5, 1, 8, 21)).toBe(1);
    expect(slots.phaseOf(5)).toBe(VOTED);
    expect(slots.hasPrepareOf(5, 2)).toBe(false);
    expect(slots.of(5)?.batch).toBe(null);
  });

  test('keeps nothing across views', () => {
    const slots = slotsFor(4);
    slots.accept(3, 7, batch, 5);
    slots.addPrepare(3, 1, 7, 1);
    slots.clear();
    expect(slots.highest).toBe(0);
    expect(slots.addPrepare(3, 1, 7, 1)).toBe(1);
  });

  test('is announced with its first message, and not again', () => {
    let opened = 0;
    const slots = new Slots(4, 4, false, () => opened++);
    slots.addPrepare(1, 1, 7, 0);
    slots.addCommit(1, 1, 7);
    slots.accept(1, 7, batch, 0);
    expect(opened).toBe(1);
    slots.addCommit(2, 1, 7);
    expect(opened).toBe(2);
  });
});
