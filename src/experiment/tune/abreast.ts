/** Several experiments in lockstep: each round asks for what all of them want next, so that threads are busy while each waits for its own. */
import type { Experiment } from '../experiment.ts';

/** Answers in the order of the experiments; one that has its answer asks for nothing more. */
export function* abreast<Answer>(experiments: readonly Experiment<Answer>[]): Experiment<readonly Answer[]> {
  const steps = experiments.map((experiment) => experiment.next());
  while (steps.some(({ done }) => done !== true)) {
    const asked = steps.map((step) => (step.done === true ? [] : step.value));
    const outcomes = yield asked.flat();
    let at = 0;
    asked.forEach((specs, i) => {
      const own = outcomes.slice(at, at + specs.length);
      at += specs.length;
      if (steps[i]?.done !== true) steps[i] = (experiments[i] as Experiment<Answer>).next(own);
    });
  }
  return steps.map(({ value }) => value as Answer);
}
