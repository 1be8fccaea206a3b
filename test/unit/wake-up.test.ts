// machine.wake_up: a message from the network that finds the protocol thread idle is begun later; nothing is occupied meanwhile.
import { expect, test } from 'vitest';
import { simulate } from '../../src/simulation/simulate.ts';
import { MICROSECOND, MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { expectKernelsToAgree } from '../support/kernels-agree.ts';
import { clientsAt, closedLoop, constant, freeMachine, ledRaft, promptPbft, quietSpec } from '../support/quiet-spec.ts';

const delay = 5 * MILLISECOND;
const wakeUp = 300 * MICROSECOND;

function latencyMs(place: { site: number } | { node: number }, protocol = ledRaft(), n = 3): number {
  const submit = 'node' in place ? ('nearest' as const) : null;
  const result = expectKernelsToAgree(
    quietSpec(n, delay, {
      protocol,
      machine: { ...freeMachine, wakeUp },
      // Clients think, so that no other message wakes a thread just before the one that counts.
      clients: [clientsAt(place, closedLoop(1, 1, constant(3 * MILLISECOND)), { submit })],
      boundaries: [100 * MILLISECOND],
      horizon: 1 * SECOND,
    }),
  );
  expect(result.violations).toEqual([]);
  expect(result.utilisation.map(({ thread }) => thread)).toEqual(Array(n).fill(0));
  // A heartbeat may wake a thread just before the message that counts: the longest is the one that no other helped.
  return result.segments[1]!.finality.max / MILLISECOND;
}

test('each hop between machines costs one, what passes on a machine itself none', () => {
  // Follower and leader on the way there and back; clients have no thread.
  expect(latencyMs({ node: 0 })).toBeCloseTo(2 * 5 + 2 * 0.3, 9);
  // Leader, another follower, leader, and the follower that answers.
  expect(latencyMs({ node: 1 })).toBeCloseTo(4 * 5 + 4 * 0.3, 9);
  expect(latencyMs({ site: 3 })).toBeCloseTo(4 * 5 + 3 * 0.3, 9);
  expect(latencyMs({ site: 4 }, promptPbft(), 4)).toBeCloseTo(5 * 5 + 4 * 0.3, 9);
});

test('a message that comes while the thread wakes up or works does not pay again', () => {
  // 40 clients begin together: their requests share the wake-up of the leader, and so do the answers of its followers.
  const spec = quietSpec(3, delay, {
    protocol: ledRaft(),
    machine: { ...freeMachine, wakeUp, requestHandling: 10 * MICROSECOND },
    clients: [clientsAt({ site: 3 }, closedLoop(40, 1, constant(3 * MILLISECOND)))],
    boundaries: [100 * MILLISECOND],
    horizon: 1 * SECOND,
  });
  const { finality } = expectKernelsToAgree(spec).segments[1]!;
  expect(finality.max / MILLISECOND).toBeCloseTo(4 * 5 + 3 * 0.3 + 40 * 0.01, 9);
});

test('none is the same as leaving it out', () => {
  const spec = quietSpec(4, delay, { protocol: promptPbft() });
  const { digest } = simulate({ ...spec, machine: { ...freeMachine, wakeUp: 0 } });
  expect(digest).toBe(simulate(spec).digest);
});
