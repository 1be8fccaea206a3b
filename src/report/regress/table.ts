/** A comparison with a baseline on a terminal: the verdict, then for each point that is not identical what moved, by how much, against what. */
import Table from 'cli-table3';
import colours from 'picocolors';
import type { MeasureRow, RegressFile, RegressPoint, RegressScenario } from '../../results/regress-file.ts';
import type { Colours } from '../table.ts';
import { counted, list } from '../words.ts';
import { movedRows, ROW_HEAD, rowCells } from './rows.ts';
import { isIdentical, OUTCOME_WORDS, regressRangeLines } from './words.ts';

export function renderRegress(file: RegressFile, colour: Colours = colours): string {
  const passed = file.outcome === 'passed';
  return [
    colour.bold('regress: ') + (passed ? colour.green : colour.red)(OUTCOME_WORDS[file.outcome]),
    ...file.verdict.map((sentence) => `• ${sentence}`),
    ...file.scenarios.flatMap((scenario) => scenarioLines(scenario, colour)),
    ...regressRangeLines(file),
    ...footnotes(file).map((line) => colour.dim(line)),
    '',
  ].join('\n');
}

function scenarioLines(scenario: RegressScenario, colour: Colours): readonly string[] {
  return scenario.points
    .filter((point) => movedRows(point).length > 0)
    .flatMap((point) => ['', tableOf(scenario, point, colour)]);
}

function tableOf({ scenario }: RegressScenario, point: RegressPoint, colour: Colours): string {
  const [, ...others] = ROW_HEAD;
  const table = new Table({
    head: [`${scenario}\n${point.label}`, ...others],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
  });
  for (const row of movedRows(point)) {
    const cells = rowCells(row);
    table.push([...cells.slice(0, -1), coloured(row, cells.at(-1) as string, colour)]);
  }
  return table.toString();
}

function coloured({ state }: MeasureRow, text: string, colour: Colours): string {
  if (state === 'regressed' || state === 'perhaps-regressed') return colour.red(text);
  if (state === 'improved') return colour.green(text);
  return state === 'within' ? colour.dim(text) : colour.yellow(text);
}

/** What the numbers are, and what is not compared. */
export function footnotes({ scenarios }: RegressFile): readonly string[] {
  const points = scenarios.flatMap((scenario) => scenario.points);
  const moved = points.filter((point) => !isIdentical(point));
  const otherText = scenarios.filter(({ resolved_same }) => !resolved_same).map(({ scenario }) => scenario);
  const lacking = [...new Set(scenarios.flatMap(({ not_compared }) => not_compared))];
  return [
    ...(moved.length === 0
      ? []
      : [
          'Change: mean of the differences between paired replications (same seeds) and its 95 % interval. Worse: beyond the tolerance, and p < 0.05, corrected for all measures of the scenario (Holm). Perhaps worse: beyond the tolerance, and not told from chance.',
          'The likely stage and cause are inferred from what moved together; docs/ci/README.md says how to look further.',
        ]),
    ...(moved.some(({ digests }) => digests === 1) ? ['One replication: chance is not excluded.'] : []),
    ...(otherText.length === 0
      ? []
      : [
          `${list(otherText)}: the same file resolves to another text than before, since quorumlab has a new option or default; --update takes it over.`,
        ]),
    ...(lacking.length === 0
      ? []
      : [
          `Not compared, since the baseline does not hold ${counted(lacking.length, 'measure')}: ${lacking.join(', ')}; --update adds what is missing.`,
        ]),
  ];
}
