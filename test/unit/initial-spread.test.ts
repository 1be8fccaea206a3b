// initial_spread: closed-loop clients begin at moments of their own, or nothing would ever tear them apart (docs/MODEL.md section 4).
import { expect, test } from 'vitest';
import { withInitialSpreads } from '../../src/scenario/initial-spread.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { expectKernelsToAgree } from '../support/kernels-agree.ts';
import { clientsAt, closedLoop, constant, equalDelays, ledRaft, quietSpec } from '../support/quiet-spec.ts';

const delay = 5 * MILLISECOND;

function spec(initialSpread: number, clients = 200) {
  return quietSpec(3, delay, {
    protocol: ledRaft(),
    clients: [clientsAt({ site: 3 }, { ...closedLoop(clients), initialSpread })],
    boundaries: [20 * MILLISECOND],
    horizon: 1 * SECOND,
  });
}

test('without a spread all send at once and go on together', () => {
  expect(simulate(spec(0)).counts.batches).toBe(1 + 1000 / 20 - 1);
});

test('with one they begin uniformly within it, and stay apart', () => {
  const spread = 20 * MILLISECOND;
  const { segments, counts } = expectKernelsToAgree(spec(spread));
  // All begin within the spread. Those of the first 5 ms, a quarter of them, wait together until the leader knows its followers' logs;
  // nothing else queues, so each of the others takes its turn every 20 ms from its own beginning.
  expect(segments[0]!.offered).toBe(200);
  expect(counts.batches).toBeGreaterThan(140 * 49);
  const half = simulate({ ...spec(spread, 20_000), boundaries: [10 * MILLISECOND], horizon: 20 * MILLISECOND });
  expect(half.segments[0]!.offered / 20_000).toBeCloseTo(0.5, 1);
  expect(simulate({ ...spec(spread), seed: 2 }).digest).not.toBe(simulate(spec(spread)).digest);
});

test('by default it is two round trips to the farthest node, processing and thinking', () => {
  const network = equalDelays(3, delay);
  const of = (load: ReturnType<typeof closedLoop>, changes = {}) =>
    withInitialSpreads([clientsAt({ site: 3 }, load, changes)], network)[0]!.load;
  expect(of(closedLoop(4))).toMatchObject({ initialSpread: 20 * MILLISECOND });
  const thinking = closedLoop(4, 1, constant(7 * MILLISECOND));
  expect(of(thinking, { processing: 2 * MILLISECOND })).toMatchObject({ initialSpread: 29 * MILLISECOND });
  expect(of({ ...closedLoop(4), initialSpread: 0 })).toMatchObject({ initialSpread: 0 });
});
