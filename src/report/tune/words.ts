/** What tuning says in sentences: what to set instead of what, what it buys, what it risks, and how sure that is. */
import type { BatchDifference, BatchRow, SettingRow, TuneFile, TunePoint } from '../../results/tune-file.ts';
import { differenceText } from '../comparison-words.ts';
import { formatShort } from '../html/format.ts';
import { counted, withInterval } from '../words.ts';

/** One sentence or more a point: the settings first. */
export function tuneVerdict(file: TuneFile): readonly string[] {
  return file.points.flatMap((point) => [
    `${point.label}: ${timeoutSentence(file, point)}`,
    ...leastSentence(file, point),
    ...rarestSentence(file, point),
    ...batchSentence(point),
  ]);
}

/** `spurious election`, `spurious view change`. */
export function eventName({ protocol }: Pick<TunePoint, 'protocol'>, count = 1): string {
  const name = protocol === 'raft' ? 'election' : 'view change';
  return `spurious ${name}${count === 1 ? '' : 's'}`;
}

/** `fewer than 1 spurious election an hour`. */
function levelText({ level_per_hour }: TuneFile, point: Pick<TunePoint, 'protocol'>): string {
  return `fewer than ${perHour(level_per_hour)} ${eventName(point, level_per_hour <= 1 ? 1 : 2)} an hour`;
}

export function perHour(rate: number): string {
  return formatShort(rate);
}

function hoursText(hours: number): string {
  return hours < 1 ? `${formatShort(hours * 60)} min` : `${formatShort(hours)} h`;
}

/** `election timeout 100–200 ms with a heartbeat of 10 ms`, `request and view-change timeout 240 ms`. */
export function settingText(row: SettingRow, { protocol }: Pick<TunePoint, 'protocol'>): string {
  if (protocol === 'raft')
    return `election timeout ${rangeText(row)} with a heartbeat of ${duration(row.heartbeat_ms ?? 0)}`;
  return row.timeout_ms === row.second_timeout_ms
    ? `request and view-change timeout ${duration(row.timeout_ms)}`
    : `request timeout ${duration(row.timeout_ms)} and view-change timeout ${duration(row.second_timeout_ms)}`;
}

/** As it is set: no digit is lost. */
export function duration(ms: number): string {
  const [value, unit] = ms >= 1000 ? [ms / 1000, 's'] : [ms, 'ms'];
  return `${Number(value.toPrecision(9))} ${unit}`;
}

function rangeText({ timeout_ms, second_timeout_ms }: SettingRow): string {
  return timeout_ms === second_timeout_ms
    ? duration(timeout_ms)
    : `${duration(timeout_ms)} to ${duration(second_timeout_ms)}`;
}

export function recoveryText({ recovery }: SettingRow): string {
  const { mean_ms, not_recovered, runs } = recovery;
  const lost = not_recovered > 0 ? `, none in ${not_recovered} of ${runs}` : '';
  return `${mean_ms === null ? 'no recovery' : withInterval(mean_ms, 'ms')}${lost}`;
}

/** `none in 3 h: under the level, up to 1 an hour`, `2 in 22.5 min: not told, 0.95 to 17 an hour`. */
export function spuriousText({ spurious }: SettingRow): string {
  const { events, hours, lower_per_hour, upper_per_hour, shown } = spurious;
  const limits = events === 0 ? 'up to' : `${perHour(lower_per_hour)} to`;
  return `${events === 0 ? 'none' : events} in ${hoursText(hours)}: ${SHOWN[shown]}, ${limits} ${perHour(upper_per_hour)} an hour`;
}

const SHOWN: Readonly<Record<SettingRow['spurious']['shown'], string>> = {
  under: 'under the level',
  over: 'over the level',
  neither: 'not told',
};

/** Column heads: what the two numbers behind a mean are. */
export const RECOVERY_MEAN = 'back after a crash: mean [95 % interval]';
export const MEDIAN_FINALITY = 'median finality [95 % interval]';
export const AGAINST_PRESENT = 'against as it stands [95 % interval]';

/** `−12.1 ms [−12.3 to −11.9]`, and whether that is more than chance. */
export function againstPresent({ against_present }: BatchRow): string {
  if (against_present === null) return '–';
  const { difference_ms, pairs, told, p_value } = against_present;
  const text = differenceInMs(against_present);
  if (p_value === null) return `${text}, ${counted(pairs, 'pair')}: not told`;
  if (told) return text;
  // One of many looks so by chance often enough.
  return `${text}, not told${difference_ms.low > 0 || difference_ms.high < 0 ? ' among so many' : ''}`;
}

function differenceInMs({ difference_ms, pairs }: BatchDifference): string {
  return differenceText({ a_minus_b: difference_ms, measure: 'finality_p50_ms', pairs });
}

