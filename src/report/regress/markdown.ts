/** The comparison as Markdown, for a pull request or `$GITHUB_STEP_SUMMARY`: the verdict, what moved, and the command that repeats it. */
import type { RegressFile, RegressPoint, RegressScenario } from '../../results/regress-file.ts';
import { counted } from '../words.ts';
import { movedRows, ROW_HEAD, rowCells } from './rows.ts';
import { isIdentical, likelySentence, OUTCOME_WORDS, regressRangeLines } from './words.ts';

export function renderMarkdown(file: RegressFile): string {
  return [
    `## quorumlab regress: ${OUTCOME_WORDS[file.outcome]}`,
    '',
    ...file.verdict.map((sentence) => `- ${escapeMarkdown(sentence)}`),
    '',
    ...file.scenarios.flatMap(scenarioLines),
    ...regressRangeLines(file).map((line) => `${escapeMarkdown(line)}\n`),
    `Baseline ${escapeMarkdown(file.baseline)}, model version ${escapeMarkdown(file.model_version)}.`,
    '',
  ].join('\n');
}

function scenarioLines(scenario: RegressScenario): readonly string[] {
  const moved = scenario.points.filter((point) => !isIdentical(point));
  if (moved.length === 0) return [];
  return [
    `### ${escapeMarkdown(scenario.scenario)}`,
    '',
    ...moved.flatMap(pointLines),
    'Again:',
    '',
    ...fenced(scenario.repeat_command),
    '',
  ];
}

function pointLines(point: RegressPoint): readonly string[] {
  const rows = movedRows(point);
  const same = point.measures.length - rows.length;
  return [
    `**${escapeMarkdown(point.label)}**: ${point.digests_same} of ${counted(point.digests, 'run')} identical, ${counted(same, 'measure')} the same.`,
    '',
    ...(rows.length === 0
      ? []
      : [
          `| ${ROW_HEAD.join(' | ')} |`,
          `| --- | --: | --: | --: | --: | --- |`,
          ...rows.map((row) => `| ${rowCells(row).map(escapeMarkdown).join(' | ')} |`),
          '',
        ]),
    escapeMarkdown(likelySentence(point)),
    '',
  ];
}

/** Text as text: what a label or a path holds must make neither cells, nor tags, nor emphasis. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s*[\r\n]\s*/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_[\]|#~]/g, '\\$&');
}

/** With a fence longer than any in the text. */
function fenced(text: string): readonly string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}sh`, text, fence];
}
