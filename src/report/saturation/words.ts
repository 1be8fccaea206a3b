/** What a saturation search says in sentences: how much each point carries, what stands in the way of more, and where to run it. */
import { letEachLast } from '../../experiment/longer-runs.ts';
import { MOST_REQUESTS } from '../../experiment/saturation/plan.ts';
import type { LoadRow, ResourceRow, SaturationFile, SaturationPoint } from '../../results/saturation-file.ts';
import { QUICK_PART } from '../../scenario/run-spec-for.ts';
import { formatDuration } from '../../units/format.ts';
import { LONGEST_RUN, SECOND } from '../../units/quantities.ts';
import { formatNumber } from '../html/format.ts';
import { counted, list, milliseconds, nodeWords, percent, resourceName } from '../words.ts';

type Told = Omit<SaturationFile, 'verdict'>;

/** Four digits: neighbouring loads of a search differ in the third. */
export function rateText(rate: number): string {
  return `${formatNumber(rate, 4)}/s`;
}

/** Tenths of a percent; three digits below 10 %, where tenths would be fewer. The same wherever a share is told. */
export function shareText(share: number): string {
  return percent(share < 0.1 ? share : Math.round(share * 1000) / 1000);
}

export function saturationVerdict(file: Told): readonly string[] {
  return file.points.flatMap((point) => pointSentences(file, point));
}

function pointSentences(file: Told, point: SaturationPoint): readonly string[] {
  const { label, outcome, violations, failed_runs } = point;
  const [violation] = violations;
  if (violation !== undefined)
    return [`${label} violated safety at ${rateText(violation.rate_per_s)}: ${violation.detail}. The search stopped.`];
  if (outcome === 'failed')
    return [
      `${label}: no answer, since ${counted(failed_runs.length, 'run')} did not finish: ${failed_runs[0]?.reason ?? 'unknown'}.`,
    ];
  if (outcome === 'unsteady') return [unsteadySentence(file, point), ...asked(file, point)];
  if (outcome === 'none') return [noneSentence(file, point), ...asked(file, point)];
  if (outcome === 'beyond')
    return [
      `${label} carries all that was tried, up to ${rateText(point.saturation_per_s ?? 0)}: ${whyNoFurther(file, point)}`,
      ...asked(file, point),
    ];
  return [
    foundSentence(file, point),
    limitSentence(point),
    ...whereToRun(point),
    ...beyondSentence(point),
    ...doubts(file, point),
    ...asked(file, point),
  ];
}

/** Only where heavier loads could be tried does it tell something of the scenario that all were stable. */
function whyNoFurther(file: Told, point: SaturationPoint): string {
  const { budget } = file;
  const { capped, budget_spent } = point;
  if (capped)
    return `whether it has a limit is not told. A search simulates no more than ${formatNumber(MOST_REQUESTS)} requests a run, and that load takes as many: ${lookHigher(file, point)}.`;
  return `it has no limit there.${budget_spent ? ` The budget of ${counted(budget, 'run')} was spent: raise --budget.` : ' What of the scenario costs time or bandwidth (machine, network) is too little to be a limit.'}`;
}

/** Shorter runs are no way out where arrivals need long ones: a coarser answer is. */
function lookHigher({ quick, precision }: Told, { look_higher: look }: SaturationPoint): string {
  if (look === null || look.kind !== 'coarser')
    return look?.kind === 'none'
      ? 'its arrivals need runs about as long as these, so that no load far above can be looked at'
      : 'shorten run.duration to look higher';
  const coarser = look.precision > precision ? `ask for --precision ${shareText(look.precision)} and ` : '';
  return `to look up to ${rateText(look.up_to_per_s)}, ${coarser}${letEachLast(look.run_duration_s * SECOND, quick ? QUICK_PART : null)}: its arrivals, which come in bursts or laps, settle in shorter runs only to a coarser share`;
}

