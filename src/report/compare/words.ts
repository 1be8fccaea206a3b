/**
 * A decision in sentences, of which each can be defended: which candidate under which assumption, why, by what margin and how surely,
 * what would change it; and where nobody meets the objective, who comes nearest and what binds it.
 */
import type { CandidateRow, ChangeRow, CompareFile, MarginRow, RecommendationRow } from '../../results/compare-file.ts';
import { formatNumber, formatQuantity, NOT_MEASURED, objectiveUnit, type Unit } from '../html/format.ts';
import { list, milliseconds, number, percent } from '../words.ts';

export function wordsOf(file: CompareFile): Pick<CompareFile, 'recommendation' | 'would_change'> {
  const { recommendations } = file.decision;
  const both = recommendations.length > 1;
  return {
    recommendation: [
      ...(file.decision.front.length === 0 ? [emptyFront(file)] : []),
      ...recommendations
        .filter(saysMore(file))
        .map((one) => `${both ? ASSUMED[one.assumption] : ''}${recommended(file, one)}`),
      ...trustSentences(file),
    ],
    would_change: recommendations.flatMap((one) => changed(file, one, both)),
  };
}

/** Why none is fit at all is said before: after that only who comes nearest, or that there is nobody to choose from. */
function saysMore({ decision, candidates }: CompareFile) {
  return ({ chosen, nearest, assumption }: RecommendationRow): boolean =>
    decision.front.length > 0 ||
    chosen !== null ||
    nearest !== null ||
    !candidates.some(({ trust }) => assumption === 'crash' || trust === 'byzantine');
}

const ASSUMED = {
  byzantine: 'If a participant may lie (a Byzantine fault): ',
  crash: 'If participants only stop, and none lies (crash faults): ',
} as const;

function emptyFront({ decision }: CompareFile): string {
  return `No candidate can be recommended: ${list(decision.unfit.map(({ candidate, why }) => `${candidate}: ${why}`))}.`;
}

function recommended(file: CompareFile, one: RecommendationRow): string {
  if (one.chosen === null) return notMet(file, one);
  const row = candidateNamed(file, one.chosen);
  return [
    `${one.chosen}. ${meets(one, row)}`,
    `Undisturbed, 99 % are final within ${value(row.finality_p99_ms?.mean, milliseconds)}; ${outageText(row)}${row.cost === null ? '' : `; it costs ${money(file, row.cost.per_month.total)} a month (${money(file, row.cost.per_million_transactions)} for a million transactions)`}.`,
    why(file, one),
  ].join(' ');
}

function meets({ tier }: RecommendationRow, row: CandidateRow): string {
  const asked = row.objective.length > 0;
  const missed = row.drills.filter((drill) => drill.missed.length > 0);
  switch (tier) {
    case 'in every drill':
      return asked
        ? 'It meets the objective undisturbed and in every drill.'
        : `It keeps up with its load and recovers from every drill (the scenario states no objective).`;
    case 'recovers':
      return `It meets the objective undisturbed and recovers from every drill; no candidate meets it in every drill, and this one misses ${missedText(missed)}.`;
    default: {
      const down = row.drills.filter(({ recovered }) => !recovered).map(({ drill }) => drill);
      return `It ${asked ? 'meets the objective' : 'keeps up with its load'} undisturbed, but does not recover from the ${list(down)} before the end of the drill, and no other does better.`;
    }
  }
}

function outageText({ worst_outage_ms, weakest_drill }: CandidateRow): string {
  if (weakest_drill === null) return 'no drill was run';
  if (worst_outage_ms === null) return `its outage in the ${weakest_drill} did not end`;
  if (worst_outage_ms === 0) return 'no drill caused an outage';
  return `its longest outage is ${milliseconds(worst_outage_ms)}, in the ${weakest_drill}`;
}

function why(file: CompareFile, { chosen, runner_up, decided_by, against, margin, tier }: RecommendationRow): string {
  if (runner_up === null) return 'No other candidate is fit under this assumption.';
  const next = candidateNamed(file, runner_up);
  switch (decided_by) {
    case 'tier':
      return `The next best, ${runner_up}, gives less of what is asked: ${lacks(next, tier)}.`;
    case 'order':
      return `In no criterion does anything tell it or ${runner_up} from the best beyond chance: it is the one that ${chosen === candidateFirst(file, [chosen, runner_up]) ? 'stands first in the file' : 'no other dominates'}.`;
    default: {
      const reason = REASONS[decided_by ?? ''] ?? decided_by;
      if (against === chosen) return `It is preferred to ${runner_up} for ${reason}: ${marginText(file, margin)}.`;
      return `${runner_up}, the next, fell out before it, against ${against} for ${reason} (${marginText(file, margin)}); ${against} then fell out by a later criterion.`;
    }
  }
}

