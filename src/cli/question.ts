/**
 * What the commands share that answer a question about one scenario (compare, saturate, sensitivity, size, tune): how it is loaded, and
 * what every answer begins with.
 */
import type { AnswerHead } from '../results/answer-head.ts';
import { repeatQuestionCommand } from '../results/repeat-command.ts';
import { resultId } from '../results/result-id.ts';
import { MODEL_VERSION } from '../simulation/model-version.ts';
import type { CommandContext } from './context.ts';
import { type LoadedScenario, loadScenarios } from './load.ts';
import { refuseContradiction } from './open-executor.ts';
import type { RunningOptions } from './options.ts';

/** The scenario that is asked about. @throws CommandEnd where options contradict each other, or the file has an error. */
export async function loadAsked(
  file: string,
  options: RunningOptions,
  context: CommandContext,
): Promise<LoadedScenario> {
  refuseContradiction(options);
  const { set = [], quick = false, replications = null } = options;
  const [one] = (await loadScenarios([file], { set, quick, replications }, context.err)) as [LoadedScenario];
  return one;
}

/** `words`: the command's own options that were given. With others the same scenario is another question, with another id. */
export function headOf(
  command: string,
  { scenario, invocation }: LoadedScenario,
  words: readonly string[] = [],
): Omit<AnswerHead, 'format'> {
  const { name, question, seed, resolved } = scenario;
  const { quick } = invocation;
  const asked = [command, ...(quick ? ['--quick'] : []), ...words].join(' ');
  return {
    scenario: name,
    question,
    id: resultId(`# ${asked}\n${resolved}`, MODEL_VERSION),
    model_version: Number(MODEL_VERSION),
    seed,
    quick,
    repeat_command: repeatQuestionCommand(command, invocation, words),
  };
}
