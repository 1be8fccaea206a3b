/**
 * Arrival traces: the time column of any table, made into arrival instants of virtual time. Rows are sorted; rows of one coarse
 * instant (a day, an hour, a second) are spread inside it by the counter hash; the whole is compressed by a stated factor or to
 * a target rate. Whatever was done to the data is said in the notices.
 */
import { draw, Purpose, stream, unit } from '../kernel/random.ts';
import { type Duration, LONGEST_RUN, type Rate, SECOND } from '../units/quantities.ts';
import { type CoarseTime, parseTime } from './time-text.ts';

export interface TraceSource {
  /** What to call the trace in notices and errors, such as file and column. */
  readonly name: string;
  /** The time column, one text a row, without the header. Times of day are all of one day. */
  readonly times: readonly string[];
  /** A column of counts: each row stands for so many arrivals. null: each row is one. */
  readonly counts: readonly string[] | null;
  readonly scale: { readonly factor: number } | { readonly targetRate: Rate };
  /** Draws the places inside coarse instants. */
  readonly seed: number;
  /** Where a row (from 0) has its time or count, for messages; `data row 7` where nothing is given. */
  readonly placeOf?: (row: number, column: 'time' | 'count') => string;
}

export interface ImportedTrace {
  /** Arrival instants, whole ns from the first arrival (0), ascending. */
  readonly times: Float64Array;
  /** What was done to the data, one sentence each, for the report. */
  readonly notices: readonly string[];
  /** Those of the notices that tell of rows left out: for the terminal as well. */
  readonly warnings: readonly string[];
  /** How much later each repetition of the trace is (ns), so that the mean rate stays; null: a single instant, which can't repeat. */
  readonly period: Duration | null;
  /** Rows read, and how many of them were left out because they have no time (or no count). */
  readonly rows: number;
  readonly skipped: number;
  /** Trace time divided by virtual time. */
  readonly factor: number;
}

/** More arrivals than this are a mistake in the count column, or need a smaller excerpt. */
const MOST_ARRIVALS = 50_000_000;

/**
 * Turns a table's time column into arrivals.
 * @throws an Error that says what is wrong with which row and what to do: no row with a time, times of different kinds in one
 * column, columns of different lengths, a factor that is not positive, a result longer than any run.
 */
export function importTrace(source: TraceSource): ImportedTrace {
  const rows = readRows(source);
  const seconds = spread(source, rows);
  const unsorted = countUnsorted(rows.read);
  seconds.sort();
  const first = seconds[0] as number;
  const span = (seconds[seconds.length - 1] as number) - first;
  const factor = factorOf(source, seconds.length, span);
  const times = seconds.map((at) => Math.round(((at - first) / factor) * SECOND));
  if ((times[times.length - 1] as number) > LONGEST_RUN)
    throw new Error(
      `${source.name}: the trace lasts ${duration(span / factor)} at factor ${factor}; the longest run is 104 days: compress it more`,
    );
  if (seconds.length > 1 && span > 0 && times[times.length - 1] === 0)
    throw new Error(
      `${source.name}: compressed by ${shown(factor)}, all ${seconds.length} arrivals fall on one nanosecond: compress it less`,
    );
  const notices = [...rows.notices, ...spreadNotice(source, rows.read)];
  if (unsorted > 0)
    notices.push(
      `${source.name}: ${unsorted} rows were earlier than the row before them; all rows were sorted by time`,
    );
  notices.push(
    `${source.name}: ${seconds.length} arrivals over ${duration(span)} replayed in ${duration(span / factor)} ` +
      `(time compressed by a factor of ${shown(factor)})${span === 0 ? '' : `, ${shown(((seconds.length - 1) * factor) / span)}/s on average`}`,
  );
  return {
    times,
    notices,
    warnings: rows.notices,
    period: span === 0 ? null : Math.round(((span / factor) * SECOND * seconds.length) / (seconds.length - 1)),
    rows: source.times.length,
    skipped: source.times.length - rows.read.length,
    factor,
  };
}

interface Row {
  readonly time: CoarseTime;
  readonly count: number;
  /** Counted from 0, among all rows. */
  readonly index: number;
}

function readRows(source: TraceSource): { read: readonly Row[]; notices: string[]; arrivals: number } {
  const { name, times, counts } = source;
  if (counts !== null && counts.length !== times.length)
    throw new Error(
      `${name}: ${times.length} times but ${counts.length} counts: both columns must have one value a row`,
    );
  const read: Row[] = [];
  const timeless: number[] = [];
  const countless: number[] = [];
  let arrivals = 0;
  for (let index = 0; index < times.length; index++) {
    const time = parseTime(times[index] as string);
    const count = counts === null ? 1 : parseCount(counts[index] as string);
    if (time === null) timeless.push(index);
    else if (count === null) countless.push(index);
    else {
      read.push({ time, count, index });
      arrivals += count;
    }
  }
  if (times.length === 0)
    throw new Error(`${name}: the file has no rows below its header line, expected a row for each arrival`);
  if (arrivals === 0)
    throw new Error(
      `${name}: none of ${times.length} rows has a time${counts === null ? '' : ' and a count above 0'}; ${expectedTimes}`,
    );
  if (arrivals > MOST_ARRIVALS)
    throw new Error(
      `${name}: the counts add up to ${arrivals} arrivals, more than ${MOST_ARRIVALS}: take an excerpt of the trace`,
    );
  checkOneKind(source, read);
  return {
    read,
    arrivals,
    notices: [
      ...leftOut(source, timeless, 'without a readable time', times),
      ...leftOut(source, countless, 'without a whole count', counts ?? []),
    ],
  };
}

