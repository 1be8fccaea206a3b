// Whether a run kept up, fell behind, stopped or never answered, from hand-made backlogs; whether liveness was judged; what repeats cost.
import { describe, expect, test } from 'vitest';
import { finalityBySite } from '../../src/experiment/client-sites.ts';
import { type Condition, conditionOf, pointCondition } from '../../src/experiment/condition.ts';
import { whyLivenessIsOpen } from '../../src/experiment/liveness.ts';
import { repeatsOf } from '../../src/experiment/repeats.ts';
import { windowOf } from '../../src/experiment/window.ts';
import type { RunResult, SegmentResult } from '../../src/simulation/run-result.ts';
import { LogLinearHistogram } from '../../src/statistics/histogram.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { fakeRun, fakeSpec, faultOutcome } from '../support/fake-run.ts';

const PIECES = 40;
const plain = fakeRun(fakeSpec());
const fault = faultOutcome({ text: 'crash leader', at: 4 * SECOND, recovery: null });

/** A run of 10 s in forty pieces from what was offered and became final in each, and how long that took (ms). */
function runOf(
  of: (piece: number) => { offered: number; final: number; ms: number },
  changes: Partial<RunResult> = {},
) {
  const segments = Array.from({ length: PIECES }, (_, piece): SegmentResult => {
    const { offered, final, ms } = of(piece);
    const finality = new LogLinearHistogram();
    finality.recordMany(Math.round(ms * MILLISECOND), final);
    const [from, to] = [piece, piece + 1].map((edge) => (edge * 10 * SECOND) / PIECES) as [number, number];
    return { ...plain.segments[0]!, from, to, offered, final, finality: finality.toSparse() };
  });
  return { ...plain, segments, ...changes };
}
const condition = (run: RunResult): Condition => conditionOf(run, windowOf(run, 0)!);