function unsteadySentence(file: Told, point: SaturationPoint): string {
  const { label, sent_share, loads, budget_spent } = point;
  const heaviest = loads.at(-1);
  if (heaviest !== undefined && loads.every(({ because }) => because === 'untold'))
    return `${label}: no boundary can be named. At no load tried, up to ${rateText(heaviest.rate_per_s)}, did the measured time of a run hold enough transactions to tell anything. ${budget_spent ? `The budget of ${counted(file.budget, 'run')} was spent: raise --budget, so that heavier loads are tried. ` : ''}${lengthText(file, point)}.`;
  return `${label}: no boundary can be named. The runs are too short for these arrivals: in the measured time clients sent ${shareText(sent_share)} of what their arrivals send on average, and the answer shall be exact to ${shareText(file.precision)}. ${lengthText(file, point)}.`;
}

function lengthText({ quick }: Told, { measure_for_s, run_duration_s }: SaturationPoint): string {
  if (measure_for_s === null) return 'Longer runs (run.duration) are needed';
  const each = `${formatNumber(Math.ceil(measure_for_s), 4)} s`;
  if (run_duration_s === null)
    return `No run that can be simulated is long enough: ${each} of each would have to be measured (a search simulates no more than ${formatNumber(MOST_REQUESTS)} requests a run, and a run lasts ${formatDuration(LONGEST_RUN)} at most)`;
  return `Runs whose measured time is ${each} each would be long enough, of a repeated trace also whole passes of it: ${letEachLast(run_duration_s * SECOND, quick ? QUICK_PART : null)}`;
}

function noneSentence({ objectives }: Told, { label, loads }: SaturationPoint): string {
  const at = loads.findIndex(({ because }) => because !== 'untold');
  const lightest = loads[at] as LoadRow;
  const tried = `the lightest load tried${at === 0 ? '' : ' that tells anything'}`;
  const rate = rateText(lightest.rate_per_s);
  const missed = missedAt(lightest, objectives);
  if (lightest.because !== 'objective' || missed.length === 0)
    return `${label} carries nothing: already at ${rate}, ${tried}, ${causeWords(lightest)}. No load can be named.`;
  const told = missed.map(
    ({ measure, target, value }) =>
      `${measure} ${target} (it takes ${value === null ? 'an unknown time' : milliseconds(value)})`,
  );
  return `${label} cannot be saturated within its objective: already at ${rate}, ${tried}, it misses ${list(told)}. A longer limit, or shorter delays, are needed before load matters.`;
}

/** Of the objectives on latency, with their targets as written. */
function missedAt({ objectives }: LoadRow, asked: Told['objectives']) {
  return objectives
    .filter(({ met, untold }) => !met && !untold)
    .map((one) => ({ ...one, target: asked.find(({ measure }) => measure === one.measure)?.target ?? '' }));
}

function foundSentence({ objectives }: Told, point: SaturationPoint): string {
  const { label, saturation_per_s, unstable_because, loads, unstable_per_s } = point;
  const beyond = loads.find(({ rate_per_s }) => rate_per_s === unstable_per_s);
  const kept =
    objectives.length === 0
      ? ''
      : ` with ${list(objectives.map(({ measure, target }) => `${measure} within ${target}`))}`;
  const why = unstable_because === null || beyond === undefined ? '' : ` Beyond, ${causeWords(beyond)}.`;
  return `${label} stays stable up to ${rateText(saturation_per_s ?? 0)}${kept}: ${boundaryWords(point)}.${why}`;
}

/** Where the boundary lies, and what each end rests on. */
function boundaryWords({ interval, loads }: SaturationPoint): string {
  const { stable_per_s: low, unstable_per_s: high } = interval;
  if (low === null && high === null) return 'between which loads the boundary lies, chance leaves open';
  const end = loads.find(({ rate_per_s }) => rate_per_s === high);
  const [from, to] = [low, high].map((rate) => (rate === null ? 'an unknown load' : rateText(rate)));
  const lower = low === null ? [] : ['the lower end by a test of single loads at 97.5%'];
  const upper = end === undefined ? [] : [`the upper ${groundWords(end)}`];
  const why =
    low !== null && end?.ground === 'test' ? 'tests of single loads, each at 97.5%' : [...lower, ...upper].join(', ');
  return `the boundary is judged to lie between ${from} and ${to} (${why})`;
}

