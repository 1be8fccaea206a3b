/** Several experiments as one: what they ask for in each round goes out together, so that the threads of a pool stay busy. */
import type { RunSpec } from '../simulation/run-spec.ts';
import type { Experiment } from './experiment.ts';

/** Answers in the order of the experiments. One that has its answer asks no more, while the others go on. */
export function* interleaved<Answer>(experiments: readonly Experiment<Answer>[]): Experiment<readonly Answer[]> {
  const answers: Answer[] = [];
  const open = new Map<number, readonly RunSpec[]>();
  const took = (index: number, step: IteratorResult<readonly RunSpec[], Answer>): void => {
    if (!step.done) {
      open.set(index, step.value);
      return;
    }
    open.delete(index);
    answers[index] = step.value;
  };
  for (const [index, experiment] of experiments.entries()) took(index, experiment.next());
  while (open.size > 0) {
    const asked = [...open];
    const outcomes = yield asked.flatMap(([, specs]) => specs);
    let at = 0;
    for (const [index, { length }] of asked) {
      took(index, (experiments[index] as Experiment<Answer>).next(outcomes.slice(at, at + length)));
      at += length;
    }
  }
  return answers;
}