describe('a run', () => {
  test('keeps up where as much becomes final as is offered, but for what is under way', () => {
    expect(condition(runOf(() => ({ offered: 50, final: 50, ms: 200 })))).toBe('keeps up');
    // The first answers take a while: what is under way at the end was under way all the time.
    expect(condition(runOf((i) => ({ offered: 50, final: i < 2 ? 0 : 50, ms: 500 })))).toBe('keeps up');
    expect(condition(runOf((i) => ({ offered: 50, final: i < 12 ? 0 : 50, ms: 3000 })))).toBe('keeps up');
  });

  test('keeps up through a burst, also one at its very end, and after catching up with an outage', () => {
    expect(condition(runOf((i) => ({ offered: i === 39 ? 500 : 50, final: 50, ms: 200 })))).toBe('keeps up');
    const burst = runOf((i) => ({ offered: i === 10 ? 500 : 50, final: i > 10 && i < 20 ? 100 : 50, ms: 200 }));
    expect(condition(burst)).toBe('keeps up');
    const recovered = runOf((i) => ({ offered: 50, final: i < 16 ? 50 : i < 22 ? 0 : i < 28 ? 100 : 50, ms: 200 }), {
      faults: [fault],
    });
    expect(condition(recovered)).toBe('keeps up');
  });

  test('keeps up though its numbers scatter, and is not condemned for few requests', () => {
    const odd = (i: number): number => (i * 37) % 7;
    expect(condition(runOf((i) => ({ offered: 47 + odd(i), final: 47 + odd(i + 3), ms: 200 })))).toBe('keeps up');
    expect(condition(runOf((i) => ({ offered: 1, final: i % 10 === 0 ? 0 : 1, ms: 200 })))).toBe('keeps up');
  });

  // All of seven pieces become final with the seventh, as a batch that waits for as long; the half lies behind one, the end before one.
  const inBatches = (load: number) =>
    runOf((i) => ({
      offered: 1000 * load,
      final: i % 7 === 5 ? 7000 : 0,
      ms: (i < 6 ? 300 : 875) + (1 - 1 / load) * i * 250,
    }));

  test('keeps up though batches fill up for long, whichever part of one is under way at its end', () => {
    expect(condition(inBatches(1))).toBe('keeps up');
    expect(condition(inBatches(1.5))).toBe('overloaded');
    expect(condition({ ...inBatches(1), faults: [fault] })).toBe('not caught up');
  });

  test.each([2, 1.2, 1.05])('is overloaded at %s times what it can do: ever more waits, ever longer', (load) => {
    const lagMs = (i: number): number => 200 + (1 - 1 / load) * i * 250;
    const run = runOf((i) => ({ offered: 1000 * load, final: 1000, ms: lagMs(i) }));
    expect(condition(run)).toBe('overloaded');
    expect(condition({ ...run, faults: [fault] })).toBe('not caught up');
    expect(condition({ ...run, faults: [{ ...fault, at: null }] })).toBe('overloaded');
  });

  test('is overloaded where most is lost, though what gets through is quick', () => {
    expect(condition(runOf(() => ({ offered: 50, final: 5, ms: 200 })))).toBe('overloaded');
  });

  test('is down or stalled where an outage was going on at its end that is longer than unusual', () => {
    const dead = runOf((i) => ({ offered: 50, final: i < 20 ? 50 : 0, ms: 200 }));
    const outages = [{ from: 5 * SECOND, to: 10 * SECOND }];
    expect(condition({ ...dead, outages })).toBe('stalled');
    expect(condition({ ...dead, outages, faults: [fault] })).toBe('down');
    const healthy = runOf(() => ({ offered: 50, final: 50, ms: 200 }));
    expect(condition({ ...healthy, outages: [{ from: 9.7 * SECOND, to: 10 * SECOND }] })).toBe('keeps up');
    expect(condition({ ...healthy, outages: [{ from: 4 * SECOND, to: 9 * SECOND }] })).toBe('keeps up');
  });

  test('keeps up where a client that waits has one request under way at the end, however few there are', () => {
    const few = runOf(() => ({ offered: 1, final: 1, ms: 171 }));
    const underWay = (ms: number) => ({ outages: [{ from: 10 * SECOND - ms * MILLISECOND, to: 10 * SECOND }] });
    expect(condition({ ...few, ...underWay(120) })).toBe('keeps up');
    expect(condition({ ...few, ...underWay(500) })).toBe('keeps up');
    expect(condition({ ...few, ...underWay(600) })).toBe('stalled');
    const veryFew = runOf((i) => ({ offered: i < 3 ? 1 : 0, final: i < 3 ? 1 : 0, ms: 171 }));
    expect(condition({ ...veryFew, ...underWay(120) })).toBe('keeps up');
  });

  test('keeps up where it pauses at its end as it does without any fault all the time', () => {
    const pauses = [1, 3, 5].map((at) => ({ from: at * SECOND, to: (at + 1) * SECOND }));
    const healthy = runOf(() => ({ offered: 50, final: 50, ms: 200 }));
    const open = (from: number) => ({ outages: [...pauses, { from: from * SECOND, to: 10 * SECOND }] });
    expect(condition({ ...healthy, ...open(9.1) })).toBe('keeps up');
    expect(condition({ ...healthy, ...open(8.5) })).toBe('stalled');
    // An outage that a fault made is not usual.
    expect(condition({ ...healthy, ...open(9.1), faults: [{ ...fault, at: 0 }] })).toBe('down');
  });

  test('is silent where nothing became final, unless nothing was asked', () => {
    expect(condition(runOf(() => ({ offered: 50, final: 0, ms: 200 })))).toBe('silent');
    expect(condition(runOf(() => ({ offered: 0, final: 0, ms: 200 })))).toBe('keeps up');
  });
});

test('a point is in the worst condition of its runs, with how many are in it and how long they were down', () => {
  const good = runOf(() => ({ offered: 50, final: 50, ms: 200 }));
  const counts = { ...plain.counts, submitted: 200 };
  const dead = { ...good, counts, outages: [{ from: 7 * SECOND, to: 10 * SECOND }], unfinished: new Float64Array(50) };
  const windows = [good, dead, good].map((run) => windowOf(run, 0));
  expect(pointCondition([good, dead, good], windows)).toEqual({
    condition: 'stalled',
    runs: 1,
    of: 3,
    unfinished: 0.25 / 3,
    downFor: 3 * SECOND,
  });
  expect(pointCondition([good], windows)).toMatchObject({ condition: 'keeps up', runs: 1, of: 1, downFor: null });
  expect(pointCondition([good], [null])).toBeNull();
});

