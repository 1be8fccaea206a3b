/**
 * Raft elections against Ongaro's closed forms and his wide-area simulations (thesis, sections 9.2 to 9.4). Elections are read
 * from the marks of the timeline: who campaigned in which term, and who came to lead it.
 */
import type { RunResult } from '../../simulation/run-result.ts';
import { binomialInterval } from '../../statistics/order-statistics.ts';
import { type Instant, MILLISECOND } from '../../units/quantities.ts';
import { electionTime, splitVote } from '../closed-forms.ts';
import { mark, meanQuantity, quantileQuantity, type TimedMark } from '../quantities.ts';
import { numberAt, type Reference, type ReferenceRow } from '../reference.ts';
import type { Comparison, KnownDistribution, Quantity, Target } from '../target.ts';

/** Of the interval of R1, two-sided. */
const CONFIDENCE = 0.999;

/** The elections that crashes of the leader caused: when it crashed, and the marks until the next crash. */
function electionsOf(run: RunResult): readonly { readonly from: Instant; readonly to: Instant }[] {
  const crashes = run.faults
    .filter(({ text }) => text.includes('leader'))
    .flatMap(({ at }) => (at === null ? [] : [at]));
  if (run.notes.some((note) => note.includes('marks')))
    throw new Error(
      `${run.label}: the timeline lost marks, so elections cannot be read from it: crash fewer leaders a run`,
    );
  return crashes.map((from, i) => ({ from, to: crashes[i + 1] ?? Number.POSITIVE_INFINITY }));
}

const between = (marks: readonly TimedMark[], from: Instant, to: Instant) =>
  marks.filter(({ at }) => at > from && at <= to);

/** Whether the first term of a run brought no leader. */
const splitFirstTerm = meanQuantity((run) => [mark(run, 'leader')[0]?.a === mark(run, 'election')[0]?.a ? 0 : 1], 100);

/** The mean time from crash to new leader, in units of 100 ms; the thesis counts timeouts from the sending of the last heartbeat. */
function timeToLeader(delay: number): Quantity {
  return meanQuantity((run) => {
    const leaders = mark(run, 'leader');
    return electionsOf(run).flatMap(({ from, to }) => {
      const next = between(leaders, from, to)[0];
      return next === undefined ? [] : [(next.at - from) / (100 * MILLISECOND) - delay];
    });
  });
}

/** A row of R1 or R2, as its set-up says it: what "same" leaves out is as in the row before. */
interface Setting {
  readonly nodes: number;
  readonly failed: number;
  readonly delay: number;
  readonly published: ReferenceRow;
}

function settingsOf(reference: Reference, id: string): readonly Setting[] {
  const found: Setting[] = [];
  for (const published of reference('published/targets.csv')) {
    if (published.id !== id) continue;
    const setup = published.setup ?? '';
    const read = (pattern: RegExp, before: number | undefined): number => {
      const value = Number(pattern.exec(setup)?.[1] ?? before);
      if (!Number.isFinite(value)) throw new Error(`reference data: ${id} says '${setup}', without ${pattern}`);
      return value;
    };
    const before = found.at(-1);
    found.push({
      nodes: read(/\bn=(\d+)/, before?.nodes),
      failed: read(/(\d+) failed/, before?.failed),
      delay: read(/\bl=([\d.]+)/, before?.delay),
      published,
    });
  }
  return found;
}

/** The settings that a scenario holds, which is named after its nodes: how many there are, and how many failed. */
function settingsIn(reference: Reference, id: string, nodes: number, failed: number): readonly Setting[] {
  return settingsOf(reference, id).filter((one) => one.nodes === nodes && one.failed === failed);
}

function describe({ nodes, failed, delay }: Setting): string {
  return `n=${nodes}, ${failed} failed, l=${delay}`;
}

function where({ delay }: Setting, settings: readonly Setting[]): Comparison['where'] {
  return settings.length === 1 ? {} : { 'network.matrix.uniform': `${delay * 100}ms` };
}

