/** docs/VALIDATION.md, written from the results of `quorumlab validate`: what was held against reality, how well, and what was not. */
import { MODEL_VERSION } from '../simulation/model-version.ts';
import type { ComparisonResult } from '../validation/target.ts';
import type { TargetResult } from '../validation/validate.ts';
import { errorText, outcomeText, summaryText, toleranceText, valueText } from './validation-table.ts';

export function validationPage(results: readonly TargetResult[]): string {
  return `# Validation

Predictions of model version ${MODEL_VERSION} held against closed forms, published results and measured systems. Written by \`quorumlab validate --write docs\` (\`npm run validate\`): no figure here is typed by hand. Each target is a scenario in \`scenarios/validation\` that \`quorumlab run\` runs like any other; the real values and their origin are in [scenarios/data](../scenarios/data/README.md).

**${summaryText(results)}** A prediction may use the constants named with its target and no others; "shown" rows are not judged, for the reason given.

## What is not validated

- Loss and jitter against real TCP; congestion, routers, shared links.
- Large clusters on real machines: the measured ones have 3 to 5 nodes, all on one machine of two cores.
- View changes of real Byzantine systems; elections of real systems beyond one set of timeouts.
- Saturation by processors: rows that were bound by the processors of the machine they were measured on are shown, not judged.
- Workloads that execute: all real systems here wrote opaque values.

${NOT_DONE}

## Results

${results.map(targetText).join('\n')}`;
}

const NOT_DONE = `Known results that no target reproduces yet:

- Elections with logs of different length (Ongaro 2014, LAN figure): no scenario can give nodes initial logs.
- QBFT's block period against latency (Fan et al. 2022): PBFT here has neither a block period nor a proposer that rotates.`;

function targetText({ target, comparisons }: TargetResult): string {
  const constants = target.constants.length === 0 ? 'none' : target.constants.join('; ');
  const reasons = [...new Set(comparisons.flatMap(({ ungated }) => (ungated === null ? [] : [ungated])))];
  return `### ${target.id}

${target.summary}. Source: ${target.source}. Scenario: \`scenarios/validation/${target.scenario}.yaml\`. Free constants: ${constants}.${reasons.length === 0 ? '' : ` Not judged: ${reasons.join('; ')}.`}

| what | predicted | real | error | tolerance | |
|---|---:|---:|---:|---:|---|
${comparisons.map(lineText).join('\n')}
`;
}

function lineText(comparison: ComparisonResult): string {
  const { row, unit, predicted, real, tolerance } = comparison;
  return `| ${row} | ${valueText(predicted, unit)} | ${valueText(real, unit)} | ${errorText(comparison)} | ${toleranceText(tolerance, unit)} | ${outcomeText(comparison)} |`;
}
