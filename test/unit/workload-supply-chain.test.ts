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

  test('of one item lie as many events apart as there are open items', () => {
    // With W open items the first 5W events complete W life cycles: the state holds W items then, and W + 1 one event later.
    const openItems = 50;
    const workload = created({ openItems, doubleReceipt: 0 });
    expect(executed(workload, openItems).bytes).toBe(openItems * 96);
    expect(executed(workload, openItems * 5).bytes).toBe(openItems * 96);
    expect(executed(workload, openItems * 5 + 1).bytes).toBe((openItems + 1) * 96);
    // So W events in a row are about W items and may be reversed; and one that is left out spoils the four that follow it.
    const reversed = workload.newState();
    for (let row = 0; row < 10; row++)
      for (let i = openItems - 1; i >= 0; i--) expect(reversed.execute(row * openItems + i)).toBe(true);
    const state = workload.newState();
    let invalid = 0;
    for (let id = 0; id < openItems * 5; id++) if (id !== 3 && !state.execute(id)) invalid++;
    expect(invalid).toBe(4);
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
    // The first round's 1,000 queries (500 events of 100 items) find nobody's item: 500 of 16,000.
    const mean = replies / reads - 128;
    expect(mean / ((trace * (16_000 - 500)) / 16_000)).toBeGreaterThan(0.99);
    expect(mean / ((trace * (16_000 - 500)) / 16_000)).toBeLessThan(1.01);
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
