// What a run remembers: what is open, whatever its length, with and without faults.
import { describe, expect, test } from 'vitest';
import { LeadershipCheck } from '../../src/checks/leadership.ts';
import { FastRun } from '../../src/simulation/fast-run.ts';
import { IdTable } from '../../src/simulation/id-table.ts';
import { InvalidRequests } from '../../src/simulation/invalid-requests.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { MICROSECOND, NEVER, SECOND } from '../../src/units/quantities.ts';
import { clientsAt, closedLoop, ledRaft, quietSpec } from '../support/quiet-spec.ts';

describe('the memory of a run', () => {
  /** Some four thousand positions a second, one request each. */
  function positionsAfter(horizon: number, faults: RunSpec['faults']): number {
    const run = new FastRun(
      quietSpec(3, 100 * MICROSECOND, {
        horizon,
        protocol: ledRaft({ batch: { timeout: 0, maxTransactions: 1 } }),
        clients: [clientsAt({ site: 3 }, closedLoop(4))],
        faults,
      }),
    );
    const { violations, counts } = run.run();
    expect(violations).toEqual([]);
    expect(counts.batches).toBeGreaterThan((2000 * horizon) / SECOND);
    return run.world.ledger.memory;
  }

  test.each([
    ['without faults', []],
    ['behind the last restart', [{ kind: 'crash', target: 2, at: SECOND / 2, duration: SECOND / 2 }]],
    ['behind a crash for good', [{ kind: 'crash', target: 2, at: SECOND / 2, duration: null }]],
    ['with a partition that heals', [{ kind: 'partition', target: 2, at: SECOND / 2, duration: SECOND / 2 }]],
  ] as const)('does not grow with its length %s', (_, faults) => {
    expect(positionsAfter(13 * SECOND + 1, faults)).toBeLessThanOrEqual(1.1 * positionsAfter(5 * SECOND + 1, faults));
  });

  test('keeps all positions before a restart, which may come back to them', () => {
    const faults = [{ kind: 'crash', target: 2, at: 4 * SECOND, duration: SECOND / 2 }] as const;
    const before = positionsAfter(3 * SECOND, faults);
    expect(before).toBeGreaterThan(3 * 2000 * 4);
    expect(positionsAfter(8 * SECOND, faults)).toBeLessThan(2 * before);
  });
});

describe('invalid requests', () => {
  /** One request in a position, ids in order; all but those that `isOpen` names are final at once. */
  function heldAfter(count: number, isOpen: (id: number) => boolean): InvalidRequests {
    const invalid = new InvalidRequests();
    const open: number[] = [];
    for (let id = 0; id < count; id++) {
      if (isOpen(id)) open.push(id);
      invalid.add(id, id);
      const oldest = open[0] ?? NEVER;
      invalid.forget(id + 0.5, id, id - 10, () => oldest);
      for (const one of open) expect(invalid.has(one)).toBe(true);
      expect(invalid.has(id)).toBe(true);
    }
    return invalid;
  }

  test('are dropped once their clients hold them as final', () => {
    const held = heldAfter(200_000, () => false);
    expect(held.size).toBeLessThan(4096);
    expect(held.has(100)).toBe(false);
  });

  test('are kept while their clients wait, and with them what was sent later', () => {
    expect(heldAfter(20_000, (id) => id === 7000).has(7000)).toBe(true);
  });

  test('are kept where some replica has not passed them', () => {
    const invalid = new InvalidRequests();
    for (let id = 0; id < 10_000; id++) {
      invalid.add(id, id);
      invalid.forget(id + 0.5, id, 500, () => NEVER);
    }
    expect(invalid.has(499)).toBe(false);
    expect(invalid.size).toBe(9500);
  });
});

describe('other memories', () => {
  test('an id table forgets the ids that a condition names, and no others', () => {
    const table = new IdTable();
    for (let id = 0; id < 3000; id++) table.set(id, id + 1);
    table.removeWhere((id) => id % 3 !== 0);
    expect(table.size).toBe(1000);
    for (let id = 0; id < 3000; id++) expect(table.get(id)).toBe(id % 3 === 0 ? id + 1 : -1);
  });

  test('the check of leaders still judges the last thousands of terms after hundreds of thousands', () => {
    const check = new LeadershipCheck(() => -1);
    for (let term = 1; term <= 300_000; term++) expect(check.leads(term % 5, term, term)).toBeNull();
    for (const term of [300_000, 299_999, 296_000])
      expect(check.leads((term + 1) % 5, 400_000, term)?.check).toBe('one leader per term');
    expect(check.size).toBeLessThan(10_000);
  });
});
