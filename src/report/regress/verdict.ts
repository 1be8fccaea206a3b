/** The verdict on a comparison with a baseline: what is wrong first, and what identical runs there are last. */
import type { MeasureRow, RegressPoint, RegressScenario } from '../../results/regress-file.ts';
import { counted, list } from '../words.ts';
import { isIdentical, likelySentence, moveText, TELL_MORE } from './words.ts';

export function regressVerdict(scenarios: readonly RegressScenario[]): readonly string[] {
  const passed = scenarios.filter(({ outcome }) => outcome === 'passed');
  const identical = passed.filter(({ points }) => points.every(isIdentical));
  return [
    ...scenarios.filter(({ outcome }) => outcome !== 'passed').flatMap(troubleOf),
    ...passed.filter((scenario) => !identical.includes(scenario)).flatMap(changesOf),
    ...(identical.length === 0 ? [] : [identicalSentence(identical)]),
  ];
}

function identicalSentence(scenarios: readonly RegressScenario[]): string {
  const runs = scenarios.reduce((sum, { points }) => sum + digestsOf(points), 0);
  const names = list(scenarios.map(({ scenario }) => scenario));
  return `${names} ${scenarios.length === 1 ? 'is' : 'are'} identical to the baseline: ${counted(runs, 'run')}, each to the bit.`;
}

function changesOf(scenario: RegressScenario): readonly string[] {
  const version = scenario.baseline_model_version;
  return [
    `${scenario.scenario} passed: nothing worsened beyond its tolerance against model version ${version}.`,
    ...pointsWith(scenario, 'improved'),
  ];
}

function troubleOf(scenario: RegressScenario): readonly string[] {
  const { scenario: name, outcome, points, failed_runs, baseline_model_version: version } = scenario;
  const worse = pointsWith(scenario, 'regressed');
  const perhaps = pointsWith(scenario, 'perhaps-regressed');
  switch (outcome) {
    case 'failed':
      return [
        `${name} cannot be compared: ${counted(failed_runs.length, 'run')} did not end (${failed_runs[0]?.reason}).`,
      ];
    case 'unsafe':
    case 'not-live': {
      const at = points.find((point) => point.outcome === outcome);
      const promise = outcome === 'unsafe' ? 'safety' : 'liveness';
      return [`${name}: ${at?.label} violates ${promise}: ${at?.violations[0]}.`, ...worse];
    }
    case 'not-deterministic':
      return [
        `${name} is not deterministic: a run that differs from the baseline gave yet another digest when it was run once more. Its numbers cannot be compared.`,
      ];
    case 'model-changed':
      return [modelChanged(scenario), ...worse, ...perhaps, ...pointsWith(scenario, 'improved')];
    case 'undecided':
      return [
        `${name} cannot be told to be as good as model version ${version}: ${list(points.filter((point) => point.outcome === outcome).map(({ label }) => label))} moved beyond the tolerance for the worse, and ${counted(scenario.replications, 'replication')} cannot tell that from chance. It does not count as passed.`,
        ...perhaps,
        TELL_MORE,
      ];
    default:
      return [
        headline(scenario),
        ...worse,
        ...perhaps,
        `${name} is compared with model version ${version}, by tolerances and paired tests.`,
      ];
  }
}

/** Where it got worse and what is suspected, before the figures. */
function headline({ scenario, points }: RegressScenario): string {
  const worse = points.filter(({ outcome }) => outcome === 'regressed');
  const causes = new Set(worse.flatMap(({ likely }) => (likely === null ? [] : [likely.cause])));
  const suspected = causes.size === 0 ? '' : `; likely cause: ${list([...causes])}`;
  return `${scenario} got worse at ${list(worse.map(({ label }) => label))}${suspected}.`;
}

/** Other runs, or the same runs measured otherwise. */
function modelChanged({ scenario, points, baseline_model_version: version }: RegressScenario): string {
  const runs = digestsOf(points);
  const other = runs - points.reduce((sum, { digests_same }) => sum + digests_same, 0);
  const meant =
    'Where that is meant, raise the model version, write the baseline anew with --update and review its diff.';
  if (other === 0)
    return `${scenario}: the runs are the same to the bit, but what is measured of them is not: a measure was defined anew under model version ${version}. ${meant}`;
  const alike = points.every(({ measures }) => measures.every(({ state }) => state === 'same'));
  return (
    `${scenario}: the model changed without a new model version: ${other} of ${counted(runs, 'run')} differ from the baseline, which is of model version ${version}, too` +
    `${alike ? ', though every measure is the same' : ''}. ${meant}`
  );
}

function digestsOf(points: readonly RegressPoint[]): number {
  return points.reduce((sum, { digests }) => sum + digests, 0);
}

const GOT = {
  improved: 'got better',
  regressed: 'got worse',
  'perhaps-regressed': 'perhaps got worse, which is not told from chance',
} as const;

/** A sentence for each point with measures in this state, with the likely stage. */
function pointsWith({ scenario, points }: RegressScenario, state: keyof typeof GOT): readonly string[] {
  return points.flatMap((point) => {
    const rows = point.measures.filter((row) => row.state === state);
    if (rows.length === 0) return [];
    return [`${scenario}, ${point.label} ${GOT[state]}: ${movesOf(rows)}. ${likelySentence(point)}`];
  });
}

const NAMED_AT_MOST = 3;

function movesOf(rows: readonly MeasureRow[]): string {
  const named = rows
    .slice(0, NAMED_AT_MOST)
    .map((row) => `${row.measure} ${moveText(row)}, tolerance ${row.tolerance}`);
  const more = rows.length - named.length;
  return [...named, ...(more > 0 ? [`and ${counted(more, 'further measure')}`] : [])].join('; ');
}
