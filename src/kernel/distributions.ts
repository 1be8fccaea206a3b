/** The registry of distributions, and how one given as plain data becomes a sampler. A new law is one file and one line here. */
import { defaultsOf, type OptionField, type OptionProblem } from '../units/options.ts';
import { constant } from './distributions/constant.ts';
import { type DistributionDefinition, impossible } from './distributions/distribution-definition.ts';
import { empirical } from './distributions/empirical.ts';
import { exponential } from './distributions/exponential.ts';
import { lognormal } from './distributions/lognormal.ts';
import { truncatedNormal } from './distributions/truncated-normal.ts';
import { uniform } from './distributions/uniform.ts';
import type { QuantileTable } from './quantile-table.ts';
import type { DistributionSpec } from './sampler.ts';

export const distributions = {
  constant,
  uniform,
  'truncated-normal': truncatedNormal,
  lognormal,
  exponential,
  empirical,
} as const satisfies Record<string, DistributionDefinition>;

/** Tables of laws without observations, by their specification: runs of a second and less would spend more on building them. */
const known = new Map<string, QuantileTable>();
const MOST_KNOWN = 64;

/**
 * The sampler of a distribution. Parameters that the specification leaves out take the definition's defaults.
 * @throws an Error that names every unknown kind or parameter, wrong type and impossible value.
 */
export function createSampler(spec: DistributionSpec): QuantileTable {
  if (spec.kind === 'empirical') return build(spec);
  const key = JSON.stringify(spec);
  let table = known.get(key);
  if (table === undefined) {
    table = build(spec);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(key, table);
  }
  return table;
}

function build(spec: DistributionSpec): QuantileTable {
  const { kind, ...parameters } = spec;
  const definition = (distributions as Record<string, DistributionDefinition>)[kind];
  if (!Object.hasOwn(distributions, kind) || definition === undefined)
    throw new Error(`distribution '${kind}' is unknown; known are ${Object.keys(distributions).join(', ')}`);
  const schema = definition.options as Record<string, OptionField>;
  const problems = Object.entries(parameters).flatMap(([name, value]) => parameterProblems(schema, name, value));
  const options = { ...(defaultsOf(schema) as Record<string, unknown>), ...parameters };
  if (problems.length === 0) problems.push(...definition.problems(options));
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0)
    throw new Error(
      `distribution '${kind}': ${errors.map((e) => `${e.message} (expected: ${e.expected})`).join('; ')}`,
    );
  return definition.build(options);
}

function parameterProblems(schema: Record<string, OptionField>, name: string, value: unknown): OptionProblem[] {
  const field = schema[name];
  if (field === undefined) return [impossible(name, `parameter '${name}' is unknown`, Object.keys(schema).join(', '))];
  if (field.kind === 'observations')
    return value instanceof Float64Array ? [] : [impossible(name, `${name} is ${typeof value}`, 'a Float64Array')];
  if (typeof value !== 'number' || !Number.isFinite(value))
    return [impossible(name, `${name} is ${String(value)}`, 'a finite number')];
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = field as { min?: number; max?: number };
  if (value < min) return [impossible(name, `${name} is ${value}`, `at least ${min}`)];
  if (value > max) return [impossible(name, `${name} is ${value}`, `at most ${max}`)];
  return [];
}
