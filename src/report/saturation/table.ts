/** A saturation search on a terminal: the verdict, a table of the loads of each point, and what the words mean. */
import Table from 'cli-table3';
import colours from 'picocolors';
import type { LoadRow, SaturationFile, SaturationPoint } from '../../results/saturation-file.ts';
import { checkedRangeLines } from '../checked-range.ts';
import type { Colours } from '../table.ts';
import { counted, resourceName, withInterval } from '../words.ts';
import { causeNames, footnotes, rateText, shareText } from './words.ts';

export function renderSaturation(file: SaturationFile, colour: Colours = colours): string {
  return [
    colour.bold(`${file.scenario}: how much load it carries`) +
      (file.quick ? colour.yellow('  ROUGH ANSWER (--quick)') : ''),
    ...(file.question === '' ? [] : [file.question]),
    '',
    ...file.verdict.map((sentence) => `• ${sentence}`),
    '',
    ...file.points.flatMap((point) => pointLines(point, colour)),
    ...checkedRangeLines(file.points),
    ...[...file.assumptions, ...footnotes(file)].map((line) => colour.dim(line)),
    '',
  ].join('\n');
}

export const LOAD_HEAD = [
  'offered',
  'of saturation',
  'throughput',
  'finality p50',
  'finality p99',
  'busiest',
  'verdict',
];

function pointLines(point: SaturationPoint, colour: Colours): readonly string[] {
  const table = new Table({
    head: [point.label, ...LOAD_HEAD.slice(1)],
    style: { head: [], border: [] },
    colAligns: ['right', 'right', 'right', 'right', 'right', 'left', 'left'],
  });
  for (const load of shownLoads(point)) {
    const cells = loadCells(load);
    const last = cells.at(-1) as string;
    table.push([...cells.slice(0, -1), load.stable ? colour.green(last) : colour.red(last)]);
  }
  const { search, curve } = point.runs;
  return [
    table.toString(),
    colour.dim(
      `${counted(search, 'run')} to find it, ${counted(curve, 'more', 'more')} to measure around it; all loads are in saturate.json.`,
    ),
    ...(point.failed_runs.length === 0
      ? []
      : [colour.red(`${counted(point.failed_runs.length, 'run')} of ${point.label} did not finish`)]),
  ];
}

/** Loads closer together than this share of the saturation load say the same. */
const APART = 0.015;

/**
 * Those with all replications: the search's single runs say little of latency. Of those that lie close together one, but always both
 * ends of the bracket. All of them where there are no others.
 */
export function shownLoads({ loads, saturation_per_s, unstable_per_s }: SaturationPoint): readonly LoadRow[] {
  const most = Math.max(0, ...loads.map(({ replications }) => replications));
  const full = loads.filter(({ replications }) => most === 1 || replications > 1);
  const ends = full.filter(({ rate_per_s }) => rate_per_s === saturation_per_s || rate_per_s === unstable_per_s);
  const shown: LoadRow[] = [];
  for (const load of full) {
    const near = (other: LoadRow): boolean =>
      Math.abs(other.rate_per_s - load.rate_per_s) < APART * (saturation_per_s ?? 0);
    if (ends.includes(load) || !(shown.some(near) || ends.some(near))) shown.push(load);
  }
  return shown.length > 0 ? shown : loads;
}

export function loadCells(load: LoadRow): readonly string[] {
  const [resource, share] = Object.entries(load.busy).reduce((most, one) => (one[1] > most[1] ? one : most));
  return [
    rateText(load.rate_per_s),
    load.share === null ? '–' : shareText(load.share),
    withInterval(load.throughput_per_s, 'per_s'),
    withInterval(load.finality_p50_ms, 'ms'),
    withInterval(load.finality_p99_ms, 'ms'),
    `${resourceName(resource)} ${shareText(share)}`,
    `${load.because === null ? 'stable' : causeNames[load.because]}${load.decided ? '' : ' ?'}`,
  ];
}