function candidateFirst(file: CompareFile, labels: readonly (string | null)[]): string {
  return file.candidates.find(({ label }) => labels.includes(label))?.label ?? '';
}

const REASONS: Readonly<Record<string, string>> = {
  cost_per_month: 'its lower cost',
  worst_outage_ms: 'its shorter worst outage',
  finality_p99_ms: 'its shorter finality',
  capacity_per_s: 'its larger capacity',
};

/** What the next best lacks of what the chosen one gives. */
function lacks({ objective, drills }: CandidateRow, tier: string): string {
  const missed = objective.filter(({ met }) => !met);
  if (missed.length > 0)
    return `it misses ${list(missed.map(({ measure, target, value: got }) => `${measure} ${target} (${got === null ? 'not measured' : formatQuantity(got, objectiveUnit(measure))})`))}`;
  const down = drills.filter(({ recovered }) => !recovered);
  if (down.length > 0 && tier !== 'undisturbed')
    return `it does not recover from the ${list(down.map(({ drill }) => drill))}`;
  return `it misses ${missedText(drills.filter((drill) => drill.missed.length > 0))}`;
}

/** `finality_p99 in the crash of the leader and the loss of Singapore`. */
function missedText(drills: readonly CandidateRow['drills'][number][]): string {
  const where = new Map<string, string[]>();
  for (const { drill, missed } of drills) where.set(list(missed), [...(where.get(list(missed)) ?? []), `the ${drill}`]);
  const longest = Math.max(...drills.map(({ longest_outage_ms }) => longest_outage_ms?.mean ?? 0));
  const outage = longest > 0 ? ` (out for ${milliseconds(longest)})` : '';
  return `${[...where].map(([what, names]) => `${what} in ${list(names)}`).join('; ')}${outage}`;
}

function marginText(file: CompareFile, margin: MarginRow | null): string {
  if (margin === null) return 'by how much is not known';
  const show = showing(file, margin.criterion);
  const values = `${margin.better === null ? 'without end' : show(margin.better)} against ${margin.runner_up === null ? 'an outage that did not end' : show(margin.runner_up)}`;
  if (margin.difference === null) return values;
  const { mean, low, high } = margin.difference;
  const difference = `${show(Math.abs(mean))} ${mean < 0 ? 'less' : 'more'}`;
  if (margin.probability === null) return `${values}, ${difference} (one replication: no interval)`;
  const bounds = [Math.abs(low), Math.abs(high)].sort((a, b) => a - b) as [number, number];
  const interval =
    low === high
      ? 'the same in every replication'
      : `95 % interval of the paired difference ${show(bounds[0])} to ${show(bounds[1])}`;
  return `${values}, ${difference} (${interval}; probability that it is truly better ${probabilityText(margin.probability)}, of these two alone; ${correctedText(margin)})`;
}

/** The best of many looks good by chance often enough. */
function correctedText({ p_value_corrected: p, pairs_of_candidates: pairs }: MarginRow): string {
  if (pairs === 1) return `p ${pText(p)}, and no other pair of candidates to correct it for`;
  return `p ${pText(p)} when corrected for the choice among ${pairs} pairs of candidates`;
}

function pText(p: number | null): string {
  return p === null ? NOT_MEASURED : p < 0.0001 ? '< 0.0001' : `= ${formatNumber(p, 2)}`;
}

function probabilityText(probability: number): string {
  return probability > 0.9995 ? 'over 99.9 %' : percent(probability);
}

/** With more digits where it would read like the target that it misses. */
function apartFrom(target: string, value: number, unit: Unit): string {
  const short = formatQuantity(value, unit);
  return short.replaceAll(' ', '') === target.replaceAll(' ', '') ? formatQuantity(value, unit, 6) : short;
}

function notMet(file: CompareFile, { nearest, assumption }: RecommendationRow): string {
  const able = file.candidates.filter(({ trust }) => assumption === 'crash' || trust === 'byzantine');
  if (nearest === null)
    return able.length === 0
      ? 'no candidate survives that.'
      : `no candidate is fit: ${list(able.map(({ label, unfit }) => `${label}: ${unfit ?? 'it misses the objective'}`))}.`;
  const { candidate, measure, target, value: got, reason } = nearest;
  const unit = objectiveUnit(measure);
  const shown = got === null ? 'not measured' : apartFrom(target, got, unit);
  return `No candidate meets the objective. Nearest comes ${candidate}, bound by ${measure}: ${shown}, asked for ${target}${reason === null ? '' : ` (${reason})`}.`;
}