function timeoutSentence(file: TuneFile, point: TunePoint): string {
  const { chosen, least, present, range_ms } = point;
  if (present === null || range_ms === null) return 'no answer: runs did not finish.';
  const now = `As the scenario stands (${settingText(present, point)}): ${eventsOf(present, point)}; recovery ${recoveryText(present)}.`;
  if (chosen === null && least !== null) {
    const level = levelText(file, point).replace('fewer than ', '');
    return `nothing is recommended: with ${settingText(least, point)}, which stays under ${level}, service was back after none of ${counted(least.recovery.runs, 'crash', 'crashes')} of the ${leaderOf(point)}. ${now}`;
  }
  if (chosen === null) {
    const range = `${duration(range_ms.low)} to ${duration(range_ms.high)}`;
    return `no timeout from ${range} was shown to stay under ${levelText(file, point).replace('fewer than ', '')}. ${now}`;
  }
  const sure = `at ${levelText(file, point)} (95 % confidence: ${eventsOf(chosen, point)})`;
  const shortest = chosen.timeout_ms === range_ms.low ? ' It is the shortest that was tried.' : '';
  if (present.spurious.shown === 'under' && present.timeout_ms <= chosen.timeout_ms)
    return `${settingText(present, point)} is as short as was shown to be borne, at ${levelText(file, point)} (95 % confidence: ${eventsOf(present, point)}): no longer one was shown to be back sooner, and no shorter one to stay under it and be back sooner. Recovery from a crash of the ${leaderOf(point)} takes ${recoveryText(present)} (${MEAN_WORDS}).`;
  const instead = `${settingText(chosen, point)} instead of ${shortSetting(present, point)}`;
  const recovery = `recovery from a crash of the ${leaderOf(point)} ${recoveryText(chosen)} instead of ${recoveryText(present)} (${MEAN_WORDS})`;
  const risk = present.spurious.shown === 'under' ? '' : ` What is set now ${riskText(present, point)}`;
  return `${instead}: ${recovery}, ${sure}.${shortest}${risk}`;
}

/** What the numbers behind a recovery are. */
const MEAN_WORDS = 'means over crashes, and their 95 % intervals';

/** Of a setting that was not shown to stay under the level. */
function riskText(row: SettingRow, point: TunePoint): string {
  const { lower_per_hour, upper_per_hour, shown } = row.spurious;
  const limits = `${eventsOf(row, point)}, so from ${perHour(lower_per_hour)} to ${perHour(upper_per_hour)} an hour`;
  return shown === 'over'
    ? `was shown not to stay under that: ${limits}.`
    : `was neither shown to stay under that nor not to: ${limits}.`;
}

function eventsOf({ spurious }: SettingRow, point: TunePoint): string {
  const { events, hours } = spurious;
  return `${events === 0 ? 'no' : events} ${eventName(point, Math.max(1, events))} in ${hoursText(hours)} of virtual time`;
}

function leaderOf({ protocol }: TunePoint): string {
  return protocol === 'raft' ? 'leader' : 'primary';
}

function shortSetting(row: SettingRow, { protocol }: TunePoint): string {
  if (protocol === 'raft') return `${rangeText(row)} and ${duration(row.heartbeat_ms ?? 0)}`;
  return row.timeout_ms === row.second_timeout_ms
    ? duration(row.timeout_ms)
    : `${duration(row.timeout_ms)} and ${duration(row.second_timeout_ms)}`;
}

/** Where the least timeout is not the one to set. */
function leastSentence(file: TuneFile, point: TunePoint): readonly string[] {
  const { chosen, least, label, protocol } = point;
  if (chosen === null || least === null || least.timeout_ms === chosen.timeout_ms) return [];
  const why =
    protocol === 'raft'
      ? 'elections split, or end before the votes are in'
      : 'new views are given up before they serve';
  return [
    `${label}: the shortest that stays under ${levelText(file, point).replace('fewer than ', '')} is ${duration(least.timeout_ms)}, but ${laterWords(least, chosen)}, ${recoveryText(least)}: ${why}.`,
  ];
}

/** Beyond chance, or in whether it comes back at all: else the least would be the one to set. */
function laterWords(least: SettingRow, chosen: SettingRow): string {
  return least.recovery.not_recovered > chosen.recovery.not_recovered
    ? 'more of its crashes were not recovered from'
    : 'it takes longer to be back';
}

function rarestSentence(file: TuneFile, point: TunePoint): readonly string[] {
  const { chosen, rarest_heartbeat: rarest, label } = point;
  if (chosen === null || rarest === null) return [];
  const etcd =
    rarest.timeout_ms < 5 * (rarest.heartbeat_ms ?? 0)
      ? ' (etcd refuses fewer than five heartbeats in an election timeout.)'
      : '';
  return [
    `${label}: heartbeats may be as rare as ${duration(rarest.heartbeat_ms ?? 0)} at that election timeout, at ${levelText(file, point)} still; recovery then takes ${recoveryText(rarest)}.${etcd}`,
  ];
}