function groundWords({ ground, because, replications }: LoadRow): string {
  if (ground === 'test') return 'by a test of that load at 97.5%';
  const runs = replications === 1 ? 'its run' : `each of its ${replications} runs`;
  return `by a threshold, not a test: in ${runs} ${because === null ? '' : beyondThreshold[because]}`;
}

const beyondThreshold = {
  growing: 'ever more requests wait',
  silent: 'nothing becomes final any more',
  busy: 'a resource is busy all the time',
  unsafe: 'safety is violated',
  objective: 'an objective is missed',
  untold: 'too little was sent to tell anything',
} as const satisfies Record<NonNullable<LoadRow['because']>, string>;

function causeWords({ because, objectives, busy, condition }: LoadRow): string {
  if (because === 'growing') return 'ever more requests wait';
  if (because === 'silent')
    return condition === 'silent' ? 'nothing becomes final' : 'nothing becomes final any more by the end of a run';
  if (because === 'unsafe') return 'safety is violated';
  if (because === 'untold') return 'too little was sent to tell anything';
  if (because === 'busy')
    return `${resourceName(busiestOf(busy))} is busy all the time, so that what waits for it can only grow`;
  const missed = objectives.filter(({ met, untold }) => !met && !untold);
  const of = (some: LoadRow['objectives']): string => list(some.map(({ measure }) => measure));
  return missed.length > 0
    ? `it misses ${of(missed)}`
    : `too little of what was sent is final to tell ${of(objectives.filter(({ untold }) => untold))}`;
}

function busiestOf(busy: LoadRow['busy']): string {
  return Object.entries(busy).reduce((most, one) => (one[1] > most[1] ? one : most), ['thread', -1])[0];
}

function limitSentence(point: SaturationPoint): string {
  const { label, limited_by: limit, resources, protocol, unstable_because } = point;
  const [busiest] = resources.toSorted((a, b) => b.busy - a.busy);
  const most =
    busiest === undefined
      ? 'nothing is busy'
      : `the busiest, ${place(busiest)}, is so for ${shareText(busiest.busy)} of the time`;
  if (limit.kind === 'resource') {
    const own = resources.find(({ resource }) => resource === limit.resource);
    const alike = own === undefined || own.alike === 0 ? '' : `, as on ${counted(own.alike, 'other node')}`;
    const what = unstable_because === 'objective' ? `What finality waits for in ${label}` : `What limits ${label}`;
    return `${what} is ${place(limit)}, ${shareText(limit.busy)} busy${alike}.${nextSentence(limit.resource, resources)}`;
  }
  if (limit.kind === 'window') {
    const batch = `batches hold ${formatNumber(limit.batch)} of ${formatNumber(limit.most_in_batch)} transactions on average`;
    return `No resource limits ${label} (${most}): ${limit.option} is full, with ${formatNumber(limit.under_way)} of ${formatNumber(limit.limit)} batches under way, and ${batch}. A larger window${limit.batch > 0.9 * limit.most_in_batch ? ' or larger batches' : ''} would let more through.`;
  }
  if (limit.kind === 'objective')
    return `Finality of ${label} reaches its objective before any resource is busy all the time (${most}).${nextSentence('', resources)}`;
  return `What limits ${label} is none of its resources (${most})${protocol === 'pbft' || protocol === 'raft' ? ' and none of its windows' : ''}: look at its timeouts and at what its protocol waits for.`;
}

function place({ resource, node }: { readonly resource: string; readonly node: number | null }): string {
  return resource === 'cores'
    ? `the cores of ${nodeWords(node)}`
    : `the ${resourceName(resource)} of ${nodeWords(node)}`;
}

