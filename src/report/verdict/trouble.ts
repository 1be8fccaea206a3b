/** What must be known before any number is read: who never answered, stopped, fell behind, or works on repeats. */
import type { PointResult } from '../../results/result-file.ts';
import { list, milliseconds, number, percent } from '../words.ts';
import { isHealthy, MOST_IN_WORDS, meanOf, some } from './points.ts';

type State = NonNullable<PointResult['condition']>['state'];

/** One sentence a point in trouble; of many points one a kind of trouble. */
export function troubles(points: readonly PointResult[]): readonly string[] {
  const unknown = points.filter(({ finished_replications }) => finished_replications === 0).map(({ label }) => label);
  const none = unknown.length === 0 ? [] : [`No run of ${some(unknown)} finished: nothing is known of it.`];
  const troubled = points.filter(({ condition }) => condition !== null && condition.state !== 'keeps up');
  if (troubled.length <= MOST_IN_WORDS) return [...none, ...troubled.map(trouble)];
  const summed = kinds.flatMap(({ state, words }) => {
    const labels = troubled.filter(({ condition }) => condition?.state === state).map(({ label }) => label);
    return labels.length === 0 ? [] : [`Of ${points.length} points, ${labels.length} ${words}: ${some(labels)}.`];
  });
  return [...none, ...summed];
}

const kinds: readonly { readonly state: State; readonly words: string }[] = [
  { state: 'silent', words: 'finalised nothing' },
  { state: 'down', words: 'did not recover: they were down when the run ended' },
  { state: 'stalled', words: 'stalled under their load' },
  { state: 'overloaded', words: 'do not keep up with their load' },
  { state: 'not caught up', words: 'had not caught up after their faults when the run ended' },
];

function trouble(point: PointResult): string {
  const { label, condition } = point;
  const { state, runs, of, unfinished_share, down_for_ms } = condition as NonNullable<PointResult['condition']>;
  const some = runs < of ? ` in ${runs} of ${of} replications` : '';
  const offered = `${number(meanOf(point, 'offered_per_s') ?? 0)} transactions/s offered`;
  const finalised = `it finalised ${number(meanOf(point, 'throughput_per_s') ?? 0)} of ${offered}`;
  const never = `${percent(unfinished_share)} of all that was sent was not final then`;
  switch (state) {
    case 'silent':
      return `${label} finalised nothing${some === '' ? ' of' : `${some}, of`} ${offered}.${openLiveness(point)}`;
    case 'down':
      return `${label} did not recover${some}: when the run ended nothing had become final for ${milliseconds(down_for_ms ?? 0)}, and ${never}.${openLiveness(point)}`;
    case 'stalled':
      return `${label} stalled under its load${some}: when the run ended nothing had become final for ${milliseconds(down_for_ms ?? 0)}; ${finalised}, and ${never}.${openLiveness(point)}`;
    case 'overloaded':
      return `${label} does not keep up${some}: ${finalised}, ${never}, and its finality grows for as long as the load lasts.`;
    default:
      return `${label} had not caught up after its faults when the run ended${some}: ${finalised}, and ${never}. A longer run would show whether it does.`;
  }
}

/** Beside every picture of finality: whose is only that of what became final. Begins with a space; empty where all is. */
export function onlyTheQuick(points: readonly PointResult[]): string {
  const labels = points
    .filter((point) => !isHealthy(point) && point.estimates.finality_p50_ms !== null)
    .map(({ label }) => label);
  return labels.length === 0
    ? ''
    : ` Of ${some(labels)} this shows only what became final: the verdict says what did not.`;
}

/** Beside a cluster that does not answer: why that is no violation. */
function openLiveness({ liveness }: PointResult): string {
  return liveness.judged ? '' : ` Liveness not judged: ${liveness.why_not}.`;
}

/** From this share of repeats on, a cluster does more for them than for the rest. */
const MOSTLY_REPEATS = 0.5;
/** Shares below this are not worth a clause. */
const NOTEWORTHY = 0.02;

/** Retries that are most of what is sent, and what comes of requests that overtake each other. */
export function retries(point: PointResult): readonly string[] {
  const { label, condition, repeats } = point;
  const refused = refusedShare(point);
  const overtaken =
    repeats.overtaken < NOTEWORTHY || refused < NOTEWORTHY
      ? null
      : `${percent(repeats.overtaken)} of what became final took its turn after a later transaction of the same clients, and what came too early or too late for the ledger is among the ${percent(refused)} that it refused as invalid`;
  // During an outage everything is sent again: that is the outage's doing, and told with it.
  const behind = condition !== null && ['stalled', 'overloaded', 'not caught up'].includes(condition.state);
  const disturbed = point.faults.length > 0 || condition?.state === 'silent' || condition?.state === 'down';
  if (repeats.repeated < MOSTLY_REPEATS || (disturbed && !behind))
    return overtaken === null ? [] : [`Requests to ${label} overtake each other: ${overtaken}.`];
  const consequences = [
    'none took effect twice',
    ...(repeats.ordered_again < NOTEWORTHY
      ? []
      : [`${percent(repeats.ordered_again)} of the places in its blocks went to repeats that were skipped`]),
    ...(overtaken === null ? [] : [overtaken]),
  ];
  return [
    `${behind ? `${label} is in a retry collapse` : `Most of what is sent to ${label} are retries`}: clients sent each transaction ${number(repeats.sends_per_request)} times, so that ${percent(repeats.repeated)} of all requests were repeats (they send again what is not final within retry_after); ${list(consequences)}.`,
  ];
}

function refusedShare(point: PointResult): number {
  const throughput = meanOf(point, 'throughput_per_s') ?? 0;
  return throughput === 0 ? 0 : 1 - (meanOf(point, 'goodput_per_s') ?? 0) / throughput;
}

/** Where the progress check could not have found anything, and why: one line for each reason, naming whom it holds for. */
export function livenessLines(points: readonly PointResult[]): readonly string[] {
  const holders = new Map<string, string[]>();
  for (const { label, liveness } of points)
    if (liveness.why_not !== null) holders.set(liveness.why_not, [...(holders.get(liveness.why_not) ?? []), label]);
  return [...holders].map(([why, labels]) => {
    const whom = labels.length === points.length ? '' : ` of ${some(labels)}`;
    return `Liveness${whom} not judged: ${why}.`;
  });
}
