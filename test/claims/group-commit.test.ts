// When a write counts. Ongaro, thesis, section 10.2.1: the leader writes to its disk in parallel with the followers, and may commit
// an entry before its own write is done if a majority of followers have written it. Group commit (DeWitt et al., SIGMOD 1984): the
// writes that arrive during one fsync share the next.
import { expect, test } from 'vitest';
import type { DistributionSpec } from '../../src/kernel/sampler.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { MICROSECOND, MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { clientsAt, closedLoop, constant, countOf, freeMachine, ledRaft, quietSpec } from '../support/quiet-spec.ts';
import { openLoad } from '../support/run-specs.ts';

const unhurried = { heartbeat: 1 * SECOND, electionTimeout: { min: 50 * SECOND, max: 60 * SECOND } };
const disk = (fsync: DistributionSpec) => ({ ...freeMachine, disk: { ...freeMachine.disk, fsync } });

test('an entry commits with the faster two of three disks, the leader’s own being one like the others', () => {
  // Each write takes a draw between 0 and 100 ms. The second of three such draws has mean 50 ms. Were the leader’s own write
  // always needed, the mean would be 1 − ∫ x (1 − (1 − x)²) dx = 7/12, 58 ms; were it never waited for, 33 ms.
  const longest = 100 * MILLISECOND;
  const delay = 10 * MICROSECOND;
  // Far enough apart that every disk is idle when the next request comes.
  const clients = [clientsAt({ node: 0 }, closedLoop(1, 1, constant(2 * longest)))];
  const machine = disk({ kind: 'uniform', min: 0, max: longest });
  const spec = quietSpec(3, delay, {
    protocol: ledRaft(unhurried),
    clients,
    machine,
    horizon: 500 * SECOND,
    boundaries: [1 * SECOND],
  });
  const { finality } = simulate(spec).segments[1]!;
  expect(finality.total).toBeGreaterThan(1900);
  // Standard deviation of the median: 100 ms / √20; four standard errors.
  const margin = (4 * (longest / Math.sqrt(20))) / Math.sqrt(finality.total);
  expect(margin).toBeLessThan(0.03 * longest);
  expect(Math.abs(finality.sum / finality.total - longest / 2)).toBeLessThan(margin + 2 * delay);
});

test('the writes that arrive during an fsync share the next: ten times the entries that one write at a time would allow', () => {
  const fsync = 10 * MILLISECOND;
  const clients = [clientsAt({ node: 0 }, openLoad(1000, 'constant'))];
  const protocol = ledRaft({ ...unhurried, batch: { maxTransactions: 1 } });
  const spec = quietSpec(1, MILLISECOND, {
    protocol,
    clients,
    machine: disk(constant(fsync)),
    horizon: 4 * SECOND,
    boundaries: [1 * SECOND],
  });
  const { segments, counts, utilisation } = simulate(spec);
  const { finality, final } = segments[1]!;
  // An entry for each request, a thousand a second, although the disk, never idle, ends but a hundred writes a second.
  expect(Math.abs(final - 3000)).toBeLessThanOrEqual(10);
  expect(counts.batches).toBeGreaterThanOrEqual(counts.transactions);
  expect(utilisation[0]!.disk).toBeGreaterThan(0.999);
  // Each waits for the end of the fsync that runs, and for the next one.
  expect(finality.min).toBeGreaterThanOrEqual(fsync);
  expect(finality.max).toBeLessThanOrEqual(2 * fsync);
  expect(finality.max - finality.min).toBe(9 * MILLISECOND);
});

test('a follower acknowledges one write for the entries that came while it wrote', () => {
  const clients = [clientsAt({ node: 0 }, openLoad(1000, 'constant'))];
  const protocol = ledRaft({ ...unhurried, batch: { maxTransactions: 1 } });
  const machine = disk(constant(10 * MILLISECOND));
  const spec = quietSpec(3, 100 * MICROSECOND, {
    protocol,
    clients,
    machine,
    horizon: 3 * SECOND,
    boundaries: [1 * SECOND],
  });
  const { segments, utilisation, counts } = simulate(spec);
  expect(segments[1]!.final).toBeGreaterThanOrEqual(1980);
  for (const node of utilisation) expect(node.disk).toBeGreaterThan(0.99);
  expect(countOf(counts.delivered, 'append-response')).toBeGreaterThan(2 * counts.transactions);
});
