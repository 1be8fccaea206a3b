/**
 * What a chart shows, as plain data: made and tested here, drawn in the browser by html/browser/draw.ts. Colours are names of
 * style-sheet variables, so that one switch of theme recolours page and charts alike.
 */
import type { Markup } from '../markup.ts';

/** `point-0` …: the design points; `stage-0` …: stages of a transaction; `resource-…`: what a node can run out of; `ink-soft`. */
export type Colour = string;

export interface ChartSpec {
  readonly id: string;
  /** Heads the chart where a figure has several; empty: none. */
  readonly title: string;
  /** What a screen reader says instead of the picture. */
  readonly description: string;
  readonly kind: 'bar' | 'line';
  /** Bars that lie: their categories run down the page. */
  readonly horizontal: boolean;
  readonly stacked: boolean;
  /** The categories of a bar chart; a line break where the label breaks. */
  readonly categories: readonly string[];
  /** The axis of categories or of x. */
  readonly base: Axis;
  readonly value: Axis;
  readonly series: readonly Series[];
  /** Lines across the plot at these values of the value axis. */
  readonly guides: readonly { readonly at: number; readonly label: string }[];
  /** Faults as lines from top to bottom, and what the points did as signs in a lane each, above the plot. */
  readonly marks: readonly Mark[];
  readonly lanes: readonly { readonly label: string; readonly colour: Colour }[];
  /** Labels beside the value axis that it leaves room for, so that charts below each other share their time axis. */
  readonly beside: readonly string[];
  /** Height of the drawing, CSS pixels. */
  readonly height: number;
}

export interface Axis {
  readonly title: string;
  readonly scale: 'linear' | 'logarithmic' | 'category';
  readonly format: 'number' | 'share';
  readonly min: number | null;
  readonly max: number | null;
}

export interface Series {
  readonly label: string;
  readonly colour: Colour;
  /** Line dashes, CSS pixels; empty: solid. */
  readonly dash: readonly number[];
  /** Bars: one value a category. Lines: one value for each of `x`. */
  readonly values: readonly (number | null)[];
  readonly x: readonly number[];
  /** Where lying bars begin, one a category, all series in one row; absent: at the axis. */
  readonly from?: readonly number[];
  /** Ends of the error bars; empty: none. */
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  /** Colours of single bars where they differ from `colour`. */
  readonly colours: readonly Colour[];
  /** Texts at or in the bars; empty: none. */
  readonly texts: readonly string[];
  /** Filled lightly below, drawn thin, as a short stroke across the bars, or as single signs, whose `texts` are their names. */
  readonly look: 'plain' | 'thin' | 'tick' | 'soft' | 'signs';
  /** The sign, for `signs`: filled, hollow, or a cross. */
  readonly sign?: 'disc' | 'ring' | 'cross';
}

export interface Mark {
  readonly at: number;
  /** Number that the legend of events explains; 0: none. */
  readonly number: number;
  readonly lane: number;
  readonly kind: 'fault' | 'mark';
}

/** A chart with the words and the table that say the same. */
export interface Figure {
  readonly title: string;
  /** One or two sentences: how to read it, or what it shows. */
  readonly lead: string;
  readonly legend: readonly Markup[];
  readonly specs: readonly ChartSpec[];
  readonly table: Markup;
  /** Shown below the charts, always open. */
  readonly after: Markup | null;
}

export const NO_SERIES_EXTRAS = { dash: [], x: [], low: [], high: [], colours: [], texts: [], look: 'plain' } as const;
export const NO_CHART_EXTRAS = { title: '', stacked: false, guides: [], marks: [], lanes: [], beside: [] } as const;

/** Points differ in colour and in dash, so that they stay apart without colour. Eight of each; then both repeat shifted. */
const DASHES: readonly (readonly number[])[] = [
  [],
  [7, 4],
  [2, 3],
  [10, 3, 2, 3],
  [14, 4],
  [5, 2, 1, 2],
  [1, 2],
  [12, 3, 4, 3],
];
export const COLOURS = 8;
/** Up to this many points stand side by side (a column each, a bar each in every group); more become rows. */
export const SIDE_BY_SIDE = 4;

export function pointColour(point: number): Colour {
  return `point-${point % COLOURS}`;
}

export function pointDash(point: number): readonly number[] {
  return DASHES[(point + Math.floor(point / COLOURS)) % DASHES.length]!;
}

/** Milliseconds up to 10 s, seconds beyond: divisor and name for an axis whose largest value is `maxMs`. */
export function timeUnit(maxMs: number): { readonly divisor: number; readonly name: string } {
  return maxMs >= 10_000 ? { divisor: 1000, name: 's' } : { divisor: 1, name: 'ms' };
}