/** What follows a resource (empty: none). One that is busier than the first to be full comes before it, though its share does not grow. */
export function nextAfter(
  first: string,
  resources: SaturationPoint['resources'],
): { readonly flat: ResourceRow | null; readonly soonest: ResourceRow | null } {
  const others = resources.filter(({ resource }) => resource !== first);
  const soonest = others.find(({ full_per_s }) => full_per_s !== null) ?? null;
  const [busiest] = others.toSorted((a, b) => b.busy - a.busy);
  const [flat] = others.filter(({ full_per_s }) => full_per_s === null).toSorted((a, b) => b.busy - a.busy);
  return { flat: flat !== undefined && (soonest === null || flat === busiest) ? flat : null, soonest };
}

function nextSentence(first: string, resources: SaturationPoint['resources']): string {
  const { flat, soonest } = nextAfter(first, resources);
  if (flat === null && soonest === null) return first === '' ? '' : ' Nothing else is busy.';
  const busy = (row: ResourceRow): string => `${place(row)} (${shareText(row.busy)} busy there)`;
  const unforeseen =
    flat === null
      ? ''
      : ` ${first === '' ? 'Busiest' : 'Next busiest'} is ${busy(flat)}: over the upper half of the loads measured its share does not grow, so when it is full is not told.`;
  if (soonest === null) return unforeseen;
  const word = first === '' ? 'First to be busy all the time' : 'Next';
  return `${unforeseen} ${flat === null ? word : 'Of those whose share grows, first to be full'} would be ${busy(soonest)}, at about ${rateText(soonest.full_per_s ?? 0)}.`;
}

function whereToRun({ label, recommended, knee, doubled_per_s, loads }: SaturationPoint): readonly string[] {
  const row = loads.find(({ rate_per_s }) => rate_per_s === recommended?.rate_per_s);
  if (recommended === null || row === undefined) return [];
  const p99 = row.finality_p99_ms === null ? '' : `, where p99 is ${milliseconds(row.finality_p99_ms.mean)}`;
  const bend =
    knee === null
      ? 'Its p99 has no knee among the loads measured below saturation'
      : `Of the loads measured, ${rateText(knee.rate_per_s)} is the knee of its p99`;
  const doubled =
    doubled_per_s === null ? '' : `; p99 is twice that of the lightest of them at about ${rateText(doubled_per_s)}`;
  return [
    `Run ${label} at ${rateText(recommended.rate_per_s)} or less (${shareText(recommended.share)} of saturation${p99}). ${bend}${doubled}.`,
  ];
}

/** Throughput that moves by less is that of a plateau. */
const PLATEAU = 0.05;
/** Throughput that falls to less than this has collapsed. */
const COLLAPSE = 0.5;

function beyondSentence({
  label,
  overloaded,
  saturation_per_s,
  protocol,
  unstable_because,
}: SaturationPoint): readonly string[] {
  if (overloaded === null || saturation_per_s === null) return [];
  const { rate_per_s, throughput_share } = overloaded;
  const offered = `At ${rateText(rate_per_s)} (${shareText(rate_per_s / saturation_per_s)} of saturation)`;
  if (throughput_share < 1 - PLATEAU)
    return [
      `${offered} ${label} ${throughput_share < COLLAPSE ? 'collapses' : 'falls'} to ${shareText(throughput_share)} of its throughput at saturation${protocol === 'pbft' ? ': requests and votes wait in one queue here, and nothing is refused (an implementation with bounded queues would go on at capacity)' : ''}.`,
    ];
  if (throughput_share > 1 + PLATEAU)
    return [
      `${offered} ${label} still finalises more (${shareText(throughput_share)})${unstable_because === 'busy' ? ': other replicas answer while the busy one falls behind; it cannot last' : ', but not within what is asked'}.`,
    ];
  return [`${offered} ${label} goes on at its capacity (${shareText(throughput_share)}), while ever more waits.`];
}

