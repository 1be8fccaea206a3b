// How longer runs are asked for: by the duration that the scenario must have, whatever a rough answer measures of it.
import { expect, test } from 'vitest';
import { longerRuns } from '../../src/experiment/longer-runs.ts';
import { tooFew, untoldText } from '../../src/experiment/telling.ts';
import { fileLengthOf, runSettings } from '../../src/scenario/run-spec-for.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { LoadSpec } from '../../src/simulation/run-spec.ts';
import { SECOND } from '../../src/units/quantities.ts';
import { clientsAt, openLoad } from '../support/run-specs.ts';

const DAY = 86_400 * SECOND;

function scenarioOf(duration: number, warmup: number | 'auto'): Scenario {
  return { points: [], run: { duration, warmup, replications: 1, precision: [], mostReplications: 1 } } as never;
}

// By hand: the warm-up, and what is to be measured, which is a quarter of the rest with --quick.
test.each([
  [30 * SECOND, 2 * SECOND, false, 'let each last 32s (--set run.duration=32s)'],
  [
    30 * SECOND,
    2 * SECOND,
    true,
    'let each last 122s (--set run.duration=122s, of which --quick measures one part in 4)',
  ],
  [30 * SECOND, 'auto', true, 'let each last 120s (--set run.duration=120s, of which --quick measures one part in 4)'],
  [8 * SECOND, 2 * SECOND, true, 'leave out --quick, without which they are long enough'],
  [8.1 * SECOND, 2 * SECOND, false, 'let each last 11s (--set run.duration=11s)'],
  [105 * DAY, 2 * SECOND, false, 'no run is long enough (run.duration would be 106d, and is 104d at most)'],
  // So much is measured already, of which no length follows that would do.
  [8 * SECOND, 2 * SECOND, false, 'lengthen run.duration'],
  [2 * SECOND, 2 * SECOND, true, 'lengthen run.duration, of which --quick measures one part in 4'],
  [null, 2 * SECOND, false, 'lengthen run.duration'],
  [null, 2 * SECOND, true, 'lengthen run.duration, of which --quick measures one part in 4'],
] as const)('to measure %d ns behind a warm-up of %s (--quick: %s): %s', (measured, warmup, quick, advice) => {
  expect(longerRuns(measured, fileLengthOf(scenarioOf(10 * SECOND, warmup), quick))).toBe(advice);
});

// Twenty at 2/s take 10 s behind the warm-up of 1 s, whether that was given or detected.
test.each([
  [1 * SECOND, false, '11s'],
  [1 * SECOND, true, '41s'],
  ['auto', false, '11s'],
  ['auto', true, '44s'],
] as const)(
  'runs of which none tells, warm-up %s, --quick %s, would do with a run.duration of %s',
  (warmup, quick, duration) => {
    const spec = { clients: [clientsAt({ site: 0 }, openLoad(2))], horizon: 3 * SECOND };
    const untold = tooFew(1 * SECOND, { ...spec, measuredFrom: warmup === 'auto' ? 0 : warmup });
    const text = untoldText(untold, fileLengthOf(scenarioOf(3 * SECOND, warmup), quick));
    expect(text).toContain(
      'too few transactions: none is final in the 2s measured of any run, and 20 at 2/s take about 10 s; let each last',
    );
    expect(text).toContain(`run.duration=${duration}`);
    // Taken as advised, so much is measured.
    const { duration: horizon } = runSettings(scenarioOf(Number(duration.slice(0, -1)) * SECOND, warmup), { quick });
    expect(horizon).toBe(11 * SECOND);
  },
);

test('runs of which none tells are not lengthened where a trace that plays once is all that sends', () => {
  const times = Float64Array.of(0, SECOND, 2 * SECOND);
  const replay = (repeat: boolean): LoadSpec => ({
    kind: 'open',
    arrivals: { name: 'trace', options: { times, repeat } },
  });
  const advice = (...loads: readonly LoadSpec[]): string => {
    const clients = loads.map((load) => clientsAt({ site: 0 }, load));
    const untold = tooFew(2.9 * SECOND, { clients, horizon: 3 * SECOND, measuredFrom: 2.9 * SECOND });
    return untoldText(untold, fileLengthOf(scenarioOf(3 * SECOND, 2.9 * SECOND), false));
  };
  expect(advice(replay(false))).toBe(
    "too few transactions: none is final in the 100ms measured of any run, and a trace that plays once ends; set 'repeat: true' for the trace",
  );
  // Repeated, it sends 1/s for as long as a run lasts; beside others that do, only they count.
  for (const told of [advice(replay(true)), advice(replay(false), openLoad(1))])
    expect(told).toContain('20 at 1/s take about 20 s; let each last 23s');
});
