/**
 * Runs of a target's scenario reduced to the values that its comparisons ask for, where the runs are made: 10^5 elections would
 * otherwise spend more time between threads than in the simulation.
 */
import { fileURLToPath } from 'node:url';
import { reasonOf, type Simulate } from '../executor/executor.ts';
import { openScenario } from '../scenario/load.ts';
import { formatProblem } from '../scenario/problem.ts';
import { runSpecFor } from '../scenario/run-spec-for.ts';
import type { DesignPoint, Scenario } from '../scenario/scenario.ts';
import { processorTime } from './processor-time.ts';
import { openReference } from './reference.ts';
import { targets } from './registry.ts';
import type { Comparison, Target } from './target.ts';

/** Replications `from` to `to` (without it) of one design point; plain data. */
export interface ObservationTask {
  readonly target: string;
  readonly small: boolean;
  readonly point: number;
  readonly from: number;
  readonly to: number;
}

export interface Observed {
  /** By comparison: the values of these runs in order, null where the comparison is not about the point. */
  readonly values: readonly (readonly number[] | null)[];
  /** Processor time. */
  readonly tookMs: number;
}

/** A target with its scenario and what it is held against. */
export interface OpenTarget {
  readonly target: Target;
  readonly scenario: Scenario;
  readonly comparisons: readonly Comparison[];
}

/** The path of a target's scenario. */
export function scenarioOf(target: Target): string {
  return fileURLToPath(new URL(`../../scenarios/validation/${target.scenario}.yaml`, import.meta.url));
}

/** @throws where the scenario has errors, or a row has no point in it. */
export async function openTarget(target: Target, small: boolean): Promise<OpenTarget> {
  const read = await openScenario(scenarioOf(target), { overrides: small ? target.small : [] });
  if (!read.ok) throw new Error(`${target.id}: ${read.problems.map(formatProblem).join('\n')}`);
  const { scenario } = read;
  const all = target.comparisons(openReference(), scenario.run.replications);
  const lost = all.find((comparison) => !scenario.points.some((point) => concerns(comparison, point)));
  if (lost !== undefined && !small)
    throw new Error(
      `${target.id}: no point of ${target.scenario} is at ${JSON.stringify(lost.where)}, asked for by '${lost.row}'`,
    );
  // The small setting may leave levels out; the full one has a point for every row.
  const comparisons = all.filter((comparison) => scenario.points.some((point) => concerns(comparison, point)));
  return { target, scenario, comparisons };
}

export function concerns({ where }: Comparison, point: DesignPoint): boolean {
  return Object.entries(where).every(([path, level]) =>
    path === 'label'
      ? point.label === level || point.label.startsWith(`${level} `)
      : isLevel(point.factors[path], level),
  );
}

/** Levels that are lists or maps, which points know as JSON, are told by how they begin. */
function isLevel(factor: string | number | boolean | undefined, level: string | number): boolean {
  return factor === level || (typeof level === 'string' && /^[[{]/.test(level) && String(factor).startsWith(level));
}

/** A run that fails or breaks a promise of its protocol is a defect, not a prediction. @throws naming it. */
export function observe(
  { target, scenario, comparisons }: OpenTarget,
  task: ObservationTask,
  simulate: Simulate,
): Observed {
  const began = processorTime();
  const point = scenario.points[task.point] as DesignPoint;
  const values = comparisons.map((comparison) => (concerns(comparison, point) ? ([] as number[]) : null));
  for (let replication = task.from; replication < task.to; replication++) {
    const spec = runSpecFor(scenario, task.point, replication, { quick: false });
    const result = attempt(target, point, () => simulate(spec));
    if (result.violations.length > 0) throw new Error(`${target.id}: ${result.label}: ${result.violations[0]?.detail}`);
    comparisons.forEach(({ quantity }, k) => {
      const of = values[k];
      if (of) for (const value of quantity.observe(result)) of.push(value);
    });
  }
  return { values, tookMs: processorTime() - began };
}

function attempt<Result>(target: Target, point: DesignPoint, run: () => Result): Result {
  try {
    return run();
  } catch (thrown) {
    throw new Error(`${target.id}: ${point.label}: ${reasonOf(thrown)}`);
  }
}

const opened = new Map<string, Promise<OpenTarget>>();

/** What a worker thread does: each opens a target once. */
export async function observeTask(task: ObservationTask, simulate: Simulate): Promise<Observed> {
  const key = `${task.target} ${task.small}`;
  let open = opened.get(key);
  if (open === undefined) {
    open = openTarget(targets.find(({ id }) => id === task.target) as Target, task.small);
    opened.set(key, open);
  }
  return observe(await open, task, simulate);
}
