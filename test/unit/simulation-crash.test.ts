// A crash in the middle of a job: the job has no effect, and what it would have answered is answered after the restart.
import { describe, expect, test } from 'vitest';
import { simulate } from '../../src/simulation/simulate.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { clientsAt, freeMachine, promptPbft, quietSpec } from '../support/quiet-spec.ts';

/** One request to four replicas that each take 10 ms to execute it, from 4 ms on; three of them crash at `at`. */
function crashAt(at: number, kernel: 'islands' | 'reference') {
  const once = {
    kind: 'open',
    arrivals: { name: 'trace', options: { times: Float64Array.of(0), repeat: false } },
  } as const;
  return simulate(
    quietSpec(4, MILLISECOND, {
      horizon: 3 * SECOND,
      protocol: promptPbft({ durable: true, statusInterval: 50 * MILLISECOND }),
      machine: { ...freeMachine, execution: 10 * MILLISECOND },
      clients: [clientsAt({ site: 4 }, once)],
      faults: [{ kind: 'crash', target: [1, 2, 3], at, duration: 20 * MILLISECOND }],
    }),
    { kernel },
  );
}

describe.each(['islands', 'reference'] as const)('on the %s kernel, replicas that crash', (kernel) => {
  test('while they execute a request answer it when they execute it again', () => {
    const result = crashAt(9 * MILLISECOND, kernel);
    expect(result.counts.delivered.find(({ name }) => name === 'reply')?.count).toBe(4);
    expect(result.counts.transactions).toBe(1);
    expect(result.violations).toEqual([]);
  });

  test('at the instant at which its execution ends answer it later, too: what ends with the crash has no effect', () => {
    expect(crashAt(14 * MILLISECOND, kernel).counts.delivered.find(({ name }) => name === 'reply')?.count).toBe(4);
  });

  test('just after they answered it do not answer it again', () => {
    const late = crashAt(14 * MILLISECOND + 1, kernel).counts;
    expect(late.sent.find(({ name }) => name === 'reply')?.count).toBe(4);
  });
});