function doubts({ budget, precision, replications }: Told, point: SaturationPoint): readonly string[] {
  const { label, budget_spent, monotone, interval, saturation_per_s } = point;
  const width =
    interval.stable_per_s === null || interval.unstable_per_s === null || saturation_per_s === null
      ? null
      : (interval.unstable_per_s - interval.stable_per_s) / saturation_per_s;
  return [
    ...(budget_spent
      ? [`${label}: the budget of ${counted(budget, 'run')} was spent before the boundary was closer: raise --budget.`]
      : []),
    ...(monotone
      ? []
      : [
          `${label}: a load was judged stable above one that was not. The lower one counts; chance, or a cluster that does not behave alike, blurs the boundary.`,
        ]),
    ...(width !== null && width > 3 * precision
      ? [
          `${label}: chance leaves ${shareText(width)} of uncertainty: longer runs (run.duration) or more than ${counted(replications, 'replication')} would narrow it.`,
        ]
      : []),
  ];
}

/** Of each throughput and goodput that is asked for: whether that much was measured at the boundary, and where chance leaves it open. */
function asked({ objectives }: Told, { label, asked: demands, outcome, loads }: SaturationPoint): readonly string[] {
  return demands.map(({ measure, target_per_s, value_per_s, low_per_s, high_per_s, verdict }) => {
    const objective = `the objective ${measure} ${rateText(target_per_s)}`;
    if (value_per_s === null)
      return verdict === 'missed'
        ? `${label} misses ${objective}: ${noLoad(loads[0], objectives)}.`
        : `Whether ${label} meets ${objective} is not told.`;
    const where = outcome === 'beyond' ? 'at the heaviest load tried' : 'at the largest stable load';
    const value = `${where} its ${measure} is ${rateText(value_per_s)}`;
    if (verdict !== 'open') return `${label} ${verdict === 'met' ? 'meets' : 'misses'} ${objective}: ${value}.`;
    const [low, high] = [low_per_s, high_per_s].map((rate) => (rate === null ? 'an unknown value' : rateText(rate)));
    const why =
      outcome === 'beyond' && value_per_s < target_per_s
        ? 'and no limit was found'
        : `and chance leaves open where it lies between ${low} and ${high}`;
    return `Whether ${label} meets ${objective} is not told: ${value}, ${why}.`;
  });
}

/** Why no load counts as stable: it is, but for its finality, or it is not. */
function noLoad(lightest: LoadRow | undefined, objectives: Told['objectives']): string {
  if (lightest?.because !== 'objective') return 'no load is stable';
  const missed = missedAt(lightest, objectives).map(({ measure, target }) => `${measure} within ${target}`);
  return missed.length === 0 ? 'no load tried shows its finality' : `no load tried keeps ${list(missed)}`;
}

/** Why a load is not stable, in a table. */
export const causeNames = {
  growing: 'backlog grows',
  busy: 'always busy',
  silent: 'stops',
  objective: 'objective missed',
  unsafe: 'safety violated',
  untold: 'too few to tell',
} as const satisfies Record<NonNullable<LoadRow['because']>, string>;

/** What the numbers are, and what they are not. */
export function footnotes({ precision, replications, objectives }: Told): readonly string[] {
  const within =
    objectives.length === 0
      ? ''
      : `, and ${list(objectives.map(({ measure, target }) => `${measure} stays within ${target} (mean over all replications, one that falls behind among them, what is unfinished as at least its age)`))}`;
  return [
    `Stable: the mean number of requests under way does not drift upwards (t-test on its steps with Newey–West errors, over all replications, one-sided 2.5%; drift below ${percent(precision / 4)} of the load counts as none), in more than half of the runs the cluster keeps up, no resource is busy all the time${within}. Always busy: one is, so that what waits for it can only grow, though finality need not show it yet. ?: more replications could turn the verdict.`,
    `The bracket is ${percent(precision)} wide at most; ${counted(replications, 'replication')} near the boundary, up to three times as many where chance leaves it open, fewer far from it. All loads share their random numbers. Where the boundary is judged to lie is not corrected for how many loads were tested.`,
    'Knee: the measured load furthest below the chord of p99 against load (Kneedle, Satopaa et al. 2011). Recommended: the highest measured load at or below the knee and 80% of saturation.',
  ];
}
