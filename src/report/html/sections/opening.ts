/** The top of the report: the question, the verdict in words, whether the runs were safe, and what to be wary of. */
import type { PointResult, ResultFile } from '../../../results/result-file.ts';
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
${violations(result.points)}${failedRuns(result)}${warnings(result)}</section>
`;
}

/** Safety first, then one line for each point with an objective. */
function status({ points, failed_runs }: ResultFile): readonly Markup[] {
  const runs = points.reduce((sum, point) => sum + point.run_digests.length, 0);
  const details = points.flatMap((point) => point.safety.details);
  const total = points.reduce((sum, point) => sum + point.safety.violations, 0);
  const stuck = details.filter(({ kind }) => kind === 'liveness').length;
  const lines: Markup[] = [];
  if (total > 0)
    lines.push(html`<li class="bad">✗ Safety violated: ${counted(total, 'violation')} in ${counted(runs, 'run')}</li>`);
  else
    lines.push(
      html`<li class="good">✓ Safe: no violation of agreement, order, validity or durability in ${counted(runs, 'run')}</li>`,
    );
  if (stuck > 0) lines.push(html`<li class="bad">✗ No progress after the last fault in ${counted(stuck, 'run')}</li>`);
  if (failed_runs.length > 0)
    lines.push(html`<li class="bad">✗ ${counted(failed_runs.length, 'run')} did not finish</li>`);
  for (const { label, objective } of points) {
    if (objective.length === 0) continue;
    const missed = objective.filter(({ met }) => !met).map(({ measure, target }) => `${measure} ${target}`);
    if (missed.length === 0) lines.push(html`<li class="good">✓ ${label}: objective met</li>`);
    else lines.push(html`<li class="bad">✗ ${label}: objective missed (${missed.join(', ')})</li>`);
  }
  return lines;
}

function violations(points: readonly PointResult[]): Markup | null {
  const rows = points.flatMap(({ label, safety }) =>
    safety.details.map((row) => [
      label,
      row.replication,
      row.check,
      formatInstant(row.at_ms),
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

function warnings({ warnings, quick }: ResultFile): Markup | null {
  const rough = quick
    ? ['A rough answer (--quick): shorter runs and fewer replications; the intervals say how rough.']
    : [];
  const all = [...rough, ...warnings];
  if (all.length === 0) return null;
  return html`<div class="box caution"><b>${all.length === 1 ? 'Warning' : 'Warnings'}</b><ul>${all.map((warning) => html`<li>${warning}</li>`)}</ul></div>`;
}
