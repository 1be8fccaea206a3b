// What is heard and sent in rows is measured as if it came one by one, wherever segments and bins end.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { absorb } from '../../src/kernel/random.ts';
import { createBatch } from '../../src/ledger/batch.ts';
import { FineBins } from '../../src/simulation/fine-bins.ts';
import { ReplyLane } from '../../src/simulation/lanes.ts';
import { Meter } from '../../src/simulation/meter.ts';
import { ReplyRow } from '../../src/simulation/reply-row.ts';
import { quietSpec } from '../support/quiet-spec.ts';
import { clientsAt, openLoad } from '../support/run-specs.ts';

const HORIZON = 5_000_000;
const group = clientsAt({ site: 0 }, openLoad(100));
const newMeter = (groups: number): Meter =>
  new Meter(
    quietSpec(1, 1_000_000, {
      horizon: HORIZON,
      boundaries: [1_000_000, 3_000_000],
      clients: new Array(groups).fill(group),
    }),
  );

/** All that a meter says, once it has seen `end`. */
function saidBy(meter: Meter, end: number): unknown {
  return [meter.finals, meter.submitted, meter.results(end), meter.timeline(), meter.stalls(0, end)];
}

const instants = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 900_000 })), {
    minLength: 1,
    maxLength: 60,
  })
  .map((gaps) => {
    let at = 0;
    return gaps.map((gap) => (at += gap));
  });

describe('a row of replies', () => {
  test('is measured as the same replies one by one', () => {
    fc.assert(
      fc.property(
        instants,
        fc.array(fc.integer({ min: 0, max: 2_000_000 }), { minLength: 60, maxLength: 60 }),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        (times, latencies, groups, withBatch) => {
          const count = times.length;
          const ids = Int32Array.from(times, (_, i) => i * groups);
          const received = Float64Array.from(times, (at, i) => Math.max(0, at - (latencies[i] as number)) + (i % 5));
          const batch = withBatch ? createBatch(ids, received, 1, 0, 0) : null;
          if (batch !== null) Object.assign(batch.stamps, { proposedAt: 10, committedAt: 20, executedAt: 30 });
          const [single, together] = [newMeter(groups), newMeter(groups)];
          const row = new ReplyRow();
          row.reserve(count);
          row.count = count;
          times.forEach((at, i) => {
            const intended = Math.max(0, at - (latencies[i] as number));
            single.onFinal(intended, at, batch, i, i % 3 === 0);
            row.times[i] = at;
            row.intended[i] = intended;
            row.latencies[i] = at - intended;
            row.places[i] = i;
            row.results[i] = (7 << 1) | (i % 3 === 0 ? 1 : 0);
          });
          together.onFinals(batch, row);
          const end = Math.max(HORIZON, (times.at(-1) as number) + 1);
          expect(saidBy(together, end)).toEqual(saidBy(single, end));
        },
      ),
      { seed: 20_260_101, numRuns: 60 },
    );
  });

  test('of a lane holds what of its first train comes before an instant, and leaves the rest', () => {
    const lane = new ReplyLane();
    const batch = createBatch(Int32Array.of(5, 6, 7), new Float64Array(3), 1, 0, 0);
    for (let i = 0; i < 3; i++) lane.push(10 * (i + 1), i, 4 + i, batch, 1);
    lane.push(35, 9, 8, null, 1);
    const row = new ReplyRow();
    lane.take(row, 30, 77);
    expect([row.count, ...row.times.subarray(0, 2)]).toEqual([2, 10, 20]);
    expect([...row.places.subarray(0, 2), ...row.results.subarray(0, 2)]).toEqual([0, 1, 4, 5]);
    expect([...row.ids.subarray(0, 2)]).toEqual([5, 6]);
    expect([...row.contents.subarray(0, 2)]).toEqual([absorb(5, 4) ^ 77, absorb(6, 5) ^ 77]);
    expect([lane.headAt, lane.size, lane.train.batch]).toEqual([30, 2, batch]);
    lane.take(row, 100, 77);
    expect([row.count, row.times[0], lane.headAt, lane.train.batch]).toEqual([1, 30, 35, null]);
    lane.take(row, 100, 77);
    expect([row.count, row.ids[0], lane.headAt, lane.size]).toEqual([1, 9, Number.POSITIVE_INFINITY, 0]);
  });
});

describe('a row of requests', () => {
  test('is measured as the same requests one by one', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 0, max: 59 }), (times, from) => {
        const first = Math.min(from, times.length - 1);
        const [single, together] = [newMeter(1), newMeter(1)];
        for (const at of times.slice(first)) single.onSubmit(at);
        together.onSubmits(Float64Array.from(times), first, times.length);
        const end = Math.max(HORIZON, (times.at(-1) as number) + 1);
        expect(saidBy(together, end)).toEqual(saidBy(single, end));
      }),
      { seed: 20_260_101, numRuns: 60 },
    );
  });
});

/** The bins that hold something. */
function heldBy(bins: FineBins): number[][] {
  const held: number[][] = [];
  const { fineSubmitted, fineFinal, firstSubmit, firstFinal, lastFinalIn } = bins;
  for (let i = 0; i < fineFinal.length; i++)
    if (fineSubmitted[i] !== 0 || fineFinal[i] !== 0)
      held.push([
        i,
        ...[fineSubmitted, fineFinal, firstSubmit, firstFinal, lastFinalIn].map((column) => column[i] as number),
      ]);
  return held;
}

describe('fine bins', () => {
  test('hold of a row what they hold of its requests and replies one by one', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 0, max: 59 }), (times, from) => {
        const first = Math.min(from, times.length - 1);
        // Bins of 16 ns, the last of which takes what comes behind them.
        const [single, together] = [new FineBins(500_000), new FineBins(500_000)];
        for (const at of times) single.final(at);
        for (const at of times.slice(first)) single.submitted(at);
        together.allFinal(Float64Array.from(times), times.length);
        together.allSubmitted(Float64Array.from(times), first, times.length);
        expect(heldBy(together)).toEqual(heldBy(single));
      }),
      { seed: 20_260_101, numRuns: 60 },
    );
  });
});