/** Whatever is compared with a protocol that survives liars says what it takes for granted. */
function trustSentences({ candidates }: CompareFile): readonly string[] {
  if (!candidates.some(({ trust }) => trust === 'byzantine'))
    return [...new Set(candidates.map(({ trust_note }) => trust_note))];
  const crash = candidates.filter(({ trust }) => trust === 'crash');
  return [...new Set(crash.map(({ trust_note }) => trust_note))].map((note) => {
    const labels = crash.filter(({ trust_note }) => trust_note === note).map(({ label }) => label);
    return `${list(labels)}: ${note}`;
  });
}

function changed(file: CompareFile, one: RecommendationRow, both: boolean): readonly string[] {
  if (one.chosen === null) return [];
  const under = both
    ? `${one.assumption === 'byzantine' ? 'Where a participant may lie' : 'Where participants only stop'}: `
    : '';
  const trust = one.assumption === 'byzantine' ? trustChange(file, one.chosen) : [];
  return [...trust, ...one.changes.map((change) => `${under}${changeText(file, one, change)}`)];
}

function trustChange(file: CompareFile, chosen: string): readonly string[] {
  const other = file.decision.recommendations.find(({ assumption }) => assumption === 'crash')?.chosen ?? null;
  if (other === null || other === chosen) return [];
  const [a, b] = [candidateNamed(file, chosen), candidateNamed(file, other)];
  const saved = a.cost === null || b.cost === null ? null : a.cost.per_month.total - b.cost.per_month.total;
  const price = saved === null || saved <= 0 ? '' : `, which costs ${money(file, saved)} a month less`;
  return [`If no participant can lie, ${other} would be chosen instead of ${chosen}${price}.`];
}

const ITEMS: Readonly<Record<string, string>> = {
  core_hour: 'a core-hour',
  egress_gb: 'a gigabyte of egress',
  disk_gb_month: 'a gigabyte of disk for a month',
};

function changeText(
  file: CompareFile,
  { chosen, tier }: RecommendationRow,
  { kind, what, now, at, other }: ChangeRow,
): string {
  const unit = objectiveUnit(what);
  switch (kind) {
    case 'price': {
      const [from, to] = [now as number, at as number];
      const times = from > 0 ? ` (${number(to / from)} times the price)` : '';
      return `${other} would cost as little as ${chosen} if ${ITEMS[what] ?? what} cost ${money(file, to)} instead of ${money(file, from)}${times}.`;
    }
    case 'no price':
      return `No price of cores, egress or disk alone makes another candidate that gives as much cost as little as ${chosen}.`;
    case 'looser':
      return `${other} would be chosen if the objective for ${what} were ${formatQuantity(at as number, unit)} instead of ${now}.`;
    case 'tighter':
      return `${chosen} would still do if ${what} were asked to be ${formatQuantity(at as number, unit)} instead of ${now} (${tier === 'in every drill' ? 'drills included' : 'undisturbed'}), and not beyond.`;
    case 'drill': {
      const outage =
        now === null
          ? 'an outage that did not end'
          : now === 0
            ? 'no outage'
            : `an outage of ${milliseconds(now as number)}`;
      const better =
        other === null
          ? 'and no other candidate has a shorter worst outage'
          : `${other} is down for ${at === null ? 'as long' : milliseconds(at)} at most`;
      return now === 0
        ? `No drill causes an outage of ${chosen}.`
        : `The weakest drill of ${chosen} is the ${what}, with ${outage}; ${better}.`;
    }
  }
}

function candidateNamed({ candidates }: CompareFile, label: string): CandidateRow {
  return candidates.find((one) => one.label === label) as CandidateRow;
}

function showing(file: CompareFile, criterion: string): (value: number) => string {
  if (criterion === 'cost_per_month') return (amount) => `${money(file, amount)} a month`;
  if (criterion === 'capacity_per_s') return (rate) => `${number(rate)}/s`;
  return milliseconds;
}

/** In the user's currency, as it is named in the prices. */
export function money({ prices }: CompareFile, amount: number): string {
  return `${number(amount)} ${prices?.currency ?? ''}`.trim();
}

function value(mean: number | undefined, show: (value: number) => string): string {
  return mean === undefined ? NOT_MEASURED : show(mean);
}
