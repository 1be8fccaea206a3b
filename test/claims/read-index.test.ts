// Ongaro, thesis, section 6.4: reads bypass the log and stay linearizable, when the leader notes its commit index, confirms by a round
// of heartbeats that it still leads, and answers once its state machine has come that far.
import { describe, expect, test } from 'vitest';
import { simulate } from '../../src/simulation/simulate.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { Dice } from '../support/dice.ts';
import { clientsAt, closedLoop, constant, countOf, ledRaft, quietSpec } from '../support/quiet-spec.ts';
import { workloadOptions } from '../support/run-specs.ts';

const DELAY = 5 * MILLISECOND;
const nodes = 5;
const options = { heartbeat: 20 * MILLISECOND, electionTimeout: { min: 100 * MILLISECOND, max: 200 * MILLISECOND } };

describe('reads by ReadIndex', () => {
  test('cost no log entry', () => {
    const workload = workloadOptions('opaque', { readShare: 1 });
    const clients = [clientsAt({ site: nodes }, closedLoop(3))];
    const { counts, segments } = simulate(quietSpec(nodes, DELAY, { protocol: ledRaft(options), workload, clients }));
    expect(counts.transactions).toBeGreaterThan(100);
    // The no-op that the leader began with is the only entry.
    expect(counts.batches).toBe(1);
    expect(countOf(counts.delivered, 'append-entries')).toBeLessThan(3 * (nodes - 1));
    // To the leader, a heartbeat and its answers, and back: as long as a write.
    expect(segments[0]!.finality.min).toBe(4 * DELAY);
  });

  test('at a follower ask the leader for its index, and are answered by the follower', () => {
    const workload = workloadOptions('opaque', { readShare: 1 });
    const clients = [clientsAt({ node: 3 }, closedLoop(1), { submit: 'nearest' })];
    const { counts, segments } = simulate(quietSpec(nodes, DELAY, { protocol: ledRaft(options), workload, clients }));
    expect(segments[0]!.finality.min).toBe(4 * DELAY);
    expect(countOf(counts.sent, 'forward')).toBe(0);
    expect(countOf(counts.delivered, 'read-index-response')).toBe(counts.transactions);
  });

  test('stay linearizable while leaders crash and are cut off, in 20 random runs', () => {
    let reads = 0;
    let leaders = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const dice = new Dice(seed);
      const faults = [0, 1, 2].map((i) => ({
        kind: dice.of(['crash', 'partition'] as const),
        target: 'leader' as const,
        at: (500 + i * 1000 + dice.below(300)) * MILLISECOND,
        duration: dice.between(150, 600) * MILLISECOND,
      }));
      const clients = [0, 1, 2].map((i) =>
        clientsAt(i === 0 ? { site: nodes } : { node: i }, closedLoop(3, 1, constant(dice.below(5) * MILLISECOND)), {
          submit: dice.of(['nearest', 'primary', { node: dice.below(nodes) }] as const),
          retryAfter: 150 * MILLISECOND,
        }),
      );
      const workload = workloadOptions('payments', { accounts: 20, readShare: 0.5 });
      const { violations, counts, timeline } = simulate(
        quietSpec(nodes, DELAY, {
          protocol: ledRaft(options),
          workload,
          clients,
          faults,
          seed,
          horizon: 5 * SECOND,
          progressWithin: SECOND,
        }),
      );
      expect(violations, `seed ${seed}`).toEqual([]);
      reads += countOf(counts.delivered, 'read-index');
      leaders += timeline.events.filter(({ text }) => text.startsWith('leader ')).length;
    }
    expect(reads).toBeGreaterThan(1000);
    // Every run changed its leader more than twice.
    expect(leaders).toBeGreaterThan(60);
  });
});
