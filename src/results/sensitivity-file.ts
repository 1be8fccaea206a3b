/** `sensitivity.json`: what a one-at-a-time analysis answers, as plain data. Nothing in it depends on the machine or the date. */
import type { Condition } from '../experiment/condition.ts';
import type { Estimate, EstimateName } from '../experiment/estimate.ts';
import type { FileLength } from '../experiment/longer-runs.ts';
import { narrowingOf } from '../experiment/narrowing.ts';
import type { PointSensitivity, Variant } from '../experiment/sensitivity.ts';
import { untoldText } from '../experiment/telling.ts';
import { type FactorRange, INPUT_NAMES, type InputName, uncertainInputs } from '../experiment/uncertain-inputs.ts';
import type { AnswerHead } from './answer-head.ts';
import type { CheckedRangeRow } from './result-file.ts';

export interface SensitivityFile extends AnswerHead {
  /** The measure that is looked at. */
  readonly measure: EstimateName;
  readonly replications: number;
  readonly inputs: readonly InputRow[];
  readonly points: readonly SensitivityPoint[];
}

/** An input, as factors on what the scenario says. */
export interface InputRow {
  readonly input: InputName;
  readonly title: string;
  readonly low: number;
  readonly high: number;
  readonly why: string;
  readonly how_to_measure: string;
}

export interface SensitivityPoint {
  readonly label: string;
  readonly base: VariantRow;
  /** Why nothing was measured of the scenario as it stands, and what would do; null: something was. */
  readonly unmeasured: string | null;
  /** Root of the sum of the squares of the widths below, in the measure's unit. */
  readonly width: number;
  /** The most useful measurement first. */
  readonly effects: readonly EffectRow[];
  readonly not_varied: readonly { readonly input: InputName; readonly why: string }[];
  readonly failed_runs: number;
  /** Of the scenario as it stands. */
  readonly checked_range: CheckedRangeRow;
}

export interface VariantRow {
  readonly factor: number;
  readonly value: Estimate | null;
  readonly condition: Condition | null;
  /** Whether every objective is met; null without objectives. */
  readonly objectives_met: boolean | null;
}

export interface EffectRow {
  readonly input: InputName;
  readonly low: VariantRow;
  readonly high: VariantRow;
  /** How wide the input's range makes the answer; 0 where that could be chance. */
  readonly width: number;
  readonly told_from_chance: boolean;
  /** By what share the point's width shrinks if this input is known exactly. */
  readonly narrows: number;
  /** What differs between the ends: whether the cluster keeps up, or whether the objective is met. */
  readonly turns: 'condition' | 'objective' | null;
}

export type SensitivityAbout = Omit<SensitivityFile, 'format' | 'inputs' | 'points'>;

export function buildSensitivity(
  about: SensitivityAbout,
  ranges: Readonly<Record<InputName, FactorRange>>,
  points: readonly PointSensitivity[],
  checkedRangeOf: (point: PointSensitivity, index: number) => CheckedRangeRow,
  inFile: FileLength | null,
): SensitivityFile {
  return {
    format: 1,
    ...about,
    inputs: INPUT_NAMES.map((input) => {
      const { title, why, measure } = uncertainInputs[input];
      return { input, title, low: ranges[input].low, high: ranges[input].high, why, how_to_measure: measure };
    }),
    points: points.map((point, index) => pointRow(point, checkedRangeOf(point, index), inFile)),
  };
}

function pointRow(point: PointSensitivity, checkedRange: CheckedRangeRow, inFile: FileLength | null): SensitivityPoint {
  const { width, inputs } = narrowingOf(point);
  return {
    label: point.label,
    base: variantRow(point.base),
    unmeasured: point.untold === null ? null : untoldText(point.untold, inFile),
    width,
    effects: inputs.map((narrowing) => {
      const effect = point.effects.find(
        ({ input }) => input === narrowing.input,
      ) as PointSensitivity['effects'][number];
      return {
        input: narrowing.input,
        low: variantRow(effect.low),
        high: variantRow(effect.high),
        width: narrowing.width,
        told_from_chance: effect.told,
        narrows: narrowing.narrows,
        turns: narrowing.turns,
      };
    }),
    not_varied: point.notVaried,
    failed_runs: point.failed.length,
    checked_range: checkedRange,
  };
}

function variantRow({ factor, value, condition, met }: Variant): VariantRow {
  return { factor, value, condition, objectives_met: met };
}
