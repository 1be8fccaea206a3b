/** What the faults cost: one sentence a fault and one for the whole. */
import type { LaterOutagesRow, PointResult } from '../../results/result-file.ts';
import { counted, instant, list, milliseconds, percent } from '../words.ts';
import { meanOf } from './points.ts';

export function faultCost(point: PointResult): readonly string[] {
  if (point.faults.length === 0) return [];
  const sentences = point.faults.map(({ text, at_ms, recovery_ms, not_recovered, clients_gone, later_outages }) => {
    if (at_ms === null) return `${text}: it never took effect.`;
    const at = `at ${instant(at_ms)}`;
    if (clients_gone)
      return `${text} ${at}: all clients of ${point.label} stand on machines that crashed with it; with nobody left to send, no outage can be seen.`;
    const later = laterText(later_outages);
    if (recovery_ms === null) return `${text} ${at}: ${point.label} did not recover before the run ended.${later}`;
    const but =
      not_recovered === 0
        ? ''
        : `; in ${not_recovered} of ${not_recovered + recovery_ms.replications} replications it did not recover before the run ended`;
    if (recovery_ms.high === 0) return `${text} ${at}: ${point.label} went on without an outage${but}.${later}`;
    return `${text} ${at}: ${point.label} was final again ${milliseconds(recovery_ms.mean)} later${but}.${later}`;
  });
  const outage = meanOf(point, 'longest_outage_ms');
  const available = meanOf(point, 'availability');
  const within = point.availability_limit_ms ?? null;
  const cost = [
    ...(outage === null || outage === 0 ? [] : [`its longest outage was ${milliseconds(outage)}`]),
    ...(available === null || within === null
      ? []
      : [
          `${percent(available)} of the transactions were final within ${milliseconds(within)}${outage !== null && outage > 0 && within > outage ? ' (longer than that outage)' : ''}`,
        ]),
    ...delayed(point),
  ];
  const under = cost.length === 0 ? [] : [`${point.label} under these faults: ${list(cost)}.`];
  return [...sentences, ...under, ...nextLeader(point)];
}

/** Empty where there are none. */
function laterText({ count, longest_ms }: LaterOutagesRow): string {
  if (count === 0 || longest_ms === null) return '';
  return ` ${counted(count, 'later outage')} (all replications; the longest ${milliseconds(longest_ms)}) ${count === 1 ? 'is' : 'are'} not counted in that.`;
}

/** What a wide limit of availability does not show. */
function delayed({ undisturbed }: PointResult): readonly string[] {
  const slower = undisturbed?.slower_share ?? null;
  const usual = undisturbed?.p99_ms ?? null;
  if (slower === null || usual === null) return [];
  return [
    `${percent(slower.mean)} took longer than the ${milliseconds(usual.mean)} within which 99 % were final before the first fault`,
  ];
}

/** Where half are final sooner over the whole run than before the first fault: who led then, in the shown run. */
function nextLeader(point: PointResult): readonly string[] {
  const [before, whole] = [point.undisturbed?.p50_ms ?? null, point.estimates.finality_p50_ms];
  const first = point.faults.reduce((least, { at_ms }) => Math.min(least, at_ms ?? least), Number.POSITIVE_INFINITY);
  if (before === null || whole === null || whole.high >= before.low) return [];
  const leaders = point.timeline.events.flatMap(({ at_ms, text }) => {
    const node = /: node (\d+) leads$/.exec(text)?.[1];
    return node === undefined ? [] : [{ at_ms, node: Number(node) }];
  });
  const led = leaders.findLast(({ at_ms }) => at_ms < first)?.node;
  const after = [
    ...new Set(leaders.filter(({ at_ms, node }) => at_ms >= first && node !== led).map(({ node }) => node)),
  ];
  if (led === undefined || after.length === 0) return [];
  const more = point.timeline.events_left_out.some((marks) => marks.name === 'leader') ? ' and perhaps others' : '';
  const name = (node: number): string => {
    const site = point.utilisation.find((row) => row.node === node)?.site ?? '';
    return `node ${node}${site === '' ? '' : ` (${site})`}`;
  };
  return [
    `${point.label} is final sooner over the whole run than before the first fault (half within ${milliseconds(whole.mean)} against ${milliseconds(before.mean)}): in the shown run ${name(led)} led before it and ${list(after.map(name))}${more} after it${after.length === 1 && more === '' ? '; a leader there is faster for these clients' : ''}.`,
  ];
}
