/** What the faults cost: one sentence a fault and one for the whole. */
import type { PointResult } from '../../results/result-file.ts';
import { instant, list, milliseconds, percent } from '../words.ts';
import { meanOf } from './points.ts';

export function faultCost(point: PointResult): readonly string[] {
  if (point.faults.length === 0) return [];
  const sentences = point.faults.map(({ text, at_ms, recovery_ms, not_recovered }) => {
    if (at_ms === null) return `${text}: it never took effect.`;
    const at = `at ${instant(at_ms)}`;
    if (recovery_ms === null) return `${text} ${at}: ${point.label} did not recover before the run ended.`;
    const but =
      not_recovered === 0
        ? ''
        : `; in ${not_recovered} of ${not_recovered + recovery_ms.replications} replications it did not recover before the run ended`;
    if (recovery_ms.high === 0) return `${text} ${at}: ${point.label} went on without an outage${but}.`;
    return `${text} ${at}: ${point.label} was final again ${milliseconds(recovery_ms.mean)} later${but}.`;
  });
  const outage = meanOf(point, 'longest_outage_ms');
  const available = meanOf(point, 'availability');
  const within = point.availability_limit_ms ?? null;
  const cost = [
    ...(outage === null || outage === 0 ? [] : [`its longest outage was ${milliseconds(outage)}`]),
    ...(available === null || within === null
      ? []
      : [`${percent(available)} of the transactions were final within ${milliseconds(within)}`]),
  ];
  return cost.length === 0 ? sentences : [...sentences, `${point.label} under these faults: ${list(cost)}.`];
}
