/**
 * Raft elections against Ongaro's closed forms and his wide-area simulations (thesis, sections 9.2 to 9.4). Elections are read
 * from the marks of the timeline: who campaigned in which term, and who came to lead it.
 */
import type { RunResult } from '../../simulation/run-result.ts';
import { type Instant, MILLISECOND } from '../../units/quantities.ts';
import { electionTime, splitVote } from '../closed-forms.ts';
import { mark, meanOf, quantileOf, type TimedMark } from '../quantities.ts';
import { numberAt, type Reference } from '../reference.ts';
import type { Comparison, KnownDistribution, Quantity, Target } from '../target.ts';

/** Elections over which the interval of R1 is taken. */
const ELECTIONS = 1e5;
/** Two-sided 99.9 % of a normal law, which the binomial one is close to here. */
const NORMAL_999 = 3.2905;

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
const splitFirstTerm: Quantity = {
  observe: (run) => [mark(run, 'leader')[0]?.a === mark(run, 'election')[0]?.a ? 0 : 1],
  summarise: (values) => 100 * meanOf(values),
};

/** The mean time from crash to new leader, in units of 100 ms; the thesis counts timeouts from the sending of the last heartbeat. */
function timeToLeader(delay: number): Quantity {
  return {
    observe(run) {
      const leaders = mark(run, 'leader');
      return electionsOf(run).flatMap(({ from, to }) => {
        const next = between(leaders, from, to)[0];
        return next === undefined ? [] : [(next.at - from) / (100 * MILLISECOND) - delay];
      });
    },
    summarise: meanOf,
  };
}

interface Setting {
  readonly nodes: number;
  readonly failed: number;
  readonly delay: number;
}

const SPLITS: readonly (Setting & { readonly scenario: string })[] = [
  { scenario: 'split-votes-5-1', nodes: 5, failed: 1, delay: 0.01 },
  { scenario: 'split-votes-5-1', nodes: 5, failed: 1, delay: 0.1 },
  { scenario: 'split-votes-5-1', nodes: 5, failed: 1, delay: 0.2 },
  { scenario: 'split-votes-5-2', nodes: 5, failed: 2, delay: 0.2 },
  { scenario: 'split-votes-9-2', nodes: 9, failed: 2, delay: 0.2 },
  { scenario: 'split-votes-9-4', nodes: 9, failed: 4, delay: 0.1 },
];

export const splitVotes: readonly Target[] = grouped(SPLITS).map(({ scenario, settings }) => ({
  id: scenario,
  summary: 'Elections whose first term brings no leader',
  source: 'R1: Ongaro 2014, section 9.2',
  scenario,
  constants: [],
  small: ['run.replications=2000'],
  comparisons: () =>
    settings.map((setting) => {
      const chance = splitVote(setting.nodes, setting.failed, setting.delay);
      const spread = NORMAL_999 * Math.sqrt((chance * (1 - chance)) / ELECTIONS);
      return {
        row: describe(setting),
        unit: '%',
        real: 100 * chance,
        tolerance: { low: 100 * (chance - spread), high: 100 * (chance + spread) },
        ungated: null,
        where: where(setting, settings.length),
        quantity: splitFirstTerm,
      };
    }),
}));

const TIMES: readonly (Setting & { readonly scenario: string })[] = [
  { scenario: 'election-time-5-1', nodes: 5, failed: 1, delay: 0.02 },
  { scenario: 'election-time-5-1', nodes: 5, failed: 1, delay: 0.1 },
  { scenario: 'election-time-5-2', nodes: 5, failed: 2, delay: 0.02 },
  { scenario: 'election-time-9-4', nodes: 9, failed: 4, delay: 0.02 },
];

export const electionTimes: readonly Target[] = grouped(TIMES).map(({ scenario, settings }) => ({
  id: scenario,
  summary: 'Mean time from the crash of a leader to the next leader, in shortest timeouts',
  source: 'R2: Ongaro 2014, section 9.3',
  scenario,
  constants: [],
  small: ['run.replications=20'],
  comparisons: () =>
    settings.map((setting) => ({
      row: describe(setting),
      unit: '',
      real: electionTime(setting.nodes, setting.failed, setting.delay),
      tolerance: { percent: 3 },
      ungated: null,
      where: where(setting, settings.length),
      quantity: timeToLeader(setting.delay),
    })),
}));

function grouped(all: readonly (Setting & { readonly scenario: string })[]) {
  const names = [...new Set(all.map(({ scenario }) => scenario))];
  return names.map((scenario) => ({ scenario, settings: all.filter((one) => one.scenario === scenario) }));
}

function describe({ nodes, failed, delay }: Setting): string {
  return `n=${nodes}, ${failed} failed, l=${delay}`;
}

function where({ delay }: Setting, settings: number): Comparison['where'] {
  return settings === 1 ? {} : { 'network.matrix.uniform': `${delay * 100}ms` };
}

const STATISTICS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  'mean time to elect': meanOf,
  'p50 time to elect': (values) => quantileOf(values, 0.5),
  'p90 time to elect': (values) => quantileOf(values, 0.9),
  'p99 time to elect': (values) => quantileOf(values, 0.99),
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
        quantity: {
          observe: (run) =>
            mark(run, 'leader')
              .slice(0, 1)
              .map(({ at }) => at / MILLISECOND),
          summarise: STATISTICS[row.metric as string] as (values: readonly number[]) => number,
        },
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
