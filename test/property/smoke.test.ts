// Two hundred random scenarios, drawn from one seed: none may violate safety, all must make progress, and each digest must come
// out again. A few more are cut into halves, which a quorum too small does not survive. A failure prints the scenario's seed
// (`randomScenario(seed)` makes it again, or `splitScenario`) and the whole specification.
import { describe, expect, test } from 'vitest';
import { simulate } from '../../src/simulation/simulate.ts';
import { majorityTooSmall, quorumTooSmall } from '../support/broken-protocols.ts';
import { compact, randomScenario, splitScenario } from '../support/scenario-maker.ts';

const FIRST_SEED = 20_261_123;
const SCENARIOS = 200;
const PARTS = 10;
/** One of four nodes and one of six. */
const SPLIT_SEEDS = [FIRST_SEED + 2, FIRST_SEED + 3];

describe(`scenarios ${FIRST_SEED} to ${FIRST_SEED + SCENARIOS - 1}`, () => {
  let final = 0;
  let delivered = 0;
  const seen = new Map<string, number>();
  const note = (what: string, present: boolean): void => void seen.set(what, (seen.get(what) ?? 0) + (present ? 1 : 0));

  for (let part = 0; part < PARTS; part++)
    test(`are safe, live and repeatable: part ${part + 1} of ${PARTS}`, () => {
      for (let i = part; i < SCENARIOS; i += PARTS) {
        const spec = randomScenario(FIRST_SEED + i);
        const result = simulate(spec);
        const story = `seed ${spec.seed}: ${JSON.stringify(result.violations)}\n${compact(spec)}`;
        expect(result.violations, story).toEqual([]);
        expect(result.endedAt, story).toBe(spec.horizon);
        if (Math.floor(i / PARTS) % 10 === 0) expect(simulate(spec).digest, story).toBe(result.digest);

        const { sent } = result.counts;
        const wasSent = (name: string) => sent.some((entry) => entry.name === name && entry.count > 0);
        final += result.counts.transactions;
        delivered += result.counts.deliveredMessages;
        note(spec.protocol.name, true);
        note(spec.network.transport, true);
        note('loss', spec.network.loss > 0);
        note('retransmission', result.counts.retransmitted > 0);
        note(
          'crash',
          spec.faults.some(({ kind }) => kind === 'crash'),
        );
        note(
          'restart',
          spec.faults.some(({ kind, duration }) => kind === 'crash' && duration !== null),
        );
        note(
          'partition',
          spec.faults.some(({ kind }) => kind === 'partition'),
        );
        note(
          'slow node',
          spec.faults.some(({ kind }) => kind === 'slow'),
        );
        note('election', wasSent('request-vote'));
        note('view change', wasSent('new-view'));
        note('snapshot', wasSent('install-snapshot'));
        note('state transfer', wasSent('state-chunk'));
        note('read', wasSent('read-index'));
      }
    });

  test('between them they visit every part of the model', () => {
    expect(final).toBeGreaterThan(100 * SCENARIOS);
    expect(delivered).toBeGreaterThan(10_000 * SCENARIOS);
    for (const [what, count] of seen) expect(count, what).toBeGreaterThanOrEqual(8);
  });
});

describe.each([
  { name: 'pbft', tooFew: quorumTooSmall },
  { name: 'raft', tooFew: majorityTooSmall },
] as const)('$name, cut into two halves', ({ name, tooFew }) => {
  const specs = SPLIT_SEEDS.map((seed) => splitScenario(seed, name));

  test('is safe, and goes on when the halves meet again', () => {
    for (const spec of specs) {
      const { violations, counts } = simulate(spec);
      const story = `seed ${spec.seed}: ${JSON.stringify(violations)}\n${compact(spec)}`;
      expect(violations, story).toEqual([]);
      expect(counts.transactions, story).toBeGreaterThan(0);
    }
  });

  test('is caught in each of them when it takes one vote too few for a quorum', () => {
    const caught = specs.filter((spec) =>
      simulate(spec, { protocols: { [name]: tooFew } }).violations.some(({ kind }) => kind === 'safety'),
    );
    expect(caught.length).toBe(specs.length);
  });
});
