// A request that is sent again is not executed again: whoever executed it sends the reply of the first time (OSDI'99 section 4.1:
// "the replicas simply re-send the reply"; Raft thesis section 6.3, where sessions keep the response of each command).
import { describe, expect, test } from 'vitest';
import { simulate } from '../../src/simulation/simulate.ts';
import { type Duration, MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { clientsAt, countOf, ledRaft, promptPbft, quietSpec } from '../support/quiet-spec.ts';

const DELAY = MILLISECOND;
/** When the request is sent: Raft's leader has settled by then. Cuts are counted from here. */
const START = 20 * DELAY;
const once = {
  kind: 'open',
  arrivals: { name: 'trace', options: { times: Float64Array.of(START), repeat: false } },
} as const;

/** One request of a client one delay from every node, over a datagram network, with all nodes cut off from it for a time. */
function answered(
  name: 'pbft' | 'raft',
  kernel: 'islands' | 'reference',
  retryAfter: Duration,
  cutAt: Duration | null,
) {
  const nodes = name === 'pbft' ? 4 : 3;
  const everybody = Array.from({ length: nodes }, (_, node) => node);
  const spec = quietSpec(nodes, DELAY, {
    horizon: 2 * SECOND,
    protocol: name === 'pbft' ? promptPbft() : ledRaft(),
    clients: [clientsAt({ site: nodes }, once, { retryAfter })],
    faults: cutAt === null ? [] : [{ kind: 'partition', target: everybody, at: START + cutAt, duration: 10 * DELAY }],
  });
  const { counts, violations, timeline } = simulate(
    { ...spec, network: { ...spec.network, transport: 'datagram' } },
    { kernel },
  );
  expect(violations).toEqual([]);
  expect(timeline.final.reduce((sum, final) => sum + final, 0)).toBe(1);
  expect([counts.transactions, counts.orderedAgain]).toEqual([1, 0]);
  return counts;
}

describe.each(['islands', 'reference'] as const)('on the %s kernel a request sent again', (kernel) => {
  test('after PBFT executed it is answered by every replica once more, and ordered once', () => {
    // Executed after four delays; the retry arrives half a delay later.
    const counts = answered('pbft', kernel, 3.5 * DELAY, null);
    expect(countOf(counts.delivered, 'reply')).toBe(8);
    expect(countOf(counts.sent, 'pre-prepare')).toBe(3);
  });

  test('after PBFT executed it becomes final by the replies of memory alone, when those of the execution are lost', () => {
    const counts = answered('pbft', kernel, 20 * DELAY, 3.9 * DELAY);
    expect(countOf(counts.sent, 'reply')).toBe(8);
    expect(countOf(counts.delivered, 'reply')).toBe(4);
    expect(countOf(counts.sent, 'pre-prepare')).toBe(3);
  });

  test('after Raft executed it is answered by the node that is asked now, a follower too, and gets no second entry', () => {
    // Executed at the leader after three delays; its reply is lost. The retry asks node 1.
    const counts = answered('raft', kernel, 20 * DELAY, 2.9 * DELAY);
    expect(countOf(counts.sent, 'reply')).toBe(2);
    expect(countOf(counts.delivered, 'reply')).toBe(1);
    expect(countOf(counts.sent, 'forward')).toBe(0);
  });

  test('before Raft executed it is answered by both nodes that were asked, and takes effect once', () => {
    const counts = answered('raft', kernel, 1.5 * DELAY, null);
    expect(countOf(counts.delivered, 'reply')).toBe(2);
  });
});
