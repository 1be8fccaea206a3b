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

- R4, elections with logs of different length (Ongaro 2014, LAN figure): no scenario can give nodes initial logs.
- R11, QBFT's block period against latency (Fan et al. 2022): PBFT here has neither a block period nor a proposer that rotates.
- Waiting with exponential service (M/M/1): no workload has sizes of that law. The M/D/1 queues see up to 9 million customers.
- etcd with no delay at all between members: a link takes at least 1 us here, and those rows were bound by processors.

Stand-ins that the targets use: a busy processor delays an etcd request and does not limit the rate, so closed loops are predicted too fast once processors are busy (64 clients and more). BFT-SMaRt's overlap of proof signing with the network is not modelled: each phase is charged one signature made and one checked. In the wide-area PBFT all regions share one delay between machines of a region. The two accounting checks set their service time from the throughput they are given, and show no more than that latency follows.

What is no independent prediction: the etcd constant (1.3 ms) and the BFT-SMaRt constant (0.53 ms) were chosen on the rows of the same tables that are compared here, one value for all rows; what they then explain is the shape over delays, members, places and clients, not the level.`;

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
