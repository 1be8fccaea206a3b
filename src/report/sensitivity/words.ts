/** What a sensitivity analysis says in sentences: for each point, what decides its answer and which measurement comes first. */
import type { EstimateName } from '../../experiment/estimate.ts';
import type { EffectRow, SensitivityFile, SensitivityPoint, VariantRow } from '../../results/sensitivity-file.ts';
import { formatQuantity, NOT_MEASURED, objectiveUnit } from '../html/format.ts';
import { counted, list } from '../words.ts';

const WORDS: Readonly<Record<EstimateName, string>> = {
  offered_per_s: 'the offered load',
  throughput_per_s: 'throughput',
  goodput_per_s: 'goodput',
  finality_mean_ms: 'mean finality',
  finality_p50_ms: 'median finality',
  finality_p90_ms: 'finality p90',
  finality_p99_ms: 'finality p99',
  finality_p999_ms: 'finality p99.9',
  finality_max_ms: 'the longest finality',
  commit_p50_ms: 'median commit latency',
  messages_per_transaction: 'messages per transaction',
  bytes_per_transaction: 'bytes per transaction',
  signatures_per_transaction: 'signatures per transaction',
  bytes_per_node_per_s: 'bytes per node and second',
  availability: 'availability',
  longest_outage_ms: 'the longest outage',
};

/** The measure in words; in the file it has its field's name. */
export function measureWords({ measure }: Pick<SensitivityFile, 'measure'>): string {
  return WORDS[measure];
}

/** Of what time and of which transactions the measure is (docs/MODEL.md, measures): finality has more than one meaning where there are faults. */
export function scopeWords(file: SensitivityFile): string {
  const { measure, points } = file;
  const subject = `${upper(measureWords(file))}, as shown here, is`;
  const time = 'the whole measured part of each run, from the end of the warm-up to the end of the run';
  const mean = `mean over ${counted(file.replications, 'replication')}`;
  if (!measure.startsWith('finality')) return `${subject} of ${time}; ${mean}.`;
  const asked = points.some(({ base }) => base.objectives_met !== null)
    ? ' Whether an objective on finality is met is judged with what is unfinished at the end counted as at least its age.'
    : '';
  return `${subject} of all that became final in ${time}: faults and what waited for their end are part of it, so with faults it is not the undisturbed finality before the first of them; ${mean}.${asked}`;
}

/** Three significant digits: a quantile is known to less than half a percent. */
function amount(value: number, { measure }: SensitivityFile): string {
  return formatQuantity(Number(value.toPrecision(3)), objectiveUnit(measure));
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The value of a variant as text, marked where it is only that of what became final. */
export function valueText({ value, condition }: VariantRow, file: SensitivityFile): string {
  const text = value === null ? NOT_MEASURED : amount(value.mean, file);
  return condition === null || condition === 'keeps up' ? text : `${text}*`;
}

export function widthText({ width, told_from_chance, low, high }: EffectRow, file: SensitivityFile): string {
  if (low.value === null && high.value === null) return NOT_MEASURED;
  return told_from_chance ? amount(width, file) : 'not told from chance';
}

/** To a tenth of a percent: less is no reason to measure anything. */
export function narrowsText({ narrows, low, high }: EffectRow): string {
  if (low.value === null && high.value === null) return NOT_MEASURED;
  return narrows > 0 && narrows < 0.001 ? 'under 0.1%' : narrows === 0 ? '0%' : `${(100 * narrows).toFixed(1)}%`;
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
    const best = point.unmeasured === null ? bestOf(point) : null;
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
  const best = bestOf(point);
  if (point.unmeasured !== null) return `what ${measureWords(file)} depends on is not told: ${point.unmeasured}.`;
  const base = `${measureWords(file)} is ${valueText(point.base, file)} ${baseWords(file)}`;
  if (best === null && point.base.value === null) return `${base}: in no run was it measured.`;
  if (best === null) return `${base}, and no input moves it beyond chance within its range.`;
  const title = titleOf(file, best.input);
  const ends = `from ${valueText(best.low, file)} at ×${best.low.factor} to ${valueText(best.high, file)} at ×${best.high.factor}`;
  const first = `Measure the ${title} first: its range alone moves it ${ends}`;
  if (best.turns === 'condition')
    return `${base}. ${first}, and decides whether the cluster keeps up with its load (${conditionsOf(point, best)}).`;
  if (best.turns === 'objective') return `${base}. ${first}, and decides whether the objective is met.`;
  const left = amount(point.width * (1 - best.narrows), file);
  const narrowed = `known exactly, the width of the answer would shrink from ${amount(point.width, file)} to ${left} (by ${narrowsText(best)})`;
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
