/**
 * The comparison as JUnit XML, the dialect that Jenkins, GitLab and most others read (jenkins-junit.xsd): a suite a scenario, a case for each
 * measure of each point and one for its runs. Without times, so that nothing depends on how long it took.
 */
import type { MeasureRow, RegressFile, RegressPoint, RegressScenario } from '../../results/regress-file.ts';
import { changeText, likelySentence, moveText, OUTCOME_WORDS, TELL_MORE } from './words.ts';

interface Case {
  readonly name: string;
  readonly trouble: Trouble | null;
}

interface Trouble {
  /** `error`: it could not be judged. */
  readonly element: 'failure' | 'error';
  readonly type: string;
  readonly message: string;
  readonly text: string;
}

export function renderJunit({ scenarios }: RegressFile): string {
  const suites = scenarios.map((scenario) => ({ scenario, cases: casesOf(scenario) }));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="quorumlab regress" ${counts(suites.flatMap(({ cases }) => cases))}>`,
    ...suites.flatMap(({ scenario, cases }) => [
      `  <testsuite name="${escapeXml(scenario.scenario)}" ${counts(cases)} skipped="0">`,
      ...cases.flatMap((one) => caseLines(one, scenario)),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');
}

function counts(cases: readonly Case[]): string {
  const of = (element: Trouble['element']) => cases.filter(({ trouble }) => trouble?.element === element).length;
  return `tests="${cases.length}" failures="${of('failure')}" errors="${of('error')}"`;
}

function casesOf({ points, failed_runs, repeat_command }: RegressScenario): readonly Case[] {
  return [
    ...points.flatMap((point) => [
      runsCase(point, repeat_command),
      ...point.measures.map((row) => measureCase(point, row)),
    ]),
    ...failed_runs.map(
      ({ label, replication, reason }): Case => ({
        name: `${label}: replication ${replication} ends`,
        trouble: { element: 'error', type: 'failed', message: reason, text: repeat_command },
      }),
    ),
  ];
}

/** The checks; under the same model version the digests, too. */
function runsCase(point: RegressPoint, repeat: string): Case {
  const { label, outcome, digests, digests_same, violations } = point;
  const name = `${label}: runs`;
  const [violation] = violations;
  if (violation !== undefined)
    return {
      name,
      trouble: { element: 'failure', type: 'violation', message: violation, text: violations.join('\n') },
    };
  if (outcome !== 'model-changed' && outcome !== 'not-deterministic') return { name, trouble: null };
  const message = `${OUTCOME_WORDS[outcome]}: ${digests - digests_same} of ${digests} runs differ from the baseline`;
  return { name, trouble: { element: 'failure', type: outcome, message, text: `${likelySentence(point)}\n${repeat}` } };
}

function measureCase(point: RegressPoint, row: MeasureRow): Case {
  const name = `${point.label}: ${row.measure}`;
  const undecided = row.state === 'perhaps-regressed';
  if (row.state !== 'regressed' && !undecided) return { name, trouble: null };
  const text = [
    `change ${changeText(row)}, tolerance ${row.tolerance}`,
    row.reason ?? '',
    undecided ? TELL_MORE : '',
    likelySentence(point),
  ];
  return {
    name,
    trouble: {
      element: undecided ? 'error' : 'failure',
      type: undecided ? 'undecided' : 'regression',
      message: `${row.measure} ${moveText(row)}${undecided ? ', not told from chance' : ''}`,
      text: text.filter((line) => line !== '').join('\n'),
    },
  };
}

function caseLines({ name, trouble }: Case, { scenario }: RegressScenario): readonly string[] {
  const head = `    <testcase classname="${escapeXml(`quorumlab.${scenario}`)}" name="${escapeXml(name)}"`;
  if (trouble === null) return [`${head}/>`];
  const { element, type, message, text } = trouble;
  return [
    `${head}>`,
    `      <${element} type="${escapeXml(type)}" message="${escapeXml(message)}">${escapeXml(text)}</${element}>`,
    '    </testcase>',
  ];
}

/** XML 1.0 has no word for most control characters and for half surrogates: they are shown as U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
