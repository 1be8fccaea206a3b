/** docs/VALIDATION.md, written from the results of `quorumlab validate`: what was held against reality, how well, and what was not. */
import { MODEL_VERSION } from '../../simulation/model-version.ts';
import { rangeInWords } from '../../validation/checked-range.ts';
import { checkedRanges } from '../../validation/checked-ranges.ts';
import { openReference } from '../../validation/reference.ts';
import { targets } from '../../validation/registry.ts';
import type { ComparisonResult } from '../../validation/target.ts';
import type { TargetResult } from '../../validation/validate.ts';
import { limits, NOT_COMPARED, notReproduced } from './not-validated.ts';
import {
  accountingOf,
  chanceText,
  constantsOf,
  errorText,
  nearestMiss,
  outcomeOf,
  predictionsOf,
  rowText,
  summaryText,
  toleranceOf,
  valueText,
} from './words.ts';

export function validationDocument(results: readonly TargetResult[]): string {
  const missing = notReproduced(openReference(), targets);
  return `# Validation

Predictions of model version ${MODEL_VERSION} held against closed forms, published results and measured systems. Written by \`quorumlab validate --write docs\` (\`npm run validate\`): every figure of a result, a constant or a share is taken from the run or the targets. Each target is a scenario in \`scenarios/validation\` that \`quorumlab run\` runs like any other; the real values and their origin are in [scenarios/data](../scenarios/data/README.md).

**${summaryText(results)}.**

## At a glance

The worst error is that of the judged row that uses most of its tolerance. A prediction may use the constants named with its target and no others.

| target | what | rows | worst error | tolerance | free constants | |
|---|---|---:|---:|---:|---|---|
${predictionsOf(results).map(glance).join('\n')}

${constantsText(results)}

## What is not validated

Nothing here was compared with a real system, so there the predictions are the model's alone:

${list(NOT_COMPARED)}

${missing.length === 0 ? 'Every published result of the reference table has a target.' : `Known results that no target reproduces yet:\n\n${list(missing.map((one) => `${one}.`))}`}

Shown, not judged, for the reason given:

${shown(results)}

Where the figures say less than they seem to:

${list(limits(results, openReference()))}

Set-ups hold more than the row says in these points:

${list(results.flatMap(({ target }) => (target.beyond ?? []).map((one) => `${target.id}: ${one}.`)))}

## The ranges checked against real systems

Every report says whether its scenario lies in one of these, or in what it leaves the nearest. Each end was checked, not every combination; closed forms and other simulators widen no range.

| system | | range | targets |
|---|---|---|---|
${checkedRanges.map((range) => `| ${range.system} | ${range.origin} | ${rangeInWords(range)} | ${range.targets.join(', ')} |`).join('\n')}

## Accounting checks

These show only that published figures fit together: a service time is set from the throughput of a saturated server, and latency then follows by Little's law. No model could miss them, and they count as no prediction.

${accountingOf(results).map(targetText).join('\n')}
## Every prediction

The error beside a value drawn by chance is one standard error of it. Where there is none, nothing was drawn, or the run was one.

${predictionsOf(results).map(targetText).join('\n')}`;
}

function glance({ target, comparisons }: TargetResult): string {
  const judged = comparisons.filter(({ ungated }) => ungated === null);
  const worst = nearestMiss([{ target, comparisons, tookMs: 0, runs: 0 }]);
  const rows = judged.length === comparisons.length ? `${judged.length}` : `${judged.length} of ${comparisons.length}`;
  const missed = judged.filter(({ holds }) => !holds).length;
  const cells =
    worst === null ? ['', ''] : [errorText(worst) || valueText(worst.predicted, worst.unit), toleranceOf(worst)];
  const outcome = judged.length === 0 ? 'shown' : missed === 0 ? 'pass' : `${missed} missed`;
  return `| [${target.id}](#${target.id}) | ${target.summary} | ${rows} | ${cells.join(' | ')} | ${target.constants.length === 0 ? 'none' : target.constants.length} | ${outcome} |`;
}

function constantsText(results: readonly TargetResult[]): string {
  const all = constantsOf(results);
  if (all.length === 0) return 'No constant was fitted.';
  return `The free constants, each one value for all rows of the targets named:\n\n${list(all.map(({ constant, targets }) => `${constant}: ${targets.join(', ')}.`))}`;
}

function shown(results: readonly TargetResult[]): string {
  const rows = results.flatMap(({ comparisons }) => comparisons).filter(({ ungated }) => ungated !== null);
  return rows.length === 0 ? 'None.' : list(rows.map((row) => `${rowText(row)}: ${row.ungated}.`));
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

function targetText({ target, comparisons, runs }: TargetResult): string {
  const constants = target.constants.length === 0 ? 'none' : target.constants.join('; ');
  return `### ${target.id}

${target.summary}. Source: ${target.source}. Scenario: [${target.scenario}.yaml](../scenarios/validation/${target.scenario}.yaml), ${runs} ${runs === 1 ? 'run' : 'runs'}. Free constants: ${constants}.

| what | predicted | real | error | by chance | tolerance | |
|---|---:|---:|---:|---:|---:|---|
${comparisons.map(lineText).join('\n')}
`;
}

function lineText(comparison: ComparisonResult): string {
  const { row, unit, predicted, real, statistic } = comparison;
  return `| ${row} | ${valueText(predicted, unit)} | ${statistic ? '' : valueText(real, unit)} | ${errorText(comparison)} | ${chanceText(comparison)} | ${toleranceOf(comparison)} | ${outcomeOf(comparison)} |`;
}