function batchSentence({ label, batch }: TunePoint): readonly string[] {
  if (batch === null) return [];
  const { best_ms, near_ms, present_ms, chosen_ms, settings } = batch;
  const row = (ms: number) => settings.find(({ timeout_ms }) => timeout_ms === ms);
  if (batch.unmeasured !== null)
    return [
      `${label}: the batch timeout stays at ${duration(present_ms)}, since whether another is better is not told: ${batch.unmeasured}.`,
    ];
  const p50 = (ms: number): string => withInterval(row(ms)?.finality_p50_ms ?? null, 'ms');
  const messages = (ms: number): string => formatShort(row(ms)?.messages_per_transaction?.mean ?? 0);
  if (best_ms === null || near_ms === null)
    return [
      `${label}: with no batch timeout that was tried does it keep up with this load: the batch timeout stays at ${duration(present_ms)}.`,
    ];
  const near =
    near_ms.low === near_ms.high
      ? 'nothing beside it that was tried comes within 2 % of it'
      : `from ${duration(near_ms.low)} to ${duration(near_ms.high)} the mean is within 2 % of the lowest`;
  const others = settings.filter(({ against_present }) => against_present !== null).length;
  const paired = `paired by replication, corrected for ${counted(others, 'comparison')}`;
  if (chosen_ms === present_ms) {
    const lowest =
      best_ms === present_ms
        ? 'it is the lowest that was tried'
        : `the lowest mean, ${p50(best_ms)}, is that of ${duration(best_ms)}${present_ms >= near_ms.low && present_ms <= near_ms.high ? '' : ': more replications may tell'}`;
    return [
      `${label}: the batch timeout stays at ${duration(present_ms)}: median finality ${p50(present_ms)}; no other was shown to be lower by more than 2 % (${paired}); ${lowest}; ${near}.`,
    ];
  }
  const against = row(chosen_ms)?.against_present ?? null;
  const why = against === null ? 'with which it does not keep up' : `${differenceInMs(against)}, ${paired}`;
  return [
    `${label}: batch timeout ${duration(chosen_ms)} instead of ${duration(present_ms)}: median finality ${p50(chosen_ms)} instead of ${p50(present_ms)} (${why}), at ${messages(chosen_ms)} messages a transaction instead of ${messages(present_ms)}; ${near}.`,
  ];
}

/** What is unwise about what was chosen, and about what is set now. */
export function warnings({ points }: TuneFile): readonly string[] {
  return points.flatMap(({ label, chosen, present, safety_violations, failed_runs }) => [
    ...safety_violations.map((detail) => `${label}: safety was violated: ${detail}`),
    ...(failed_runs > 0 ? [`${label}: ${counted(failed_runs, 'run')} did not finish`] : []),
    ...(present?.unwise ?? []).map((sentence) => `${label}, as it stands: ${sentence}.`),
    ...(chosen?.unwise ?? []).map((sentence) => `${label}, as recommended: ${sentence}.`),
  ]);
}

/** What the numbers are, and what they are not. */
export function footnotes(file: TuneFile): readonly string[] {
  const events = [...new Set(file.points.map((point) => eventName(point)))];
  return [
    `The scenario's own faults are left out. One ${events.join(' or one ')} is all that happens from the first time a node wants another leader to the next leader, while nothing is wrong but jitter, loss and load; what comes before the first leader is not counted.`,
    `Under the level, ${perHour(file.level_per_hour)} an hour: ${hoursText(file.hours_needed)} of virtual time passed without one, and the exact upper 95 % limit of a Poisson rate is then below it (rule of three; Garwood 1936). Over the level: the exact lower 95 % limit is above it. Not told: so few events in so many hours show neither. Only what was shown to stay under it is recommended; of settings with a third of that rate that is shown for 37 in 100, so the answer is on the safe side.`,
    'Each of several settings may wrongly be called under or over the level once in twenty; the search by bisection relies on rates that fall as timeouts grow.',
    `Recovery (back after a crash): from the crash, at a moment drawn anew in each of ${file.crashes} runs, to the next final transaction after the outage that it began; where none waited longer than is usual at this load, to the next leader. The mean over these runs, in brackets its 95 % interval; the median and the worst are of the same runs. A longer timeout is preferred only where its recoveries are shorter beyond chance: paired by crash, corrected for all pairs of settings (Holm 1979). Clients wait and ask again as the scenario says (retry_after). Spurious events are counted with all nodes up: with one down the others may be less calm.`,
    ...(file.points.some(({ protocol }) => protocol === 'raft')
      ? [
          'Raft: the heartbeat is a tenth of the least election timeout, as in etcd and Fabric as they are shipped; timeouts are drawn from a range as wide, in proportion, as in the scenario.',
        ]
      : []),
    'The network is what the scenario says, and no more: pauses of a process or of a disk, congestion and correlated loss are not in it and call for longer timeouts (docs/MODEL.md).',
    ...(file.quick
      ? [`Rough answer (--quick): so little virtual time can show ${perHour(file.level_per_hour)} an hour and no less.`]
      : []),
  ];
}
