/**
 * One run over time (replication 0 of each point, which share their arrivals): throughput above latency on the same time axis,
 * faults as vertical lines, and what each protocol did about them in a lane per point.
 */
import type { PointResult, TimelineRows } from '../../../results/result-file.ts';
import { formatQuantity } from '../format.ts';
import { html, lineSwatch, type Markup, table } from '../markup.ts';
import {
  type Axis,
  COLOURS,
  type Figure,
  NO_CHART_EXTRAS,
  NO_SERIES_EXTRAS,
  pointColour,
  pointDash,
  type Series,
  timeUnit,
} from './chart-spec.ts';
import { eventTable, marksOf, numberedEvents } from './events.ts';

const MOST_TABLE_ROWS = 60;
/** More lines than there are colours cannot be told apart: the others are in timeline.csv. */
const MOST_LINES = COLOURS;

export function timelineFigure(allPoints: readonly PointResult[], durationMs: number): Figure {
  const points = allPoints.slice(0, MOST_LINES);
  const some = points.length < allPoints.length ? ` The first ${MOST_LINES} points of ${allPoints.length}.` : '';
  const events = numberedEvents(points, durationMs);
  const marks = marksOf(events);
  const lanes = points.map((point, index) => ({ label: point.label, colour: pointColour(index) }));
  const longest = Math.max(
    0,
    ...points.flatMap(({ timeline }) => timeline.latency_mean_ms.map((latency) => latency ?? 0)),
  );
  const { divisor, name: unit } = timeUnit(longest);
  const time: Axis = { title: 'time (s)', scale: 'linear', format: 'number', min: 0, max: durationMs / 1000 };
  const value: Axis = { title: '', scale: 'linear', format: 'number', min: 0, max: null };
  const lines = (values: (timeline: TimelineRows) => readonly (number | null)[]): Series[] =>
    points.map(({ label, timeline }, index) => ({
      ...NO_SERIES_EXTRAS,
      label,
      colour: pointColour(index),
      dash: pointDash(index),
      x: timeline.at_ms.map((at) => (at + timeline.bin_ms / 2) / 1000),
      values: values(timeline),
    }));
  const [arrivals] = lines(({ offered_per_s }) => offered_per_s);
  const same = arrivals !== undefined && points.every(({ timeline }) => equal(timeline.offered_per_s, arrivals.values));
  const offered: Series[] = same ? [{ ...arrivals, label: 'offered', colour: 'ink-soft', dash: [], look: 'thin' }] : [];
  const shared = {
    ...NO_CHART_EXTRAS,
    kind: 'line',
    horizontal: false,
    categories: [],
    marks,
    beside: marks.length > 0 ? points.map(({ label }) => label) : [],
  } as const;
  return {
    title: 'Over time',
    lead: `One run of each point (replication 0${same && points.length > 1 ? ', same arrivals' : ''}).${some}${marks.length > 0 ? ' Vertical lines are faults, signs above the plot what each protocol did; the numbers are explained below.' : ''}`,
    legend: [
      ...points.map((point, index) => lineSwatch(pointColour(index), pointDash(index), point.label)),
      ...(same ? [lineSwatch('ink-soft', [], 'offered')] : []),
      ...(events.some(({ kind }) => kind === 'fault')
        ? [html`<span class="sign-fault" aria-hidden="true"></span>fault`]
        : []),
      ...(events.some(({ kind }) => kind === 'mark')
        ? [html`<span class="sign-mark" aria-hidden="true"></span>view change, election, …`]
        : []),
    ],
    specs: [
      {
        ...shared,
        id: 'timeline-throughput',
        title: 'Throughput',
        description: `Throughput over time. ${points.map(({ label, outages }) => `${label}: ${outageText(outages)}`).join('; ')}.`,
        base: { ...time, title: '' },
        value: { ...value, title: 'final per second' },
        series: [...offered, ...lines(({ final_per_s }) => final_per_s)],
        lanes: marks.length > 0 ? lanes : [],
        height: 250 + (marks.length > 0 ? lanes.length * 18 : 0),
      },
      {
        ...shared,
        id: 'timeline-latency',
        title: 'Finality',
        description: 'Mean finality over time; gaps where nothing became final.',
        base: time,
        value: { ...value, title: `mean finality (${unit})` },
        series: lines(({ latency_mean_ms }) => latency_mean_ms.map((ms) => (ms === null ? null : ms / divisor))),
        height: 230,
      },
    ],
    table: timelineTable(points),
    after: eventTable(events, points),
  };
}

function equal(a: readonly (number | null)[], b: readonly (number | null)[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function outageText(outages: PointResult['outages']): string {
  const [outage] = outages.filter(({ replication }) => replication === 0);
  if (outage === undefined) return 'no outage';
  return `outage from ${formatQuantity(outage.from_ms / 1000, 'count')} s for ${formatQuantity(outage.to_ms - outage.from_ms, 'ms')}`;
}

/** At most sixty rows: neighbouring bins are joined, latencies weighted by the transactions that became final in each. */
function timelineTable(points: readonly PointResult[]): Markup {
  const bins = Math.max(0, ...points.map(({ timeline }) => timeline.at_ms.length));
  const joined = Math.max(1, Math.ceil(bins / MOST_TABLE_ROWS));
  const rows = Array.from({ length: Math.ceil(bins / joined) }, (_, row) => {
    const from = row * joined;
    const at = points.find(({ timeline }) => timeline.at_ms[from] !== undefined)?.timeline.at_ms[from] ?? 0;
    return [
      formatQuantity(at / 1000, 'count'),
      ...points.flatMap(({ timeline }) => joinedBins(timeline, from, from + joined)),
    ];
  });
  const heads = points.flatMap(({ label }) => [`${label}: final/s`, `${label}: mean finality`]);
  return table('Over time (every bin is in timeline.csv)', ['from (s)', ...heads], rows);
}

function joinedBins(timeline: TimelineRows, from: number, to: number): readonly string[] {
  const final = timeline.final_per_s.slice(from, to);
  if (final.length === 0) return ['–', '–'];
  const sum = final.reduce((total, rate) => total + rate, 0);
  const weighted = final.reduce(
    (total, rate, index) => total + rate * (timeline.latency_mean_ms[from + index] ?? 0),
    0,
  );
  return [formatQuantity(sum / final.length, 'count'), sum > 0 ? formatQuantity(weighted / sum, 'ms') : '–'];
}
