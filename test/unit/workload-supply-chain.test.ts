// Supply-chain traceability: the life cycle that the ledger enforces, how requests walk through it, and the sizes of real events.
import { describe, expect, test } from 'vitest';
import { EventKind, eventBytes } from '../../src/workloads/epcis-events.ts';
import { type SupplyChainOptions, supplyChain } from '../../src/workloads/supply-chain.ts';
import { Step, TraceabilityState } from '../../src/workloads/traceability-state.ts';
import type { Workload } from '../../src/workloads/workload.ts';

const options: SupplyChainOptions = {
  parties: 12,
  openItems: 100,
  doubleReceipt: 0.005,
  readShare: 0,
  replyBytes: 128,
};

function created(changes: Partial<SupplyChainOptions> = {}, groups = 1): Workload {
  return supplyChain.create({ ...options, ...changes }, { seed: 7, groups });
}

function executed(workload: Workload, count: number): { invalid: number; digest: number; bytes: number } {
  const state = workload.newState();
  let invalid = 0;
  for (let id = 0; id < count; id++) if (!state.execute(id)) invalid++;
  return { invalid, digest: state.digest(), bytes: state.bytes() };
}

describe('the traceability ledger', () => {
  const [origin, consignee, stranger] = [3, 5, 8];
  const act = (state: TraceabilityState, step: number, actor: number) => state.apply(0, 40, step, actor, consignee);

  /** A ledger whose item 40 has taken the first `stage` steps. */
  function atStage(stage: number): TraceabilityState {
    const state = new TraceabilityState();
    for (let step = 0; step < stage; step++)
      expect(act(state, step, step < Step.receive ? origin : consignee)).toBe(true);
    return state;
  }

  test('takes an item through its five steps, each reported by who holds or receives it', () => {
    const state = atStage(5);
    expect(state.bytes()).toBe(96);
    expect(state.digest()).not.toBe(0);
  });

  test('refuses every step but the next one, and a refusal changes nothing', () => {
    for (let stage = 0; stage <= 5; stage++) {
      const state = atStage(stage);
      const digest = state.digest();
      for (let step = 0; step < 5; step++) {
        if (step === stage) continue;
        expect(act(state, step, origin)).toBe(false);
        expect(act(state, step, consignee)).toBe(false);
      }
      expect(state.digest()).toBe(digest);
    }
  });

  test('refuses a step by a party that has no part in it, and a receipt by the shipper', () => {
    expect(act(atStage(Step.pack), Step.pack, stranger)).toBe(false);
    expect(act(atStage(Step.ship), Step.ship, consignee)).toBe(false);
    expect(act(atStage(Step.receive), Step.receive, stranger)).toBe(false);
    expect(act(atStage(Step.receive), Step.receive, origin)).toBe(false);
    expect(act(atStage(Step.inspect), Step.inspect, origin)).toBe(false);
  });

  test('refuses anything about an item that nobody commissioned', () => {
    expect(new TraceabilityState().apply(0, -1, Step.receive, origin, consignee)).toBe(false);
    expect(new TraceabilityState().apply(0, 9, Step.receive, origin, consignee)).toBe(false);
  });

  test('begins with items under way, which only their parties take on', () => {
    const genesis = { groups: 1, atEachStage: 10, origin: () => origin, consignee: () => consignee };
    for (const item of [0, 9, 10, 25, 39]) {
      const stage = 4 - Math.floor(item / 10);
      const state = new TraceabilityState(genesis);
      for (let step = 0; step < 5; step++)
        if (step !== stage) expect(state.apply(0, item, step, origin, consignee)).toBe(false);
      expect(state.apply(0, item, stage, stranger, consignee)).toBe(false);
      for (let step = stage; step < 5; step++)
        expect(state.apply(0, item, step, step < Step.receive ? origin : consignee, consignee)).toBe(true);
      expect(state.bytes()).toBe(40 * 96);
    }
  });

  test('keeps the largest party numbers apart', () => {
    const state = new TraceabilityState();
    for (let step = 0; step < Step.receive; step++) expect(state.apply(0, 0, step, 16_382, 16_383)).toBe(true);
    expect(state.apply(0, 0, Step.receive, 16_382, 0)).toBe(false);
    expect(state.apply(0, 0, Step.receive, 16_383, 0)).toBe(true);
  });
});

