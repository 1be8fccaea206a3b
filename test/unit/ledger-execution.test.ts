// The ledger executes each position once for all replicas, each request once for all positions, and reports who disagrees.
import { describe, expect, test } from 'vitest';
import { type Batch, createBatch, NULL_DIGEST } from '../../src/ledger/batch.ts';
import { Ledger, type LedgerWorkload } from '../../src/ledger/execution.ts';

const nothingToExecute: LedgerWorkload = {
  executes: false,
  newState: () => {
    throw new Error('asked for a state');
  },
};

/** Even ids are valid. The digest is the sum of what was executed; a snapshot weighs 10 B a request. */
function evenIds(log: number[] = []): LedgerWorkload {
  return {
    executes: true,
    newState() {
      let sum = 17;
      return {
        execute(id) {
          log.push(id);
          if (id % 2 === 1) return false;
          sum += id;
          return true;
        },
        digest: () => sum,
        bytes: () => log.length * 10,
        invariant: () => (sum % 2 === 1 ? null : `the sum is ${sum}`),
      };
    },
  };
}

function batchOf(...ids: number[]): Batch {
  return createBatch(Int32Array.from(ids), new Float64Array(ids.length), 0, 0, 0);
}

describe('execution', () => {
  test('happens once for all replicas, and later ones get the same record', () => {
    const log: number[] = [];
    const ledger = new Ledger(evenIds(log), 1);
    const batch = batchOf(1, 2, 4);
    const first = ledger.execute(1, batch, 500);
    const second = ledger.execute(1, batch, 300);
    expect(second).toBe(first);
    expect(log).toEqual([1, 2, 4]);
    expect([...first.valid.subarray(0, 3)]).toEqual([0, 1, 1]);
    expect(first.problem).toBeNull();
    expect([ledger.executedCount, ledger.invalidCount, ledger.duplicateCount]).toEqual([3, 1, 0]);
  });

  test('stamps the batch with its outcome and the earliest instant of any replica, in whatever order they come', () => {
    const ledger = new Ledger(evenIds(), 1);
    const batch = batchOf(2, 3);
    const { chain, valid } = ledger.execute(1, batch, 500);
    ledger.execute(1, batch, 300);
    ledger.execute(1, batch, 400);
    expect(batch.stamps).toMatchObject({ executedAt: 300, chainBefore: ledger.chainAt(0), chainAfter: chain });
    expect(batch.stamps.valid).toBe(valid);
    // A replica that cut the same requests into an object of its own finds the same there.
    const twin = batchOf(2, 3);
    ledger.execute(1, twin, 600);
    expect(twin.stamps).toMatchObject({ executedAt: 600, chainBefore: ledger.chainAt(0), chainAfter: chain });
  });

  test('skips requests that an earlier batch held, and says so', () => {
    const log: number[] = [];
    const ledger = new Ledger(evenIds(log), 1);
    ledger.execute(1, batchOf(2, 4), 1);
    const { valid } = ledger.execute(2, batchOf(4, 5, 6, 6), 2);
    expect(log).toEqual([2, 4, 5, 6]);
    expect([...valid.subarray(0, 4)]).toEqual([2, 0, 1, 2]);
    expect(ledger.duplicateCount).toBe(2);
    expect([2, 4, 5, 6, 7].map((id) => ledger.orderedAt(id))).toEqual([1, 1, 2, 2, 0]);
  });

  test('knows of a batch that all of it was ordered at its position, and claims it of no other', () => {
    const ledger = new Ledger(nothingToExecute, 1);
    const [whole, again, more] = [batchOf(1, 2), batchOf(2, 3), batchOf(4)];
    for (const [i, batch] of [whole, again, more].entries()) ledger.execute(i + 1, batch, 1);
    expect([whole, again, more].map((batch, i) => ledger.orderedAllAt(i + 1, batch))).toEqual([true, false, true]);
    expect([ledger.orderedAllAt(1, more), ledger.orderedAllAt(4, more)]).toEqual([false, false]);
    ledger.forget(3);
    expect([ledger.orderedAllAt(1, whole), ledger.orderedAllAt(3, more)]).toEqual([false, true]);
  });

  test('leaves the stamps of a batch alone when it is ordered a second time', () => {
    const ledger = new Ledger(nothingToExecute, 1);
    const batch = batchOf(1, 2);
    ledger.execute(1, batch, 10);
    const stamps = { ...batch.stamps };
    const again = ledger.execute(2, batch, 5);
    expect(batch.stamps).toEqual(stamps);
    expect([...again.valid.subarray(0, 2)]).toEqual([2, 2]);
  });

  test('needs no state where there is nothing to execute, and still orders each request once', () => {
    const ledger = new Ledger(nothingToExecute, 2);
    const first = ledger.execute(1, batchOf(0, 1, 2, 3), 1);
    const second = ledger.execute(2, batchOf(3, 4), 2);
    expect([...first.valid.subarray(0, 4)]).toEqual([1, 1, 1, 1]);
    expect([...second.valid.subarray(0, 2)]).toEqual([2, 1]);
    expect(ledger.stateBytes()).toBe(0);
    expect(ledger.invariant()).toBeNull();
    expect(ledger.orderedAt(3)).toBe(1);
  });

  test('chains over every position, null batches included, and over the state', () => {
    const chains = (...batches: (Batch | null)[]): number => {
      const ledger = new Ledger(evenIds(), 1);
      batches.forEach((batch, i) => {
        ledger.execute(i + 1, batch, i);
      });
      return ledger.chainAt(batches.length);
    };
    const same = chains(batchOf(2), batchOf(4));
    expect(chains(batchOf(2), batchOf(4))).toBe(same);
    const others = [chains(batchOf(4), batchOf(2)), chains(batchOf(2), null, batchOf(4)), chains(batchOf(2, 4))];
    expect(new Set([same, ...others]).size).toBe(4);
    expect(new Ledger(evenIds(), 1).chainAt(0)).not.toBe(new Ledger(nothingToExecute, 1).chainAt(0));
  });

  test('keeps the weight of a snapshot for each position, so that it does not depend on who is ahead', () => {
    const ledger = new Ledger(evenIds(), 1);
    ledger.execute(1, batchOf(2, 4), 1);
    ledger.execute(2, batchOf(6), 2);
    expect([0, 1, 2].map((position) => ledger.stateBytesAt(position))).toEqual([0, 20, 30]);
    expect(ledger.stateBytes()).toBe(30);
  });

  test('passes on the invariant of the state', () => {
    const broken: LedgerWorkload = {
      executes: true,
      newState: () => ({ execute: () => true, digest: () => 0, bytes: () => 0, invariant: () => 'money is gone' }),
    };
    expect(new Ledger(broken, 1).invariant()).toBe('money is gone');
    expect(new Ledger(evenIds(), 1).invariant()).toBeNull();
  });
});