export const splitVotes: readonly Target[] = [
  { nodes: 5, failed: 1 },
  { nodes: 5, failed: 2 },
  { nodes: 9, failed: 2 },
  { nodes: 9, failed: 4 },
].map(({ nodes, failed }) => ({
  id: `split-votes-${nodes}-${failed}`,
  summary: 'Elections whose first term brings no leader',
  source: 'R1: Ongaro 2014, section 9.2',
  scenario: `split-votes-${nodes}-${failed}`,
  constants: [],
  small: ['run.replications=2000'],
  comparisons: (reference, replications) => {
    const settings = settingsIn(reference, 'R1', nodes, failed);
    return settings.map((setting) => {
      const chance = splitVote(nodes, failed, setting.delay);
      const { low, high } = binomialInterval(replications, chance, CONFIDENCE);
      return {
        row: describe(setting),
        unit: '%',
        real: 100 * chance,
        tolerance: { low: (100 * low) / replications, high: (100 * high) / replications },
        ungated: null,
        where: where(setting, settings),
        // The interval says how far chance goes: in the small setting it is that of its own elections, and nothing is added.
        quantity: { observe: splitFirstTerm.observe, summarise: splitFirstTerm.summarise },
        published: setting.published,
      };
    });
  },
}));

export const electionTimes: readonly Target[] = [
  { nodes: 5, failed: 1 },
  { nodes: 5, failed: 2 },
  { nodes: 9, failed: 4 },
].map(({ nodes, failed }) => ({
  id: `election-time-${nodes}-${failed}`,
  summary: 'Mean time from the crash of a leader to the next leader, in shortest timeouts',
  source: 'R2: Ongaro 2014, section 9.3',
  scenario: `election-time-${nodes}-${failed}`,
  constants: [],
  beyond: ['messages are datagrams: the formula knows no connections, which crashed nodes would have to make again'],
  small: ['run.replications=20'],
  comparisons: (reference) => {
    const settings = settingsIn(reference, 'R2', nodes, failed);
    return settings.map((setting) => ({
      row: describe(setting),
      unit: '',
      real: electionTime(nodes, failed, setting.delay),
      tolerance: { percent: 3 },
      ungated: null,
      where: where(setting, settings),
      quantity: timeToLeader(setting.delay),
      published: setting.published,
    }));
  },
}));

const timeToElect = (run: RunResult): readonly number[] =>
  mark(run, 'leader')
    .slice(0, 1)
    .map(({ at }) => at / MILLISECOND);

/** By metric. */
const STATISTICS: Readonly<Record<string, Quantity>> = {
  'mean time to elect': meanQuantity(timeToElect),
  'p50 time to elect': quantileQuantity(timeToElect, 0.5),
  'p90 time to elect': quantileQuantity(timeToElect, 0.9),
  'p99 time to elect': quantileQuantity(timeToElect, 0.99),
};

export const wideAreaElections: readonly Target[] = [0, 1, 2].map((failed) => ({
  id: `wide-area-election-${failed}`,
  summary: `Time to elect over a wide area with ${failed} of 5 nodes failed`,
  source: 'R3: Ongaro 2014, section 9.4 (AvailSim)',
  scenario: `wide-area-election-${failed}`,
  constants: [],
  small: ['run.replications=1000'],
  comparisons: (reference) =>
    reference('published/targets.csv')
      .filter(({ id, setup = '' }) => id === 'R3' && setup.includes(`${failed} failed`))
      .map((row) => ({
        row: row.metric as string,
        unit: 'ms',
        real: numberAt(row, 'value'),
        tolerance: { percent: numberAt(row, 'tolerance_percent') },
        ungated: null,
        where: {},
        quantity: STATISTICS[row.metric as string] as Quantity,
        published: row,
        ...(row.metric === 'p50 time to elect' ? { known: knownOf(reference, failed) } : {}),
      })),
}));

/** Three percentiles of it are published. */
function knownOf(reference: Reference, failed: number): KnownDistribution {
  const cdf = reference('published/targets.csv').flatMap((row) => {
    const percentile = /^p(\d+) time to elect$/.exec(row.metric ?? '')?.[1];
    const ours = row.id === 'R3' && (row.setup ?? '').includes(`${failed} failed`);
    return ours && percentile !== undefined ? [{ value: numberAt(row, 'value'), share: Number(percentile) / 100 }] : [];
  });
  return { title: `Time to elect over a wide area, ${failed} of 5 failed`, by: 'AvailSim (thesis)', cdf };
}
