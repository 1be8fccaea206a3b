// Outages from hand-made histories: an interval with a request outstanding and none becoming final for longer than
// max(100 ms, 3 × the longest gap before the first fault) (the definition every report uses).
import { describe, expect, test } from 'vitest';
import { findOutages, type OutageBins } from '../../src/simulation/outages.ts';
import { NEVER } from '../../src/units/quantities.ts';

const ms = 1_000_000;
const end = 2000 * ms;

/** Bins of 1 ms over 2 s, from the instants (ms) of submissions and of finals. */
function binsOf(submitted: readonly number[], final: readonly number[]): OutageBins {
  const bins = 2000;
  const history = {
    fine: ms,
    fineSubmitted: new Int32Array(bins),
    fineFinal: new Int32Array(bins),
    firstSubmit: new Float64Array(bins).fill(NEVER),
    firstFinal: new Float64Array(bins).fill(NEVER),
    lastFinalIn: new Float64Array(bins).fill(-1),
  };
  for (const at of submitted) {
    const bin = Math.floor(at);
    history.fineSubmitted[bin]!++;
    history.firstSubmit[bin] = Math.min(history.firstSubmit[bin] as number, at * ms);
  }
  for (const at of final) {
    const bin = Math.floor(at);
    history.fineFinal[bin]!++;
    history.firstFinal[bin] = Math.min(history.firstFinal[bin] as number, at * ms);
    history.lastFinalIn[bin] = Math.max(history.lastFinalIn[bin] as number, at * ms);
  }
  return history;
}

const every = (step: number, from: number, to: number): number[] =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step);
const inMs = (outages: readonly { from: number; to: number }[]) => outages.map((o) => [o.from / ms, o.to / ms]);

describe('an outage', () => {
  test('lasts from the last final before it to the first one after it, to the nanosecond', () => {
    const caughtUp = new Array(36).fill(650.75);
    const bins = binsOf(
      [0, ...every(10, 0, 1500)],
      [...every(10, 5.25, 300), ...caughtUp, ...every(10, 665.25, 1500), 1590],
    );
    expect(inMs(findOutages(bins, 0, NEVER, end))).toEqual([[295.25, 650.75]]);
  });

  test('begins with the request that waits where nothing was outstanding before', () => {
    const bins = binsOf([0.5, 500.5, 900], [3.5, 800.25, 1200]);
    expect(inMs(findOutages(bins, 0, NEVER, end))).toEqual([
      [500.5, 800.25],
      [900, 1200],
    ]);
  });

  test('does not exist while nothing is outstanding, however long', () => {
    expect(findOutages(binsOf([0, 1000], [50, 1090]), 0, NEVER, end)).toEqual([]);
    expect(findOutages(binsOf([], []), 0, NEVER, end)).toEqual([]);
  });

  test('is longer than 100 ms', () => {
    expect(findOutages(binsOf([0, 1], [1.5, 101.5]), 0, NEVER, end)).toEqual([]);
    expect(inMs(findOutages(binsOf([0, 1], [1.5, 101.75]), 0, NEVER, end))).toEqual([[1.5, 101.75]]);
  });

  test('is longer than three times the longest gap before the first fault, too', () => {
    // Gaps of 60 ms before the fault at 1 s; one of 170 ms and one of 190 ms after it.
    const finals = [...every(60, 10, 1000), 1140, 1330, ...every(60, 1390, 2000)];
    const bins = binsOf(every(5, 0, 1990), finals);
    expect(inMs(findOutages(bins, 0, 1000 * ms, end))).toEqual([[1140, 1330]]);
    expect(inMs(findOutages(bins, 0, NEVER, end))).toEqual([
      [970, 1140],
      [1140, 1330],
    ]);
  });

  test('runs to the end of the run where nothing becomes final any more', () => {
    const bins = binsOf([0, ...every(10, 0, 900)], every(10, 5, 400));
    expect(inMs(findOutages(bins, 0, NEVER, end))).toEqual([[395, 2000]]);
    expect(inMs(findOutages(bins, 0, NEVER, 450 * ms))).toEqual([]);
  });

  test('counts only from where the measured part begins', () => {
    const bins = binsOf([0, 10, 600], [5, 300, 1500]);
    expect(inMs(findOutages(bins, 400 * ms, NEVER, end))).toEqual([[600, 1500]]);
    expect(inMs(findOutages(bins, 800 * ms, NEVER, end))).toEqual([[800, 1500]]);
    expect(inMs(findOutages(bins, 150 * ms, NEVER, end))).toEqual([
      [150, 300],
      [600, 1500],
    ]);
  });
});

test('a wait that is usual is no outage, however rare requests are', () => {
  // One request each 500 ms, each final after 150 ms: nothing else is outstanding meanwhile.
  const bins = binsOf(
    every(500, 0, 2000),
    every(500, 150, 2000).map((at) => at + 0.5),
  );
  expect(findOutages(bins, 0, NEVER, end)).toHaveLength(4);
  expect(findOutages(bins, 0, NEVER, end, 300 * ms)).toEqual([]);
  expect(inMs(findOutages(binsOf([0, 500], [150.5, 900]), 0, NEVER, end, 300 * ms))).toEqual([[500, 900]]);
});
