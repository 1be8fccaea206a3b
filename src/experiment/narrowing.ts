/**
 * Which measurement would most narrow an answer: the widths that single inputs give it, put together as independent, and what is
 * left without each. An input that can bring the cluster down or turn an objective decides more than any width.
 */
import type { InputEffect, PointSensitivity, Variant } from './sensitivity.ts';
import type { InputName } from './uncertain-inputs.ts';

export interface Narrowing {
  readonly input: InputName;
  /** How wide its range makes the answer, in the measure's unit; 0 where that could be chance. */
  readonly width: number;
  /** By what share the whole width shrinks if it is known exactly: 0 … 1. */
  readonly narrows: number;
  /** `condition`: at one end the cluster keeps up with its load, at another not. `objective`: at one end it is met, at another not. */
  readonly turns: 'condition' | 'objective' | null;
}

export interface PointNarrowing {
  /** The whole width: the root of the sum of the squares of the single ones. */
  readonly width: number;
  /** The most useful measurement first. */
  readonly inputs: readonly Narrowing[];
}

export function narrowingOf({ base, effects }: PointSensitivity): PointNarrowing {
  const widths = effects.map((effect) => (effect.told ? widthOf([base, effect.low, effect.high]) : 0));
  const square = widths.reduce((sum, width) => sum + width * width, 0);
  const inputs = effects.map((effect, i): Narrowing => {
    const width = widths[i] as number;
    const without = Math.sqrt(Math.max(0, square - width * width));
    return {
      input: effect.input,
      width,
      narrows: square === 0 ? 0 : 1 - without / Math.sqrt(square),
      turns: turnOf(base, effect),
    };
  });
  const weight = { condition: 2, objective: 1 } as const;
  const rank = ({ turns }: Narrowing): number => (turns === null ? 0 : weight[turns]);
  return { width: Math.sqrt(square), inputs: inputs.toSorted((a, b) => rank(b) - rank(a) || b.width - a.width) };
}

function widthOf(variants: readonly Variant[]): number {
  const values = variants.flatMap(({ value }) => (value === null ? [] : [value.mean]));
  return values.length === 0 ? 0 : Math.max(...values) - Math.min(...values);
}

function turnOf(base: Variant, { low, high }: InputEffect): Narrowing['turns'] {
  // Where no run ended nothing is known: that is no turn.
  const all = [base, low, high].filter(({ condition }) => condition !== null);
  if (new Set(all.map(({ condition }) => condition === 'keeps up')).size > 1) return 'condition';
  return new Set(all.map(({ met }) => met)).size > 1 ? 'objective' : null;
}
