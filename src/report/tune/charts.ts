/** The two curves of tuning: recovery against what is known of the rate of spurious events, and finality against the batch timeout. */
import type { BatchRow, SettingRow, TuneFile, TunePoint } from '../../results/tune-file.ts';
import {
  type Axis,
  type ChartSpec,
  type Colour,
  type Figure,
  NO_CHART_EXTRAS,
  NO_SERIES_EXTRAS,
  type Series,
} from '../html/charts/chart-spec.ts';
import { formatShort } from '../html/format.ts';
import { html, lineSwatch, swatch, table } from '../html/markup.ts';
import { milliseconds, withInterval } from '../words.ts';
import { rowsOf } from './table.ts';
import {
  AGAINST_PRESENT,
  againstPresent,
  duration,
  eventName,
  MEDIAN_FINALITY,
  perHour,
  RECOVERY_MEAN,
  recoveryText,
  settingText,
  spuriousText,
} from './words.ts';

const UNDER: Colour = 'point-0';
const OVER: Colour = 'bad';
const NOT_TOLD: Colour = 'ink-soft';
const PRESENT: Colour = 'point-1';
const CHOSEN: Colour = 'ink';

/** Recovery (up) against the upper limit of the rate (right), one sign a setting. */
export function curveFigure(file: TuneFile, point: TunePoint, index: number): Figure {
  const rows = rowsOf(point);
  return {
    title: `${point.label}: what a shorter timeout buys, and what it risks`,
    lead: `One sign a setting: how soon transactions are final again after a crash, over how many ${eventName(point, 2)} an hour there may be (upper 95 % limit; without any event it says only how long was looked). Left of the line at ${perHour(file.level_per_hour)} an hour is what was shown to stay under that level.`,
    legend: [
      swatch(CHOSEN, 'recommended'),
      swatch(PRESENT, 'as it stands'),
      swatch(UNDER, 'shown under the level'),
      swatch(NOT_TOLD, 'not told'),
      html`<span class="bad-sign">✕</span> shown over it`,
      lineSwatch('ink-soft', LEVEL_DASH, 'level'),
    ],
    specs: [curve(file, point, index)],
    table: table(
      `Settings of ${point.label}`,
      ['setting', eventName(point, 2), RECOVERY_MEAN, 'median', 'worst', ''],
      rows.map(({ row, role }) => [
        settingText(row, point),
        spuriousText(row),
        recoveryText(row),
        row.recovery.p50_ms === null ? '–' : milliseconds(row.recovery.p50_ms),
        row.recovery.worst_ms === null ? '–' : milliseconds(row.recovery.worst_ms),
        role,
      ]),
    ),
    after: null,
  };
}

const LEVEL_DASH = [6, 4];

function curve(file: TuneFile, point: TunePoint, index: number): ChartSpec {
  const rows = rowsOf(point).filter(({ row }) => row.recovery.mean_ms !== null);
  const x = ({ spurious }: SettingRow): number => spurious.upper_per_hour;
  const y = ({ recovery }: SettingRow): number => recovery.mean_ms?.mean ?? 0;
  const signs = (label: string, colour: Colour, sign: Series['sign'] & string, own: typeof rows): readonly Series[] =>
    own.length === 0
      ? []
      : [
          {
            ...NO_SERIES_EXTRAS,
            label,
            colour,
            sign,
            look: 'signs',
            x: own.map(({ row }) => x(row)),
            values: own.map(({ row }) => y(row)),
            texts: own.map(
              ({ row }) => `${settingText(row, point)}: recovery ${recoveryText(row)}; ${spuriousText(row)}`,
            ),
          },
        ];
  const [least, most] = bounds([...rows.map(({ row }) => x(row)), file.level_per_hour]);
  const [low, high] = bounds(rows.map(({ row }) => y(row)));
  const plain = rows.filter(({ role }) => role !== 'recommended' && role !== 'as it stands');
  const level: Series = {
    ...NO_SERIES_EXTRAS,
    label: 'level',
    colour: 'ink-soft',
    dash: LEVEL_DASH,
    look: 'thin',
    x: [file.level_per_hour, file.level_per_hour],
    values: [low, high],
  };
  return {
    ...NO_CHART_EXTRAS,
    id: `curve-${index}`,
    description: `Recovery against spurious rate of ${point.label}: ${rows.map(({ row }) => `${settingText(row, point)}: ${recoveryText(row)}, ${spuriousText(row)}`).join('; ')}.`,
    kind: 'line',
    horizontal: false,
    categories: [],
    base: logarithmic(`${eventName(point, 2)} an hour, upper limit (1/h)`, least, most),
    value: logarithmic('recovery (ms)', low, high),
    series: [
      ...signs(
        'recommended',
        CHOSEN,
        'disc',
        rows.filter(({ role }) => role === 'recommended'),
      ),
      ...signs(
        'as it stands',
        PRESENT,
        'disc',
        rows.filter(({ role }) => role === 'as it stands'),
      ),
      ...signs(
        'shown under the level',
        UNDER,
        'ring',
        plain.filter(({ row }) => row.spurious.shown === 'under'),
      ),
      ...signs(
        'not told',
        NOT_TOLD,
        'ring',
        plain.filter(({ row }) => row.spurious.shown === 'neither'),
      ),
      ...signs(
        'shown over the level',
        OVER,
        'cross',
        plain.filter(({ row }) => row.spurious.shown === 'over'),
      ),
      level,
    ],
    height: 340,
  };
}

