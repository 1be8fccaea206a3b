/** Runs targets and judges them: each scenario is loaded by the ordinary loader, run, and read by the target's own functions. */
import { fileURLToPath } from 'node:url';
import type { Executor } from '../executor/executor.ts';
import { openScenario } from '../scenario/load.ts';
import { formatProblem } from '../scenario/problem.ts';
import { runSpecFor } from '../scenario/run-spec-for.ts';
import type { DesignPoint, Scenario } from '../scenario/scenario.ts';
import { openReference } from './reference.ts';
import type { Comparison, ComparisonResult, Target, Tolerance } from './target.ts';

/** Results are reduced to the values that targets ask for after so many runs, so that 10^5 runs fit in memory. */
const RUNS_AT_ONCE = 500;

export interface ValidateOptions {
  /** The setting of the test suite: shorter or fewer runs, the same tolerances. */
  readonly small: boolean;
  readonly signal?: AbortSignal;
}

export interface TargetResult {
  readonly target: Target;
  readonly comparisons: readonly ComparisonResult[];
  readonly tookMs: number;
  readonly runs: number;
}

/** @throws where the scenario has errors, or a run fails: both are defects, not predictions. */
export async function validateTarget(
  target: Target,
  executor: Executor,
  options: ValidateOptions,
): Promise<TargetResult> {
  const began = performance.now();
  const scenario = await load(target, options.small);
  // The small setting may leave levels out; the full one has a point for every row.
  const comparisons = target
    .comparisons(openReference())
    .filter((comparison) => !options.small || scenario.points.some((point) => concerns(comparison, point)));
  const { replications } = scenario.run;
  // values[comparison][point]: what the runs of a point say, for the points that a comparison is about.
  const values = comparisons.map((comparison) =>
    scenario.points.map((point) => (concerns(comparison, point) ? ([] as number[]) : null)),
  );
  comparisons.forEach(({ row, where }, i) => {
    if (values[i]?.every((of) => of === null))
      throw new Error(
        `${target.id}: no point of ${target.scenario} is at ${JSON.stringify(where)}, asked for by '${row}'`,
      );
  });
  const all = scenario.points.flatMap((_, point) =>
    Array.from({ length: replications }, (_, replication) => ({ point, replication })),
  );
  for (let from = 0; from < all.length; from += RUNS_AT_ONCE) {
    const part = all.slice(from, from + RUNS_AT_ONCE);
    const specs = part.map(({ point, replication }) => runSpecFor(scenario, point, replication, { quick: false }));
    const outcomes = await executor.execute(specs, options.signal === undefined ? {} : { signal: options.signal });
    outcomes.forEach((outcome, i) => {
      const { point } = part[i] as { point: number };
      if (!outcome.ok) throw new Error(`${target.id}: ${outcome.label}: ${outcome.reason}`);
      const { violations } = outcome.result;
      if (violations.length > 0) throw new Error(`${target.id}: ${outcome.result.label}: ${violations[0]?.detail}`);
      comparisons.forEach(({ quantity }, k) => {
        const of = values[k]?.[point];
        if (of) for (const value of quantity.observe(outcome.result)) of.push(value);
      });
    });
  }
  const results = comparisons.map((comparison, i) => {
    const points = (values[i] as (number[] | null)[]).filter((of) => of !== null);
    return judged(target, comparison, comparison.quantity.summarise(points.flat(), points));
  });
  return { target, comparisons: results, tookMs: performance.now() - began, runs: all.length };
}

/** The path of a target's scenario. */
export function scenarioOf(target: Target): string {
  return fileURLToPath(new URL(`../../scenarios/validation/${target.scenario}.yaml`, import.meta.url));
}

async function load(target: Target, small: boolean): Promise<Scenario> {
  const read = await openScenario(scenarioOf(target), { overrides: small ? target.small : [] });
  if (!read.ok) throw new Error(`${target.id}: ${read.problems.map(formatProblem).join('\n')}`);
  return read.scenario;
}

/** Whether a comparison is about a design point. */
export function concerns({ where }: Comparison, point: DesignPoint): boolean {
  return Object.entries(where).every(([path, level]) =>
    path === 'label' ? point.label === level || point.label.startsWith(`${level} `) : point.factors[path] === level,
  );
}

function judged(target: Target, comparison: Comparison, predicted: number): ComparisonResult {
  const { row, unit, real, tolerance, ungated } = comparison;
  const errorPercent = real === 0 ? null : (predicted / real - 1) * 100;
  return {
    target: target.id,
    row,
    unit,
    predicted,
    real,
    errorPercent,
    tolerance,
    holds: within(predicted, real, tolerance),
    ungated,
  };
}

/** A prediction that is no number holds nowhere. */
function within(predicted: number, real: number, tolerance: Tolerance): boolean {
  if ('low' in tolerance) return predicted >= tolerance.low && predicted <= tolerance.high;
  const allowed = Math.max((tolerance.percent / 100) * Math.abs(real), tolerance.orAbsolute ?? 0);
  // The rounding of one division is no error of the model.
  return Math.abs(predicted - real) <= allowed + 1e-9 * Math.abs(real);
}
