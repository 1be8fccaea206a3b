/** What a sensitivity analysis says in sentences: for each point, what decides its answer and which measurement comes first. */
import type { EffectRow, SensitivityFile, SensitivityPoint, VariantRow } from '../../results/sensitivity-file.ts';
import { formatQuantity, NOT_MEASURED, objectiveUnit } from '../html/format.ts';
import { counted, list, percent } from '../words.ts';

/** The value of a variant as text, marked where it is only that of what became final. */
export function valueText({ value, condition }: VariantRow, { measure }: SensitivityFile): string {
  const text = value === null ? NOT_MEASURED : formatQuantity(value.mean, objectiveUnit(measure));
  return condition === null || condition === 'keeps up' ? text : `${text}*`;
}

export function widthText({ width, told_from_chance }: EffectRow, { measure }: SensitivityFile): string {
  return told_from_chance ? formatQuantity(width, objectiveUnit(measure)) : 'not told from chance';
}

/** `×0.8 … ×1.25`. */
export function rangeText({ low, high }: { readonly low: number; readonly high: number }): string {
  return `×${low} … ×${high}`;
}

export function titleOf(file: SensitivityFile, input: string): string {
  return file.inputs.find((row) => row.input === input)?.title ?? input;
}

/** One sentence or two a point, then how to measure what was named. */
export function sensitivityVerdict(file: SensitivityFile): readonly string[] {
  const first = file.points.flatMap((point) => {
    const best = bestOf(point);
    return best === null ? [] : [best.input];
  });
  return [
    ...file.points.map((point) => `${point.label}: ${sentenceOf(file, point)}`),
    ...[...new Set(first)].map((input) => {
      const row = file.inputs.find((one) => one.input === input);
      return `To find out the ${row?.title}: ${row?.how_to_measure}.`;
    }),
  ];
}

/** The measurement to make first; null where none would say more. */
function bestOf({ effects }: SensitivityPoint): EffectRow | null {
  const [first] = effects;
  return first === undefined || (first.turns === null && first.width === 0) ? null : first;
}

/** What the middle of each range is: a rough answer shortens its runs, so that it is not the scenario's own value. */
export function baseWords({ quick, replications }: Pick<SensitivityFile, 'quick' | 'replications'>): string {
  return quick
    ? `with the scenario's own inputs in a rough answer (--quick: shortened runs, ${counted(replications, 'replication')})`
    : 'as the scenario stands';
}

function sentenceOf(file: SensitivityFile, point: SensitivityPoint): string {
  const unit = objectiveUnit(file.measure);
  const best = bestOf(point);
  const base = `${file.measure} is ${valueText(point.base, file)} ${baseWords(file)}`;
  if (best === null) return `${base}, and no input moves it beyond chance within its range.`;
  const title = titleOf(file, best.input);
  const ends = `from ${valueText(best.low, file)} at ×${best.low.factor} to ${valueText(best.high, file)} at ×${best.high.factor}`;
  const first = `Measure the ${title} first: its range alone moves it ${ends}`;
  if (best.turns === 'condition')
    return `${base}. ${first}, and decides whether the cluster keeps up with its load (${conditionsOf(point, best)}).`;
  if (best.turns === 'objective') return `${base}. ${first}, and decides whether the objective is met.`;
  const left = formatQuantity(point.width * (1 - best.narrows), unit);
  const narrowed = `known exactly, the width of the answer would shrink from ${formatQuantity(point.width, unit)} to ${left} (by ${percent(best.narrows)})`;
  return `${base}. ${first}; ${narrowed}.`;
}

function conditionsOf({ base }: SensitivityPoint, { low, high }: EffectRow): string {
  return list([low, base, high].map(({ factor, condition }) => `×${factor}: ${condition ?? 'no run can tell'}`));
}

/** Heads of the columns behind that of the input. */
export function columnsOf({ quick }: SensitivityFile): readonly string[] {
  const own = quick ? 'own inputs (rough)' : 'as it stands';
  return ['range', 'at its low end', own, 'at its high end', 'width', 'narrows by'];
}