describe('disagreement', () => {
  test('about a batch is reported with the position and both digests, and changes nothing', () => {
    const ledger = new Ledger(evenIds(), 1);
    const batch = batchOf(2);
    const other = batchOf(4);
    const { chain } = ledger.execute(1, batch, 1);
    const { problem } = ledger.execute(1, other, 2);
    expect(problem).toMatchObject({ position: 1, first: batch.digest, other: other.digest });
    expect(problem?.detail).toContain((other.digest >>> 0).toString(16));
    expect(ledger.chainAt(1)).toBe(chain);
    expect(ledger.orderedAt(4)).toBe(0);
    expect(other.stamps.valid).toBeNull();
    expect(ledger.execute(1, batch, 3).problem).toBeNull();
  });

  test('between a batch and no batch is disagreement, too', () => {
    const ledger = new Ledger(nothingToExecute, 1);
    ledger.execute(1, null, 1);
    expect(ledger.execute(1, null, 2).problem).toBeNull();
    expect(ledger.execute(1, batchOf(1), 3).problem).toMatchObject({ position: 1, first: NULL_DIGEST });
  });
});

describe('the callers’ duties', () => {
  test('a position is not skipped', () => {
    const ledger = new Ledger(nothingToExecute, 1);
    expect(() => ledger.execute(2, null, 1)).toThrow('position 2 is executed, but nobody executed 1 before it');
    expect(() => ledger.chainAt(1)).toThrow('execution has only reached 0');
  });

  test('what was forgotten is not asked for again; what was not is still there', () => {
    const ledger = new Ledger(nothingToExecute, 1);
    const chains = [1, 2, 3, 4, 5].map((position) => ledger.execute(position, batchOf(position), position).chain);
    ledger.forget(4);
    ledger.forget(2);
    expect(() => ledger.chainAt(3)).toThrow('position 3 was forgotten (everything below 4)');
    expect(() => ledger.execute(3, batchOf(3), 9)).toThrow('was forgotten');
    expect([ledger.chainAt(4), ledger.chainAt(5)]).toEqual(chains.slice(3));
    expect(ledger.execute(4, batchOf(4), 9).problem).toBeNull();
    expect([1, 2, 3, 4, 5, 6].map((id) => ledger.orderedAt(id) > 0)).toEqual([true, true, true, true, true, false]);
    ledger.forget(100);
    expect(ledger.execute(6, batchOf(6), 10).problem).toBeNull();
  });
});