describe('liveness', () => {
  const spec = fakeSpec({ progressWithin: 4 * SECOND });
  const ends = { kind: 'crash', target: 'leader', at: 4 * SECOND, duration: 3 * SECOND } as const;

  test('is judged where the run goes on for longer than progress_within after the last fault', () => {
    expect(whyLivenessIsOpen(spec, [fakeRun(spec)])).toBeNull();
    const crashed = { ...spec, faults: [{ ...ends, duration: SECOND }] };
    expect(whyLivenessIsOpen(crashed, [fakeRun(crashed)])).toBeNull();
    const stays = { ...spec, faults: [{ ...ends, duration: null }] };
    expect(whyLivenessIsOpen(stays, [fakeRun(stays)])).toBeNull();
  });

  test('is not judged in a shorter run, and the reason is said', () => {
    const short = { ...spec, progressWithin: 10 * SECOND };
    expect(whyLivenessIsOpen(short, [fakeRun(short)])).toBe('the run (10s) is not longer than progress_within (10s)');
    const crashed = { ...spec, faults: [ends] };
    expect(whyLivenessIsOpen(crashed, [fakeRun(crashed)])).toBe(
      'the run ended 3s after its last fault, not later than progress_within (4s)',
    );
  });

  test('is not judged while a fault waits or goes on, or where a violation of safety stopped the run', () => {
    const crashed = { ...spec, faults: [ends] };
    const run = fakeRun(crashed);
    const open = 'a fault had not taken effect, or was not over, when the run ended';
    expect(whyLivenessIsOpen(crashed, [{ ...run, faults: [{ ...fault, at: null }] }])).toBe(open);
    expect(whyLivenessIsOpen(crashed, [{ ...run, faults: [fault] }])).toBe(open);
    const violation = { check: 'order', at: 1 * SECOND, node: 0, detail: '' } as const;
    expect(whyLivenessIsOpen(spec, [{ ...run, violations: [{ ...violation, kind: 'safety' }] }])).toBe(
      'a violation of safety stopped the run',
    );
    expect(whyLivenessIsOpen(crashed, [{ ...run, violations: [{ ...violation, kind: 'liveness' }] }])).toBeNull();
  });
});

test('repeats are shares of what clients sent, of what was ordered and of what became final', () => {
  const counts = { ...plain.counts, submitted: 100, transactions: 80, retries: 150, orderedAgain: 20, overtaken: 8 };
  const sent = [{ name: 'request', count: 250 }];
  expect(repeatsOf([{ ...plain, counts: { ...counts, sent } }])).toEqual({
    sendsPerRequest: 2.5,
    repeated: 0.6,
    orderedAgain: 0.2,
    overtaken: 0.1,
  });
  expect(repeatsOf([])).toEqual({ sendsPerRequest: 0, repeated: 0, orderedAgain: 0, overtaken: 0 });
});

test('finality by site joins the groups of a site and is silent where there is one site', () => {
  const group = (place: { readonly site: number } | { readonly node: number }) =>
    ({
      place,
      load: { kind: 'closed', clients: 1, outstanding: 1, think: { kind: 'constant', value: 0 } },
      submit: null,
      replyQuorum: null,
      retryAfter: null,
    }) as const;
  const window = {
    ...windowOf(plain, 0)!,
    groupStaged: [30, 10, 60],
    groupLatency: [30, 20, 300].map((ms) => ms * 1e6),
  };
  // Node 3 is in Frankfurt, the second site.
  const spec = fakeSpec({ clients: [group({ site: 0 }), group({ site: 0 }), group({ node: 3 })] });
  expect(finalityBySite(spec, [window, window])).toEqual([
    { site: 'Singapore', share: 0.4, meanMs: 1.25 },
    { site: 'Frankfurt', share: 0.6, meanMs: 5 },
  ]);
  expect(finalityBySite(fakeSpec({ clients: [group({ site: 0 })] }), [window])).toEqual([]);
});
