// All checks of a run together: what each of them finds, which finding is told, and when a run counts as stuck.
import { describe, expect, test } from 'vitest';
import { RunChecks } from '../../src/checks/run-checks.ts';
import { type Batch, createBatch } from '../../src/ledger/batch.ts';

const batch = (...ids: number[]): Batch => createBatch(Int32Array.from(ids), new Float64Array(ids.length), 1, 0, 0);
const outcome = (length: number, problem: string | null = null) => ({
  chain: 1,
  valid: new Uint8Array(length).fill(1),
  problem: problem === null ? null : { position: 1, first: 1, other: 2, detail: problem },
});
const newChecks = (): RunChecks => new RunChecks({ groups: 1, leaderOf: () => -1, submitted: () => 100 });

describe('the checks of a run', () => {
  test('find nothing in a run where all is well', () => {
    const checks = newChecks();
    for (let node = 0; node < 3; node++) {
      checks.leads(0, 1, 1);
      checks.committed(node, 5, 1, batch(1, 2));
      checks.committed(node, 6, 2, null);
      checks.executed(node, 7, 1, batch(1, 2), outcome(2));
      checks.executed(node, 8, 2, null, outcome(0));
      checks.installed(node, 9, 2, 77, 77);
      checks.installed(node, 9, 2, 77, null);
      checks.read(node, 10, 2, 2);
    }
    checks.final(2);
    checks.atEnd(100, [2, 1, 0], true, null);
    checks.progress(50, [{ from: 60, to: 70 }], 10, 100);
    expect(checks.findings).toEqual([]);
    expect(checks.earliest).toBeNull();
  });

  test.each<readonly [string, string, (checks: RunChecks) => void]>([
    [
      'two batches at one position',
      'agreement',
      (c) => [c.committed(0, 4, 1, batch(1)), c.committed(1, 5, 1, batch(2))],
    ],
    [
      'a batch and no batch at one position',
      'agreement',
      (c) => [c.committed(0, 4, 1, batch(1)), c.committed(1, 5, 1, null)],
    ],
    ['another execution at one position', 'order', (c) => c.executed(1, 5, 1, batch(1), outcome(1, 'chains part'))],
    ['a snapshot that is not the agreed state', 'order', (c) => c.installed(1, 5, 3, 7, 8)],
    ['two leaders in a term', 'one leader per term', (c) => [c.leads(0, 4, 2), c.leads(1, 5, 2)]],
    ['a request nobody submitted', 'validity', (c) => c.executed(1, 5, 1, batch(100), outcome(1))],
    [
      'a request that takes effect twice',
      'validity',
      (c) => [c.executed(0, 4, 1, batch(3), outcome(1)), c.executed(1, 5, 2, batch(3), outcome(1))],
    ],
    ['a request that no client could submit', 'validity', (c) => c.executed(1, 5, 1, batch(-1), outcome(1))],
    [
      'a request skipped as a duplicate that never took effect',
      'validity',
      (c) => c.executed(1, 5, 1, batch(3), { ...outcome(1), valid: Uint8Array.of(2) }),
    ],
    ['a stale read', 'linearizable reads', (c) => c.read(1, 5, 6, 7)],
    ['a final position that every live node lost', 'durability', (c) => [c.final(9), c.atEnd(5, [7, 8], true, null)]],
    ['money out of nothing', 'ledger invariant', (c) => c.atEnd(5, [], true, 'the sum is 7 instead of 6')],
  ])('find %s', (_, check, violate) => {
    const checks = newChecks();
    violate(checks);
    expect(checks.findings).toHaveLength(1);
    expect(checks.earliest).toMatchObject({ check, kind: 'safety', at: 5 });
  });

  test('tell the keeper of the highest position when durability is broken, and are content when one live node kept it', () => {
    const checks = newChecks();
    checks.final(9);
    checks.atEnd(5, [7, 9, 0], true, null);
    expect(checks.findings).toEqual([]);
    checks.atEnd(5, [7, 8, 0], true, null);
    expect(checks.earliest).toMatchObject({
      node: 1,
      detail: 'position 9 was final, but no live node has executed beyond 8',
    });
  });

  test('tell the earliest finding: by time, then node, then text', () => {
    const checks = newChecks();
    checks.read(2, 9, 1, 2);
    checks.read(1, 8, 1, 2);
    checks.installed(1, 8, 3, 7, 8);
    checks.read(0, 8, 1, 3);
    checks.read(0, 8, 1, 2);
    expect(checks.findings).toHaveLength(5);
    expect(checks.earliest).toMatchObject({ at: 8, node: 0, detail: expect.stringContaining('position 2 was final') });
  });

  test('tell who executed an invalid batch first, whoever is looked at first', () => {
    const checks = newChecks();
    checks.executed(2, 9, 1, batch(100), outcome(1));
    checks.executed(0, 7, 1, batch(100), outcome(1));
    checks.executed(1, 8, 1, batch(100), outcome(1));
    expect(checks.earliest).toMatchObject({ check: 'validity', at: 7, node: 0 });
  });
});

describe('progress', () => {
  const judge = (from: number, to: number, end = 1000) => {
    const checks = newChecks();
    checks.progress(
      100,
      [
        { from: 100, to: 130 },
        { from, to },
      ],
      50,
      end,
    );
    return checks.earliest;
  };

  test('is owed within the time from when a request is outstanding, not only the first time', () => {
    expect(judge(220, 270)).toBeNull();
    expect(judge(220, 271)).toMatchObject({ check: 'progress', kind: 'liveness', at: 270, node: -1 });
    expect(judge(220, 271)?.detail).toContain('the next did at 271ns');
  });

  test('is owed until the end, but not judged where the run ends too early to tell', () => {
    expect(judge(220, 1000)?.detail).toContain('none did before the run ended');
    expect(judge(220, 270, 270)).toBeNull();
  });
});