/** Median and 99th percentile of finality against the batch timeout. */
export function batchFigure(point: TunePoint, index: number): Figure | null {
  const { batch } = point;
  if (batch === null) return null;
  const line = (
    label: string,
    colour: Colour,
    dash: readonly number[],
    of: (row: BatchRow) => BatchRow['finality_p50_ms'],
  ): Series => ({
    ...NO_SERIES_EXTRAS,
    label,
    colour,
    dash,
    x: batch.settings.map(({ timeout_ms }) => timeout_ms),
    values: batch.settings.map((row) => of(row)?.mean ?? null),
  });
  return {
    title: `${point.label}: batch timeout`,
    lead: 'What waiting for a fuller batch costs in finality; the table has what it saves in messages.',
    legend: [lineSwatch('point-0', [], 'median finality'), lineSwatch('point-1', [7, 4], '99th percentile')],
    specs: [
      {
        ...NO_CHART_EXTRAS,
        id: `batch-${index}`,
        description: `Finality of ${point.label} by batch timeout: ${batch.settings.map((row) => `${duration(row.timeout_ms)}: ${withInterval(row.finality_p50_ms, 'ms')}`).join('; ')}.`,
        kind: 'line',
        horizontal: false,
        categories: [],
        base: { title: 'batch timeout (ms)', scale: 'linear', format: 'number', min: 0, max: null },
        value: { title: 'finality (ms)', scale: 'linear', format: 'number', min: 0, max: null },
        series: [
          line('median', 'point-0', [], ({ finality_p50_ms }) => finality_p50_ms),
          line('99th percentile', 'point-1', [7, 4], ({ finality_p99_ms }) => finality_p99_ms),
        ],
        height: 300,
      },
    ],
    table: table(
      `Batch timeouts of ${point.label}`,
      [
        'batch timeout',
        MEDIAN_FINALITY,
        AGAINST_PRESENT,
        'finality p99',
        'transactions a batch',
        'messages a transaction',
        'bytes a transaction',
        '',
      ],
      batch.settings.map((row) => [
        duration(row.timeout_ms),
        withInterval(row.finality_p50_ms, 'ms'),
        againstPresent(row),
        withInterval(row.finality_p99_ms, 'ms'),
        formatShort(row.transactions_per_batch?.mean ?? 0),
        formatShort(row.messages_per_transaction?.mean ?? 0),
        withInterval(row.bytes_per_transaction, 'bytes'),
        row.condition === 'keeps up' ? '' : (row.condition ?? 'no run can tell'),
      ]),
    ),
    after: null,
  };
}

function logarithmic(title: string, min: number, max: number): Axis {
  return { title, scale: 'logarithmic', format: 'number', min, max };
}

/** Round ends (1, 2 or 5 times a power of ten) with some room, so that no sign lies on the frame. */
function bounds(values: readonly number[]): readonly [number, number] {
  const known = values.filter((value) => value > 0);
  if (known.length === 0) return [1, 10];
  const steps = (value: number): readonly number[] => {
    const power = 10 ** Math.floor(Math.log10(value));
    return [power / 2, power, 2 * power, 5 * power, 10 * power, 20 * power];
  };
  const [least, most] = [Math.min(...known) / 1.15, Math.max(...known) * 1.15];
  return [
    steps(least)
      .filter((step) => step <= least)
      .at(-1) ?? least,
    steps(most).find((step) => step >= most) ?? most,
  ];
}
