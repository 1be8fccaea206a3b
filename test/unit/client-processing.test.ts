// `processing`: what a client's own machine takes for each request delays it and occupies nothing (docs/MODEL.md, Clients).
import { expect, test } from 'vitest';
import { simulate } from '../../src/simulation/simulate.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { clientsAt, closedLoop, promptPbft, quietSpec } from '../support/quiet-spec.ts';

const processing = 3 * MILLISECOND;

function spec(changes: object, clients = 1) {
  const group = clientsAt({ site: 4 }, closedLoop(clients), changes);
  return quietSpec(4, 10 * MILLISECOND, { protocol: promptPbft(), clients: [group], horizon: 1 * SECOND });
}

test('a request takes so much longer, and the next one of a closed loop comes so much later', () => {
  const { segments, violations } = simulate(spec({ processing }));
  expect(violations).toEqual([]);
  const { finality, final } = segments[0]!;
  expect([finality.min, finality.max]).toEqual([53 * MILLISECOND, 53 * MILLISECOND]);
  expect(final).toBe(Math.floor(1000 / 53));
});

test('clients do not wait for each other', () => {
  const { finality } = simulate(spec({ processing }, 20)).segments[0]!;
  expect(finality.max).toBe(53 * MILLISECOND);
});

test('a retry counts from the sending, not from the intention', () => {
  const retried = simulate(spec({ processing, retryAfter: 51 * MILLISECOND }));
  expect(retried.counts.retries).toBe(0);
  expect(simulate(spec({ processing, retryAfter: 49 * MILLISECOND })).counts.retries).toBeGreaterThan(0);
});

test('both kernels agree', () => {
  const one = spec({ processing, retryAfter: 20 * MILLISECOND }, 5);
  expect(simulate(one, { kernel: 'reference' }).digest).toBe(simulate(one).digest);
});
