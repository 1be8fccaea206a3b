/** Who meets what the scenario asks for, by how much, how surely, and why not. */
import type { PointResult } from '../../results/result-file.ts';
import { objectiveUnit } from '../html/format.ts';
import { counted, list, quantity } from '../words.ts';
import { isSafe, MOST_IN_WORDS, some } from './points.ts';

type Objective = PointResult['objective'][number];

export function objectives(points: readonly PointResult[]): readonly string[] {
  const asked = points.find((point) => point.objective.length > 0)?.objective ?? [];
  return asked.map(({ measure, target }, i) => {
    const judged = points.flatMap((point) => {
      const objective = point.objective[i];
      return objective === undefined || !isSafe(point) ? [] : [{ point, objective }];
    });
    const unsafe = points.filter((point) => !isSafe(point)).map(({ label }) => label);
    const parts = [
      told(
        'met by',
        judged.filter(({ objective }) => objective.met && objective.decided),
      ),
      told(
        'met on average, but UNDECIDED, by',
        judged.filter(({ objective }) => objective.met && !objective.decided),
      ),
      told(
        'MISSED by',
        judged.filter(({ objective }) => !objective.met && objective.decided),
      ),
      told(
        'missed on average, but UNDECIDED, by',
        judged.filter(({ objective }) => !objective.met && !objective.decided),
      ),
      unsafe.length === 0 ? '' : `void for ${some(unsafe)}, which violated safety`,
    ].filter((part) => part !== '');
    const open = judged.some(({ objective }) => !objective.decided)
      ? ' Undecided: the 95 % interval reaches across the target; more replications or a longer run would tell.'
      : '';
    const single =
      judged.length > 0 && judged.every(({ point }) => point.finished_replications === 1)
        ? ' One replication gives no interval, so chance is not excluded.'
        : '';
    return `Objective ${measure} ${target}: ${parts.join('; ')}.${open}${single}`;
  });
}

interface Judged {
  readonly point: PointResult;
  readonly objective: Objective;
}

/** Of few points with their values, of many their labels. */
function told(words: string, judged: readonly Judged[]): string {
  if (judged.length === 0) return '';
  if (judged.length > MOST_IN_WORDS)
    return `${words} ${some(judged.map(({ point }) => point.label))} (${counted(judged.length, 'point')})`;
  return `${words} ${list(judged.map(({ point, objective }) => `${point.label} (${objectiveText(objective)})`))}`;
}

/** `186 ms [180–192]`, `at least 10.0 s: it did not …`. */
export function objectiveText({ measure, value, low, high, at_least, reason, decided }: Objective): string {
  const unit = objectiveUnit(measure);
  const number = value === null ? '' : `${at_least ? 'at least ' : ''}${quantity(value, unit)}`;
  const interval =
    value === null || decided || low === null || high === null
      ? ''
      : `, from ${quantity(low, unit)} to ${quantity(high, unit)}`;
  const why = reason === null ? '' : number === '' ? reason : `: ${reason}`;
  return `${number}${interval}${why}`;
}
