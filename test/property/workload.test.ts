// What holds for every workload whatever its options, seed and ids: requests follow from their ids alone, the state from the order of
// execution alone, and each request is executed once.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stream } from '../../src/kernel/random.ts';
import { createBatch } from '../../src/ledger/batch.ts';
import { Ledger } from '../../src/ledger/execution.ts';
import { defaultsOf } from '../../src/units/options.ts';
import { Mixture } from '../../src/workloads/mixture.ts';
import { workloadNamed, workloads } from '../../src/workloads/registry.ts';
import type { Workload } from '../../src/workloads/workload.ts';

const anyName = fc.constantFrom(...Object.keys(workloads));
const anySeed = fc.maxSafeNat();
const anyGroups = fc.integer({ min: 1, max: 50 });
const anyShare = fc.oneof(fc.constantFrom(0, 0.005, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true }));

function created(name: string, seed: number, groups: number, changes: object = {}): Workload {
  const definition = workloadNamed(name);
  const options = { ...(defaultsOf(definition.options as object) as object), accounts: 40, openItems: 20, ...changes };
  return definition.create(options, { seed, groups });
}

describe('every workload', () => {
  test('gives each request the same contents whenever and by whomever it is asked', () => {
    const anyIds = fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(anyName, anySeed, anyGroups, anyIds, fc.boolean(), (name, seed, groups, ids, reads) => {
        const changes = reads ? { readShare: 0.4 } : {};
        const one = created(name, seed, groups, changes);
        const other = created(name, seed, groups, changes);
        const contents = (workload: Workload, id: number) => [
          workload.bytes(id),
          workload.replyBytes(id),
          workload.isRead(id),
        ];
        const forwards = ids.map((id) => contents(one, id));
        const backwards = [...ids].reverse().map((id) => contents(other, id));
        expect(backwards.reverse()).toEqual(forwards);
        for (const [bytes, replyBytes, isRead] of forwards) {
          expect(Number.isSafeInteger(bytes) && (bytes as number) >= 0 && (bytes as number) <= 5389).toBe(true);
          expect(Number.isSafeInteger(replyBytes) && (replyBytes as number) >= 0).toBe(true);
          expect(reads || !isRead).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('that executes gives replicas that execute the same order the same state, and keeps its invariant in any order', () => {
    const anyIds = fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(
        fc.constantFrom('supply-chain', 'payments'),
        anySeed,
        anyGroups,
        anyIds,
        (name, seed, groups, ids) => {
          const workload = created(name, seed, groups, { initialBalance: 150_000 });
          const [one, other] = [
            workload.newState(),
            created(name, seed, groups, { initialBalance: 150_000 }).newState(),
          ];
          for (const id of ids) {
            const before = one.digest();
            const valid = one.execute(id);
            expect(valid || one.digest() === before).toBe(true);
          }
          for (const id of ids) other.execute(id);
          expect(other.digest()).toBe(one.digest());
          expect(other.bytes()).toBe(one.bytes());
          expect(one.invariant()).toBeNull();
        },
      ),
      { numRuns: 150 },
    );
  });

  test('of items gives client groups that do not disturb each other, however their requests interleave', () => {
    fc.assert(
      fc.property(
        anySeed,
        fc.integer({ min: 2, max: 5 }),
        fc.array(fc.nat(), { maxLength: 1500 }),
        (seed, groups, order) => {
          const workload = created('supply-chain', seed, groups, { doubleReceipt: 0.03 });
          const [mixed, apart] = [workload.newState(), workload.newState()];
          const counters = new Array<number>(groups).fill(0);
          const validity = new Map<number, boolean>();
          for (const pick of order) {
            const group = pick % groups;
            const id = (counters[group] as number) * groups + group;
            (counters[group] as number)++;
            validity.set(id, mixed.execute(id));
          }
          counters.forEach((count, group) => {
            for (let k = 0; k < count; k++)
              expect(apart.execute(k * groups + group)).toBe(validity.get(k * groups + group));
          });
          expect(apart.digest()).toBe(mixed.digest());
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a mixture', () => {
  test('counts its extras right everywhere, and holds the exact share of them in every stretch of blocks', () => {
    fc.assert(
      fc.property(anyShare, anySeed, fc.nat(100), fc.nat(60_000), (share, seed, group, firstBlock) => {
        const mixture = new Mixture(share, stream(seed, 5));
        const extrasBefore = (counter: number) => {
          const seen = mixture.extrasBefore(group, counter);
          return seen < 0 ? ~seen : seen;
        };
        const first = firstBlock * 32;
        for (let counter = first; counter < first + 100; counter++) {
          const isExtra = mixture.extrasBefore(group, counter) < 0;
          expect(extrasBefore(counter + 1) - extrasBefore(counter)).toBe(isExtra ? 1 : 0);
        }
        expect(extrasBefore(first)).toBe(Math.floor(firstBlock * share * 32));
      }),
      { numRuns: 200 },
    );
  });
});

describe('the ledger', () => {
  /** Batches of ids from a small range, so that many are ordered twice; null is a null batch. */
  const anyBatches = fc.array(fc.option(fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 30 }), { freq: 8 }), {
    minLength: 1,
    maxLength: 60,
  });

  test('executes each request once, at its first position, as a plain list of them says', () => {
    fc.assert(
      fc.property(anyName, anyGroups, anyBatches, fc.boolean(), (name, groups, lists, forgets) => {
        const workload = created(name, 9, groups);
        const ledger = new Ledger(workload, groups);
        const state = workload.executes ? workload.newState() : null;
        const first = new Map<number, number>();
        lists.forEach((ids, i) => {
          const position = i + 1;
          const batch = ids && createBatch(Int32Array.from(ids), new Float64Array(ids.length), 0, 0, 0);
          const { valid } = ledger.execute(position, batch, position);
          ids?.forEach((id, j) => {
            const known = first.has(id);
            if (!known) first.set(id, position);
            expect(valid[j]).toBe(known ? 2 : state === null || state.execute(id) ? 1 : 0);
          });
          if (forgets && position % 7 === 0) ledger.forget(position - 3);
        });
        for (let id = 0; id <= 3000; id++) {
          const position = first.get(id) ?? 0;
          expect(ledger.orderedAt(id) > 0).toBe(position > 0);
          if (!forgets) expect(ledger.orderedAt(id)).toBe(position);
        }
        expect(ledger.executedCount).toBe(first.size);
      }),
      { numRuns: 60 },
    );
  });

  test('gives every replica the same outcomes, whichever of them is ahead at any time', () => {
    const anySchedule = fc.array(fc.nat(3), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(anyBatches, anySchedule, (lists, schedule) => {
        const batches = () =>
          lists.map((ids) => ids && createBatch(Int32Array.from(ids), new Float64Array(ids.length), 0, 0, 0));
        const run = (turns: readonly number[]): { chains: number[]; stamps: (number | undefined)[] } => {
          const ledger = new Ledger(created('supply-chain', 1, 3), 3);
          const ordered = batches();
          const reached = [0, 0, 0, 0];
          for (const replica of turns) {
            const at = reached[replica] as number;
            if (at === ordered.length) continue;
            // Replica r comes to position p at 1000 p + r, whenever its turn is.
            const record = ledger.execute(at + 1, ordered[at] ?? null, 1000 * (at + 1) + replica);
            expect(record.problem).toBeNull();
            expect(record.chain).toBe(ledger.chainAt(at + 1));
            reached[replica] = at + 1;
          }
          const last = ledger.executedPosition;
          return {
            chains: Array.from({ length: last + 1 }, (_, position) => ledger.chainAt(position)),
            stamps: ordered.slice(0, last).map((batch) => batch?.stamps.executedAt),
          };
        };
        // The same turns, taken by one replica after the other.
        const one = run(schedule);
        const other = run([...schedule].sort());
        expect(other).toEqual(one);
      }),
      { numRuns: 100 },
    );
  });
});
