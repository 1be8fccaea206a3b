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

const NOT_DONE = `What the targets stand in for: etcd with no delay at all between members is predicted with links of 1 us. BFT-SMaRt's overlap of proof signing with the network is not modelled: each phase is charged one signature made and one checked. QBFT is PBFT with proposers that rotate and a block period, and its blocks are executed once committed. In the wide-area PBFT all regions share one delay between machines of a region. The two accounting checks set their service time from the throughput they are given, and show no more than that latency follows.

What is no independent prediction: the two etcd constants (1.2 ms that delay a request, 55 us that occupy the leader), the BFT-SMaRt constant (0.53 ms), the Besu constant (1.4 ms a transaction) and the one-way delay of the LAN elections (3.5 ms) were chosen on rows that are compared here, one value for all rows of a system; what they then explain is the shape over delays, members, places, clients, periods and timeouts, not the level. Of etcd's constants, commit latency and throughput decide the sum and the split; placement, disks, bandwidth and failover were not looked at.

Where a prediction passes thinly: with two of five nodes failed (R3) the p90 of election times lies where one election in a hundred more moves it by 75 ms, between the second and the third term. The simulated share of elections over by the published 1,079 ms is 91.1 %, not 90 %. All errors of R3 have this sign: terms split a little more often in AvailSim than here; its set-up gives no reason that this model could follow.`;

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