describe('supply-chain requests', () => {
  test('are all valid in the order of sending when no receipt is doubled', () => {
    for (const groups of [1, 4]) expect(executed(created({ doubleReceipt: 0 }, groups), 20_000).invalid).toBe(0);
  });

  test('are invalid exactly in the asked share when receipts are doubled', () => {
    for (const doubleReceipt of [0.005, 0.25]) {
      const count = 32 * 1000;
      expect(executed(created({ doubleReceipt }), count).invalid).toBe(count * doubleReceipt);
    }
  });

  test('keep as many items under way as asked for, in fours, and five quarters as many events between two steps of one', () => {
    const openItems = 50;
    const apart = 5 * 13;
    for (const groups of [1, 3]) {
      const workload = created({ openItems, doubleReceipt: 0 }, groups);
      // 52 of each group from the first moment on; every five events begin one item and end another.
      expect(workload.newState().bytes()).toBe(groups * 52 * 96);
      expect(executed(workload, groups * apart).bytes).toBe(groups * (52 + 13) * 96);
    }
    // So as many events in a row are about as many items and may be reversed; and one that is left out spoils those that follow it.
    const workload = created({ openItems, doubleReceipt: 0 });
    const reversed = workload.newState();
    for (let row = 0; row < 12; row++)
      for (let i = apart - 1; i >= 0; i--) expect(reversed.execute(row * apart + i)).toBe(true);
    const state = workload.newState();
    const invalid: number[] = [];
    for (let id = 0; id < apart * 6; id++) if (id !== 5 && !state.execute(id)) invalid.push(id);
    // Event 5 commissions the item of turn 1; its other steps come 13 turns apart, each one place later in its turn.
    expect(invalid).toEqual([5 + apart + 1, 5 + 2 * apart + 2, 5 + 3 * apart + 3, 5 + 4 * apart + 4]);
  });

  test('are of one mix throughout: any stretch of a group has the sizes and kinds of the whole', () => {
    const workload = created({ openItems: 10_000, doubleReceipt: 0 }, 4);
    const meanOver = (from: number, count: number): number => {
      let bytes = 0;
      for (let id = from; id < from + count; id++) bytes += workload.bytes(id);
      return bytes / count;
    };
    const mean = (0.8 * 657 + 0.2 * 937 + 1417 + 657 + 860 + 0.7 * 657 + 0.3 * 446) / 5;
    // The standard deviation of a size is about 500 B: 20,000 of them give its mean to 3.5 B.
    for (const from of [0, 30_000, 100_000, 1_000_000])
      expect(Math.abs(meanOver(from, 20_000) / mean - 1)).toBeLessThan(0.015);
  });

  test('query an item’s trace in the asked share, change nothing, and answer with its events', () => {
    const workload = created({ readShare: 0.5, doubleReceipt: 0 });
    const state = workload.newState();
    let reads = 0;
    let replies = 0;
    for (let id = 0; id < 32_000; id++) {
      const digest = state.digest();
      expect(state.execute(id)).toBe(true);
      if (!workload.isRead(id)) {
        expect(state.digest()).not.toBe(digest);
        expect(workload.replyBytes(id)).toBe(128);
        continue;
      }
      reads++;
      replies += workload.replyBytes(id);
      expect(state.digest()).toBe(digest);
      expect(workload.bytes(id)).toBe(240);
    }
    expect(reads).toBe(16_000);
    // Five events of one item: their mean sizes by step add up (0.8·657 + 0.2·937) + 1417 + 2·(657 + 860)/2 + (0.7·657 + 0.3·446).
    const trace = 0.8 * 657 + 0.2 * 937 + 1417 + 657 + 860 + 0.7 * 657 + 0.3 * 446;
    const mean = replies / reads - 128;
    expect(mean / trace).toBeGreaterThan(0.99);
    expect(mean / trace).toBeLessThan(1.01);
  });

  test('refuse options that ask for more than all requests', () => {
    const setting = { nodes: 4, longestRoundTrip: 0, medianRoundTrip: 0, restarts: false };
    expect(supplyChain.problems?.(options, setting)).toEqual([]);
    expect(supplyChain.problems?.({ ...options, readShare: 0.996 }, setting)).toMatchObject([
      { severity: 'error', path: 'readShare' },
    ]);
  });
});

describe('EPCIS event sizes', () => {
  test('have the mean of real events for each kind, within half a per cent', () => {
    const means = { object: 657, aggregation: 1417, transaction: 860, transformation: 937, association: 446 };
    for (const [name, kind] of Object.entries(EventKind)) {
      let sum = 0;
      for (let cell = 0; cell < 1024; cell++) sum += eventBytes(kind, cell << 22);
      const mean = means[name as keyof typeof means];
      expect(Math.abs(sum / 1024 / mean - 1), name).toBeLessThan(0.005);
    }
  });

  test('have over whole life cycles the quantiles of real events within 3 %, and their maximum', () => {
    const workload = created({ doubleReceipt: 0 });
    const sizes = Float64Array.from({ length: 200_000 }, (_, id) => workload.bytes(id)).sort();
    const quantile = (p: number) => sizes[Math.floor(p * sizes.length)] as number;
    for (const [p, bytes] of [
      [0.25, 560],
      [0.5, 705],
      [0.75, 1136],
    ] as const)
      expect(Math.abs(quantile(p) / bytes - 1), `quantile ${p} is ${quantile(p)}`).toBeLessThan(0.03);
    expect(sizes[sizes.length - 1]).toBe(5389);
    expect(sizes[0]).toBeGreaterThanOrEqual(330);
  });
});
