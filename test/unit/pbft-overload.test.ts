// More is offered than PBFT can order, and clients ask again for what they do not get: the messages, and with them the cost of the
// run, grow with what is offered and with the length of the run, not with their squares.
import { describe, expect, test } from 'vitest';
import { simulate } from '../../src/simulation/simulate.ts';
import { MICROSECOND, MILLISECOND } from '../../src/units/quantities.ts';
import { clientsAt, openLoad, testSpec } from '../support/run-specs.ts';

/** Messages of each kind sent by four replicas that can order some 1,000 requests a second, and their clients. */
function overload(rate: number, horizon: number) {
  const { counts } = simulate(
    testSpec('pbft', 4, {
      horizon,
      clients: [clientsAt({ site: 0 }, openLoad(rate), { retryAfter: 100 * MILLISECOND })],
      machine: { requestHandling: 400 * MICROSECOND, execution: 400 * MICROSECOND },
    }),
  );
  const sent = (...names: string[]): number =>
    counts.sent.filter(({ name }) => names.includes(name)).reduce((sum, { count }) => sum + count, 0);
  return { transactions: counts.transactions, all: counts.sent.reduce((sum, { count }) => sum + count, 0), sent };
}

describe('PBFT in overload', () => {
  test.each([2000, 8000])('at %i requests a second sends a bounded number of messages for each request', (rate) => {
    const short = overload(rate, 400 * MILLISECOND);
    const long = overload(rate, 1600 * MILLISECOND);
    expect(short.transactions).toBeLessThan(0.7 * rate * 0.4);
    for (const [{ all, sent }, seconds] of [
      [short, 0.4],
      [long, 1.6],
    ] as const) {
      const offered = rate * seconds;
      // Sent once, and again to all four at most after 0.1, 0.3, 0.7 and 1.5 s.
      expect(sent('request')).toBeLessThan(offered * 1.1 * (1 + 4 * 4));
      // Each backup hands a request to each primary at most once.
      expect(sent('forward')).toBeLessThan(offered * 1.1 * 3);
      expect(sent('view-change', 'new-view', 'status')).toBeLessThan(500);
      expect(all).toBeLessThan(offered * 25);
    }
    expect(long.all).toBeLessThan(4 * 2.5 * short.all);
  });
});
