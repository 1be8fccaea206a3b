/** What broke, when, and how long each point took to recover, with every outage that was seen. */
import type { LaterOutagesRow, PointResult } from '../../../results/result-file.ts';
import { pointColour } from '../charts/chart-spec.ts';
import { estimateCell } from '../estimate-cell.ts';
import { formatInstant, formatQuantity } from '../format.ts';
import { details, html, type Markup, swatch, table } from '../markup.ts';

export function faultTable(points: readonly PointResult[]): Markup | null {
  const faults = points.flatMap((point, index) =>
    point.faults.map(({ text, at_ms, recovery_ms, not_recovered, clients_gone, later_outages }) => [
      swatch(pointColour(index), point.label),
      text,
      at_ms === null ? 'never found its target' : html`<span class="value">${formatInstant(at_ms)}</span>`,
      at_ms === null
        ? '–'
        : clients_gone
          ? 'cannot be seen: all clients crashed with it'
          : recovery_ms === null
            ? 'not before the run ended'
            : html`${recovery_ms.high === 0 ? 'no outage' : estimateCell(recovery_ms, 'ms')}${not_recovered === 0 ? null : html` <span class="interval">in ${not_recovered} of ${not_recovered + recovery_ms.replications} replications not before the run ended</span>`}`,
      laterCell(later_outages),
    ]),
  );
  const outages = points.flatMap((point, index) =>
    point.outages.map(({ replication, from_ms, to_ms }) => [
      swatch(pointColour(index), point.label),
      String(replication),
      formatInstant(from_ms),
      formatInstant(to_ms),
      formatQuantity(to_ms - from_ms, 'ms'),
    ]),
  );
  if (faults.length === 0 && outages.length === 0) return null;
  const lead =
    'Recovery runs from the fault to the next transaction that became final after the outage that it can have begun. Later outages are of all replications, up to the next fault, and not counted in it. An outage is a time in which transactions waited and none became final.';
  return html`<section aria-labelledby="faults"><h2 id="faults">Faults and recovery</h2><p class="lead">${lead}</p>
${faults.length === 0 ? null : table('Faults and recovery', ['', 'fault', 'at', 'recovery', 'later outages'], faults, 'words')}
${outages.length === 0 ? null : details(`Outages of all replications (${outages.length})`, table('Outages', ['', 'replication', 'from', 'to', 'length'], outages))}
</section>
`;
}

function laterCell({ count, longest_ms }: LaterOutagesRow): string {
  return longest_ms === null ? 'none' : `${count}, the longest ${formatQuantity(longest_ms, 'ms')}`;
}
