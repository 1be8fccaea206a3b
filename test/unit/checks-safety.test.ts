// The safety checks, each with a violation made by hand: found, told at the instant and node where it took place, in whatever order
// the kernel came to the events, and nothing found where all is well.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AgreementCheck } from '../../src/checks/agreement.ts';
import { LeadershipCheck } from '../../src/checks/leadership.ts';
import { ValidityCheck } from '../../src/checks/validity.ts';
import type { Finding } from '../../src/checks/violation.ts';
import { type Batch, createBatch } from '../../src/ledger/batch.ts';

type Commit = readonly [node: number, at: number, position: number, digest: number];

function agreementOf(commits: readonly Commit[], check = new AgreementCheck()): Finding[] {
  return commits.map((commit) => check.committed(...commit)).filter((finding) => finding !== null);
}

const earliest = (findings: readonly Finding[]): Finding =>
  [...findings].sort((a, b) => a.at - b.at || a.node - b.node)[0] as Finding;

describe('agreement', () => {
  test('holds where all replicas commit the same batches, in any order, empty ones and repeats after a restart included', () => {
    const commits: Commit[] = [];
    for (let position = 1; position <= 3000; position++)
      for (let node = 0; node < 4; node++)
        commits.push([node, position * 10 + node, position, position % 7 === 0 ? 0 : position * 31]);
    const check = new AgreementCheck();
    expect(agreementOf(commits, check)).toEqual([]);
    expect(agreementOf(commits.toReversed(), check)).toEqual([]);
    expect(check.highest).toBe(3000);
  });

  test('is broken where the second batch is committed first, whatever the order in which commits are told', () => {
    const commits: Commit[] = [
      [3, 10, 5, 0xa],
      [1, 7, 5, 0xb],
      [2, 8, 5, 0xa],
      [0, 9, 5, 0xb],
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(commits, { minLength: 4 }), (shuffled) => {
        expect(earliest(agreementOf(shuffled))).toEqual({
          check: 'agreement',
          kind: 'safety',
          at: 8,
          node: 2,
          detail: 'position 5: node 1 committed batch 0000000b at 7ns, node 2 batch 0000000a at 8ns',
        });
      }),
    );
  });

  test('names the higher node where both batches are committed at one instant', () => {
    for (const commits of [
      [
        [1, 5, 1, 1],
        [0, 5, 1, 2],
      ],
      [
        [0, 5, 1, 2],
        [1, 5, 1, 1],
      ],
    ] as const)
      expect(agreementOf(commits)).toMatchObject([{ at: 5, node: 1 }]);
  });

  test('tells a null batch from a real one', () => {
    expect(
      agreementOf([
        [0, 1, 1, 0],
        [1, 2, 1, 9],
      ]),
    ).toHaveLength(1);
    expect(
      agreementOf([
        [0, 1, 1, 9],
        [1, 2, 1, 0],
      ]),
    ).toHaveLength(1);
  });

  test('remembers what it was not told to forget, over any number of positions', () => {
    const check = new AgreementCheck();
    for (let position = 1; position <= 10_000; position++) check.committed(0, position, position, position);
    for (const position of [1, 1024, 1025, 5000, 10_000])
      expect(agreementOf([[1, 20_000, position, position + 1]], check)).toHaveLength(1);
    expect(agreementOf([[1, 20_000, 7777, 7777]], check)).toEqual([]);
  });

  test('may forget below a bound: those positions are not judged again, all others are', () => {
    const check = new AgreementCheck();
    for (let position = 1; position <= 3000; position++) check.committed(0, position, position, position);
    check.forget(-5);
    check.forget(2500);
    expect(agreementOf([[1, 1, 2499, 1]], check)).toEqual([]);
    expect(agreementOf([[1, 1, 2500, 1]], check)).toHaveLength(1);
    // The ring is used again for later positions, without a trace of the old ones.
    for (let position = 3001; position <= 3500; position++) {
      expect(check.committed(1, position, position, position + 7)).toBeNull();
      expect(check.committed(2, position, position, position + 7)).toBeNull();
    }
    check.forget(1_000_000);
    expect(check.committed(0, 1, 3501, 5)).toBeNull();
    expect(check.committed(1, 1, 3501, 6)).not.toBeNull();
  });
});

