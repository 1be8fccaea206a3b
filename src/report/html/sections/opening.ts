/** The top of the report: the question, the verdict in words, whether the runs were safe, and what to be wary of. */
import type { PointResult, ResultFile } from '../../../results/result-file.ts';
import { some } from '../../verdict/points.ts';
import { livenessLines } from '../../verdict/trouble.ts';
import { SIDE_BY_SIDE } from '../charts/chart-spec.ts';
import { checkedRangeMarkup } from '../checked-range.ts';
import { counted, formatInstant } from '../format.ts';
import { html, type Markup, table } from '../markup.ts';

export function opening(result: ResultFile): Markup {
  const { scenario, question, verdict } = result;
  const title = question === '' ? scenario : question;
  const eyebrow = html`<p class="eyebrow"><b>${scenario}</b> · consensus simulated by quorumlab${result.quick ? ' · rough answer (--quick)' : ''}</p>`;
  return html`<header>
${eyebrow}
<h1>${title}</h1>
</header>
<section class="verdict" aria-labelledby="verdict"><h2 id="verdict">Verdict</h2>
<ol>${verdict.map((sentence) => html`<li>${sentence}</li>`)}</ol>
<ul class="status">${status(result)}</ul>
${checkedRangeMarkup(result.points)}
${violations(result.points)}${failedRuns(result)}${warnings(result)}</section>
`;
}

/** Safety first, then the objective: a line for each point, or one for all where there are many. */
function status({ points, failed_runs }: ResultFile): readonly Markup[] {
  const unfinished = new Set(failed_runs.map(({ label, replication }) => `${replication} ${label}`)).size;
  const runs = points.reduce((sum, point) => sum + point.run_digests.length, 0) - unfinished;
  const details = points.flatMap((point) => point.safety.details);
  const total = points.reduce((sum, point) => sum + point.safety.violations, 0);
  const stuck = details.filter(({ kind }) => kind === 'liveness').length;
  const lines: Markup[] = [];
  if (total > 0) lines.push(bad(`Safety violated: ${counted(total, 'violation')} in ${counted(runs, 'run')}`));
  else if (runs > 0)
    lines.push(good(`Safe: no violation of agreement, order, validity or durability in ${counted(runs, 'run')}`));
  else lines.push(bad('No run finished, so nothing is known about safety'));
  if (stuck > 0) lines.push(bad(`No progress after the last fault: ${counted(stuck, 'violation')} of liveness`));
  if (failed_runs.length > 0) lines.push(bad(`${counted(failed_runs.length, 'run')} did not finish`));
  return [...lines, ...conditions(points), ...livenessLines(points).map(open), ...objectives(points)];
}

/** Who did not answer or did not keep up; the verdict says by how much. */
function conditions(points: readonly PointResult[]): readonly Markup[] {
  const kinds = new Map<string, string[]>();
  for (const { label, condition } of points)
    if (condition !== null && condition.state !== 'keeps up')
      kinds.set(condition.state, [...(kinds.get(condition.state) ?? []), label]);
  return [...kinds].map(([state, labels]) => bad(`${conditionWords[state]}: ${some(labels)}`));
}

const conditionWords: Readonly<Record<string, string>> = {
  silent: 'Finalised nothing',
  down: 'Did not recover',
  stalled: 'Stalled under its load',
  overloaded: 'Does not keep up',
  'not caught up': 'Had not caught up at the end',
};

function objectives(points: readonly PointResult[]): readonly Markup[] {
  const judged = points.filter(({ objective }) => objective.length > 0);
  const missing = judged.filter(({ objective }) => objective.some(({ met }) => !met));
  if (judged.length > SIDE_BY_SIDE) {
    if (missing.length === 0) return [good(`All ${judged.length} points meet the objective`)];
    return [bad(`${missing.length} of ${judged.length} points miss the objective`)];
  }
  return judged.map(({ label, objective }) => {
    const asked = (wanted: (one: PointResult['objective'][number]) => boolean) =>
      objective.filter(wanted).map(({ measure, target }) => `${measure} ${target}`);
    const missed = asked(({ met }) => !met);
    const undecided = asked(({ decided }) => !decided);
    const unsure = undecided.length === 0 ? '' : `; undecided: ${undecided.join(', ')}`;
    if (missed.length > 0) return bad(`${label}: objective missed (${missed.join(', ')})${unsure}`);
    return undecided.length > 0
      ? open(`${label}: objective met on average, but undecided (${undecided.join(', ')})`)
      : good(`${label}: objective met`);
  });
}

function good(sentence: string): Markup {
  return html`<li class="good">✓ ${sentence}</li>`;
}

function bad(sentence: string): Markup {
  return html`<li class="bad">✗ ${sentence}</li>`;
}

function open(sentence: string): Markup {
  return html`<li class="open">? ${sentence}</li>`;
}

function violations(points: readonly PointResult[]): Markup | null {
  const rows = points.flatMap(({ label, safety }) =>
    safety.details.map((row) => [
      label,
      row.replication,
      row.check,
      html`<span class="value">${formatInstant(row.at_ms)}</span>`,
      row.node < 0 ? 'all' : row.node,
      row.detail,
      html`<code>${row.repeat_command}</code>`,
    ]),
  );
  if (rows.length === 0) return null;
  return table(
    'Violations',
    ['point', 'replication', 'check', 'at', 'node', 'what happened', 'repeat it with'],
    rows,
    'words',
  );
}

function failedRuns({ failed_runs }: ResultFile): Markup | null {
  if (failed_runs.length === 0) return null;
  const rows = failed_runs.map((run) => [
    run.label,
    run.replication,
    run.reason,
    html`<code>${run.repeat_command}</code>`,
  ]);
  return html`<h3>Runs that did not finish</h3>${table('Runs that did not finish', ['point', 'replication', 'why', 'repeat it with'], rows, 'words')}`;
}

function warnings({ warnings }: ResultFile): Markup | null {
  const all = warnings;
  if (all.length === 0) return null;
  return html`<div class="box caution"><b>${all.length === 1 ? 'Warning' : 'Warnings'}</b><ul>${all.map((warning) => html`<li>${warning}</li>`)}</ul></div>`;
}