const expectedTimes = 'times are YYYY-MM-DD, YYYY-MM-DDTHH[:MM[:SS]], HH:MM[:SS] or seconds as plain numbers';

function parseCount(text: string): number | null {
  return /^\d{1,15}$/.test(text.trim()) ? Number(text) : null;
}

function leftOut(source: TraceSource, indices: readonly number[], what: string, column: readonly string[]): string[] {
  const first = indices[0];
  if (first === undefined) return [];
  const { name, times } = source;
  return [
    `${name}: ${indices.length} of ${times.length} rows ${what} were left out (the first is ${placeOf(source, first, column === times ? 'time' : 'count')}: '${column[first]}')`,
  ];
}

function checkOneKind(source: TraceSource, read: readonly Row[]): void {
  const first = read[0] as Row;
  const other = read.find((row) => row.time.kind !== first.time.kind);
  if (other === undefined) return;
  throw new Error(
    `${source.name}: ${placeOf(source, first.index, 'time')} has '${source.times[first.index]}' and ${placeOf(source, other.index, 'time')} has ` +
      `'${source.times[other.index]}': one column must hold times of one kind; ${expectedTimes}`,
  );
}

function placeOf(source: TraceSource, row: number, column: 'time' | 'count'): string {
  return source.placeOf?.(row, column) ?? `data row ${row + 1}`;
}

/** How long each row's instant lasts. Where any row has a fraction of a second, whole seconds are exact in all of them. */
function resolutions(read: readonly Row[]): Float64Array {
  const exact = read.some((row) => row.time.resolution === 0);
  return Float64Array.from(read, ({ time }) => (exact && time.resolution === 1 ? 0 : time.resolution));
}

/** One arrival in seconds for each row or each of its counts, anywhere inside the row's instant. */
function spread(source: TraceSource, rows: { read: readonly Row[]; arrivals: number }): Float64Array {
  const places = stream(source.seed, Purpose.spread);
  const lasting = resolutions(rows.read);
  // Counted from the earliest row, so that centuries of seconds do not cost digits.
  const origin = rows.read.reduce((least, row) => Math.min(least, row.time.seconds), Number.POSITIVE_INFINITY);
  const seconds = new Float64Array(rows.arrivals);
  let arrival = 0;
  rows.read.forEach((row, i) => {
    for (let j = 0; j < row.count; j++, arrival++)
      seconds[arrival] = row.time.seconds - origin + unit(draw(places, arrival)) * (lasting[i] as number);
  });
  return seconds;
}

function spreadNotice(source: TraceSource, read: readonly Row[]): string[] {
  const lasting = resolutions(read);
  const instants = new Set<number>();
  let spreadRows = 0;
  let longest = 0;
  read.forEach((row, i) => {
    if (lasting[i] === 0) return;
    spreadRows++;
    longest = Math.max(longest, lasting[i] as number);
    instants.add(row.time.seconds);
  });
  if (spreadRows === 0) return [];
  const unitName = { 86400: 'day', 3600: 'hour', 60: 'minute', 1: 'second' }[longest] as string;
  return [
    `${source.name}: times are known to the ${unitName}; the arrivals of ${spreadRows} rows in ${instants.size} such instants were ` +
      'spread inside them by the counter hash',
  ];
}

function countUnsorted(read: readonly Row[]): number {
  return read.filter((row, i) => i > 0 && row.time.seconds < (read[i - 1] as Row).time.seconds).length;
}

function factorOf(source: TraceSource, arrivals: number, span: number): number {
  const { scale, name } = source;
  const given = 'factor' in scale ? scale.factor : scale.targetRate;
  if (!(given > 0 && Number.isFinite(given)))
    throw new Error(
      `${name}: the ${'factor' in scale ? 'time-compression factor' : 'target rate'} is ${given}; it must be above 0`,
    );
  if ('factor' in scale) return scale.factor;
  if (span === 0) throw new Error(`${name}: all arrivals fall on one instant, so no compression gives ${given}/s`);
  // As many gaps as arrivals less one: with the gap before a repetition, every period holds exactly the target.
  return (given * span) / (arrivals - 1);
}

/** A length of time in the unit that gives it one to three digits before the point. */
function duration(seconds: number): string {
  const units: readonly (readonly [number, string])[] = [
    [31_557_600, 'years'],
    [86_400, 'days'],
    [3600, 'h'],
    [60, 'min'],
  ];
  const [size, name] = units.find(([least]) => seconds >= 2 * least) ?? [1, 's'];
  return `${shown(seconds / size)} ${name}`;
}

/** Four significant digits, in plain notation. */
function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