describe('one leader per term', () => {
  const unnamed = (): LeadershipCheck => new LeadershipCheck(() => -1);

  test('holds where each term has one leader, however often it says so', () => {
    const check = unnamed();
    for (const [node, at, term] of [
      [0, 1, 1],
      [2, 5, 2],
      [2, 9, 2],
      [0, 20, 7],
    ] as const)
      expect(check.leads(node, at, term)).toBeNull();
  });

  test('is broken by the second node that leads in a term, in whatever order they are told', () => {
    const leaders = [
      [3, 10],
      [1, 7],
      [2, 8],
    ] as const;
    fc.assert(
      fc.property(fc.shuffledSubarray([...leaders], { minLength: 3 }), (shuffled) => {
        const check = unnamed();
        const findings = shuffled.map(([node, at]) => check.leads(node, at, 4)).filter((finding) => finding !== null);
        expect(earliest(findings)).toEqual({
          check: 'one leader per term',
          kind: 'safety',
          at: 8,
          node: 2,
          detail: 'node 2 leads in term 4, where node 1 does',
        });
      }),
    );
  });

  test('is broken by any node but the one that a view names', () => {
    const check = new LeadershipCheck((view) => view % 4);
    expect(check.leads(1, 5, 5)).toBeNull();
    expect(check.leads(1, 6, 6)).toMatchObject({ at: 6, node: 1, detail: 'node 1 leads in term 6, where node 2 does' });
    expect(check.leads(2, 7, 6)).toBeNull();
  });
});

describe('validity', () => {
  const batch = (...ids: number[]): Batch => createBatch(Int32Array.from(ids), new Float64Array(ids.length), 1, 0, 0);
  const allNew = (length: number): Uint8Array => new Uint8Array(length).fill(1);

  test('holds where every request was submitted and takes effect once, for any number of requests', () => {
    const check = new ValidityCheck(3, () => 100_000);
    for (let first = 0; first < 60_000; first += 600) {
      const ids = Array.from({ length: 600 }, (_, i) => first + i);
      expect(check.executed(0, 1, 1 + first / 600, batch(...ids), allNew(600))).toBeNull();
    }
    // Whole pages are summed up, and still known.
    for (const id of [0, 4095, 4096, 30_000, 59_999])
      expect(check.executed(0, 9, 200, batch(id), allNew(1))?.detail).toBe(
        `request ${id} took effect again at position 200`,
      );
    expect(check.executed(0, 9, 200, batch(60_000), allNew(1))).toBeNull();
  });

  test('finds what looking at each request by itself finds', () => {
    // Rows of requests from anywhere, now and then one that was there before or that nobody sent, rightly or wrongly marked.
    const row = fc.record({ from: fc.integer({ min: -2, max: 200 }), length: fc.integer({ min: 1, max: 90 }) });
    const batches = fc.array(fc.tuple(fc.array(row, { maxLength: 3 }), fc.array(fc.nat(60), { maxLength: 2 })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), batches, (groups, given) => {
        const submitted = 240;
        const check = new ValidityCheck(groups, () => submitted);
        const seen = new Set<number>();
        for (const [number, [rows, wrong]] of given.entries()) {
          const ids = rows.flatMap(({ from, length }) => Array.from({ length }, (_, k) => from + k * groups));
          const flags = Uint8Array.from(ids, (id, k) =>
            seen.has(id) || ids.indexOf(id) < k ? 2 : k % 5 === 0 ? 0 : 1,
          );
          for (const at of wrong) if (at < flags.length) flags[at] = flags[at] === 2 ? 1 : 2;
          const found = check.executed(0, 1, number, batch(...ids), flags)?.detail ?? null;
          const at = ids.findIndex((id, k) => {
            const known = id >= 0 && id < submitted * groups;
            const first = known && !seen.has(id);
            if (known) seen.add(id);
            return !known || first === (flags[k] === 2);
          });
          expect(found === null).toBe(at < 0);
          if (found === null) continue;
          expect(found).toContain(`request ${ids[at]}`);
          return;
        }
      }),
      { seed: 20_260_101, numRuns: 400 },
    );
  });

  test('allows a duplicate that is skipped', () => {
    const check = new ValidityCheck(1, () => 10);
    expect(check.executed(0, 1, 1, batch(4, 5), allNew(2))).toBeNull();
    expect(check.executed(0, 1, 2, batch(5, 6), Uint8Array.of(2, 1))).toBeNull();
    expect(check.executed(0, 1, 3, batch(6), Uint8Array.of(0))).toMatchObject({
      detail: 'request 6 took effect again at position 3',
    });
  });

  test('is broken by a request twice in one batch', () => {
    const check = new ValidityCheck(1, () => 10);
    expect(check.executed(2, 5, 1, batch(4, 4), allNew(2))).toEqual({
      check: 'validity',
      kind: 'safety',
      at: 5,
      node: 2,
      detail: 'request 4 took effect again at position 1',
    });
  });

  test('is broken by a request that its group has not submitted', () => {
    // Of group 1, the requests 1, 4 and 7 were submitted.
    const check = new ValidityCheck(3, (group) => (group === 1 ? 3 : 0));
    expect(check.executed(0, 5, 1, batch(1, 4, 7), allNew(3))).toBeNull();
    expect(check.executed(0, 6, 2, batch(10), allNew(1))?.detail).toBe(
      'position 2 holds request 10, which no client has submitted',
    );
    expect(check.executed(0, 6, 3, batch(0), allNew(1))?.detail).toBe(
      'position 3 holds request 0, which no client has submitted',
    );
  });
});
