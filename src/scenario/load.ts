/**
 * Reads a scenario file: opened, overridden, read by its shape, built point by point and frozen, or every problem at once.
 * Reading finds what is wrong in itself; building finds what contradicts each other, also where something else is wrong.
 */

import { protocols } from '../protocols/registry.ts';
import { formatDuration } from '../units/format.ts';
import { buildPoint, type Contender } from './build-point.ts';
import { type DataFiles, openDataFiles, reasonOf } from './data-files.ts';
import type { ScenarioFile } from './file-value.ts';
import { combinationsOf } from './levels.ts';
import { objectivesOf } from './objectives.ts';
import { type Problem, sortProblems } from './problem.ts';
import { readTextFile } from './profiles.ts';
import { resolvedText } from './resolved.ts';
import type { DesignPoint, LoadResult, Scenario } from './scenario.ts';
import { readSections, type Sections } from './sections.ts';
import { type Assignment, openSource, parseOverride, type Source } from './source.ts';

export interface LoadOptions {
  /** `path=value`, as given to `--set`. */
  readonly overrides?: readonly string[];
  /** How files are read: UTF-8 text, or a thrown Error. */
  readonly readText?: (path: string) => string;
}

/** The scenario in a file, or all that is wrong with it. Never throws for what a file can contain. */
export function loadScenario(file: string, options: LoadOptions = {}): LoadResult {
  const data = openDataFiles(options.readText ?? readTextFile);
  let text: string;
  try {
    text = (options.readText ?? readTextFile)(file);
  } catch (error) {
    return failed([fileProblem(file, `${reasonOf(error)}, expected a scenario file`)]);
  }
  const overrides = (options.overrides ?? []).map((override) => ({ override, assignment: parseOverride(override) }));
  const malformed = overrides.filter(({ assignment }) => assignment === null);
  if (malformed.length > 0)
    return failed(
      malformed.map(({ override }) => ({
        ...fileProblem(`--set ${override}`, 'has no value, expected path=value'),
        place: `--set ${override}`,
      })),
    );
  const assignments = overrides.map(({ assignment }) => assignment as Assignment);

  const source = openSource(file, text, assignments);
  if (!source.readable) return failed(source.problems);
  const sections = readSections(source);
  const assumptions = new Set<string>();
  checkRun(sections, source);
  const made = makePoints({ file, text, assignments, source, sections, data, assumptions });
  const problems = sortProblems([...source.problems, ...made.problems]);
  if (problems.some((problem) => problem.severity === 'error')) return failed(problems);

  // Without errors every section was read, and every point was built.
  const whole = sections as ScenarioFile;
  const { name, question, seed, run } = whole;
  const scenario: Scenario = {
    file,
    name,
    question,
    seed,
    run: { warmup: run.warmup, duration: run.duration, replications: run.replications },
    points: made.points,
    objective: objectivesOf(whole.objective),
    warnings: problems,
    assumptions: [...assumptions],
    resolved: resolvedText(whole, made.points, data.hashes()),
  };
  return { ok: true, scenario: deepFreeze(scenario) };
}

interface Making {
  readonly file: string;
  readonly text: string;
  readonly assignments: readonly Assignment[];
  readonly source: Source;
  readonly sections: Sections;
  readonly data: DataFiles;
  readonly assumptions: Set<string>;
}

/** Every contender at every combination of levels. Each combination is read anew from the text, with its levels put in. */
function makePoints(making: Making): { points: readonly DesignPoint[]; problems: readonly Problem[] } {
  const { file, text, assignments, source, sections, data, assumptions } = making;
  const points: DesignPoint[] = [];
  const problems: Problem[] = [];
  const count = contendersOf(sections, source);
  for (let index = 0; index < count; index++) {
    const compared = sections.compare !== null;
    for (const { assignments: levels, factors, suffix } of combinationsOf(
      sections.levels ?? [],
      compared ? index : null,
      source,
    )) {
      const plain = levels.length === 0;
      const own = plain ? source : openSource(file, text, [...assignments, ...levels]);
      const read = plain ? sections : readSections(own);
      const contender = contenderAt(read, index);
      const context = { file, source: own, data, assume: (sentence: string) => assumptions.add(sentence) };
      const setup = contender === null ? null : buildPoint(contender, read, context);
      if (contender !== null && setup !== null) {
        const label = `${contender.label}${suffix}`;
        const trust = protocols[contender.protocol.name as keyof typeof protocols].trust;
        points.push({ label, protocol: contender.protocol.name, trust, factors, setup: { ...setup, label } });
      }
      if (!plain) problems.push(...own.problems);
    }
  }
  return { points, problems };
}

/** How many contenders there are; flags where `protocol` and `compare` are both there or both absent, and labels used twice. */
function contendersOf(sections: Sections, source: Source): number {
  const { protocol, compare } = sections;
  if (protocol !== undefined && compare !== undefined && (protocol === null) === (compare === null))
    source.flag(
      protocol === null ? [] : ['protocol'],
      `the scenario has ${protocol === null ? 'neither protocol nor compare' : 'both protocol and compare'}, expected exactly one of them`,
    );
  const labels = (compare ?? []).map((entry) => (entry === null ? null : (entry.label ?? entry.protocol.name)));
  labels.forEach((label, i) => {
    if (label !== null && labels.indexOf(label) !== i)
      source.flag(
        ['compare', String(i), 'label'],
        `'${label}' is the label of compare.${labels.indexOf(label)} already, expected a label of its own`,
      );
  });
  return compare === undefined ? 0 : (compare?.length ?? (protocol ? 1 : 0));
}

/** The contender in this reading of the file; null where its section or the nodes did not read well. */
function contenderAt(sections: Sections, index: number): Contender | null {
  const { nodes, protocol, compare } = sections;
  if (nodes === undefined) return null;
  if (compare === null || compare === undefined)
    return protocol
      ? { label: protocol.name, protocol, path: ['protocol', protocol.name], nodes, nodesPath: ['nodes'] }
      : null;
  const entry = compare[index];
  if (!entry) return null;
  const path = ['compare', String(index)];
  const label = entry.label ?? entry.protocol.name;
  const own = entry.nodes !== null;
  return {
    label,
    protocol: entry.protocol,
    path,
    nodes: entry.nodes ?? nodes,
    nodesPath: own ? [...path, 'nodes'] : ['nodes'],
  };
}

function checkRun({ run }: Sections, source: Source): void {
  if (run !== undefined && run.warmup !== 'auto' && run.warmup >= run.duration)
    source.flag(
      ['run', 'warmup'],
      `leaves nothing of the run to measure, expected less than the duration of ${formatDuration(run.duration)}`,
    );
}

function failed(problems: readonly Problem[]): LoadResult {
  return { ok: false, problems: sortProblems(problems) };
}

function fileProblem(file: string, message: string): Problem {
  return { severity: 'error', place: `${file}:1:1`, line: 1, column: 1, path: '', message };
}

/** Typed arrays can't be frozen; nothing writes to them. */
function deepFreeze<T>(value: T): T {
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}
