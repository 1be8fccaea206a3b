/** The foot of the report: what was assumed, what is not modelled, and how to get the same bytes again. */
import { protocols } from '../../../protocols/registry.ts';
import type { ResultFile } from '../../../results/result-file.ts';
import { kindLine, reachedText, STOPPING_BIAS, stoppingLines } from '../../run-words.ts';
import { list } from '../../words.ts';
import { formatInstant } from '../format.ts';
import { html, type Markup } from '../markup.ts';

const NOT_MODELLED =
  'Not modelled: the congestion window and slow start of TCP, queues that swell in routers, correlated loss, pauses of the garbage collector and the operating system unless injected as faults, and cores shared by members on one machine. docs/MODEL.md states every assumption with its source.';

export function scenarioSection(result: ResultFile): Markup {
  const { points } = result;
  const facts: readonly (readonly [string, Markup | string])[] = [
    ['Scenario', result.scenario],
    ['Simulated time', `${formatInstant(result.duration_ms)} a run`],
    ['Kind of run', kindLine(result)],
    ['Replications', points.map(({ label, run_digests }) => `${label} ${run_digests.length}`).join(', ')],
    ...precision(result),
    [
      'Warm-up removed',
      points
        .map(({ label, warmup_ms, warmup_rule }) => `${label} ${formatInstant(warmup_ms)} (${warmup_rule})`)
        .join(', '),
    ],
    ['Seed', String(result.seed)],
    ['Model version', result.model_version],
    ['Result id', html`<code>${result.id}</code>`],
    [
      'Digests',
      html`${points.map(({ label, digest }, index) => html`${index > 0 ? ', ' : ''}${label} <code>${digest ?? 'none: stopped by a violation'}</code>`)}`,
    ],
  ];
  return html`<section aria-labelledby="scenario"><h2 id="scenario">Scenario and how to repeat it</h2>
<p class="lead">The same command gives the same bytes on any machine and any number of threads${repeatability(result)}</p>
<div class="command"><code tabindex="0">${result.repeat_command}</code><button type="button" data-copy>Copy</button></div>
<dl class="facts">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
${assumptions(result)}
<h3>What is not modelled</h3><p class="lead">${NOT_MODELLED}</p></section>
`;
}

/** What was asked for, which rule ended each point, what it reached, and what such a rule does to intervals. */
function precision(result: ResultFile): readonly (readonly [string, Markup | string])[] {
  const lines = stoppingLines(result);
  if (lines.length === 0) return [];
  const reached = result.points.map(
    ({ label, stopping }) =>
      html`<li>${label}, ${stopping.replications} replications: ${stopping.precision.map(reachedText).join('; ')}</li>`,
  );
  return [['Precision', html`${lines} ${STOPPING_BIAS}<ul class="plain">${reached}</ul>`]];
}

/** Of the protocols that come with quorumlab this is known, of one of the user's own it is not. */
function repeatability({ points }: ResultFile): string {
  const own = [...new Set(points.map(({ protocol }) => protocol))].filter((name) => !Object.hasOwn(protocols, name));
  if (own.length === 0) return '.';
  return `, as far as ${list(own)}, of the user's own, ${own.length === 1 ? 'uses' : 'use'} no clock, no Math.random and nothing that replicas share: not checked here, but by "quorumlab rerun" with --check.`;
}

function assumptions({ assumptions }: ResultFile): Markup | null {
  if (assumptions.length === 0) return null;
  return html`<h3>Assumed</h3><ul class="plain">${assumptions.map((sentence) => html`<li>${sentence}</li>`)}</ul>`;
}
