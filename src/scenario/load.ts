/**
 * Reads a scenario file: opened, overridden, read by its shape, built point by point and frozen, or every problem at once.
 * Reading finds what is wrong in itself; building finds what contradicts each other, also where something else is wrong.
 */
import { buildPoint } from './build-point.ts';
import { type Contender, protocolName } from './build-protocol.ts';
import { buildSpace } from './build-space.ts';
import { type DataFiles, openDataFiles, reasonOf } from './data-files.ts';
import { checkDrills } from './drills.ts';
import { fileShapeWith } from './file-shape.ts';
import type { CompareValue, ScenarioFile } from './file-value.ts';
import { type Known, knownOf } from './fragments.ts';
import { combinationsOf, factorsOf } from './levels.ts';
import { objectivesOf } from './objectives.ts';
import { importProtocol, type OwnProtocol } from './own-protocol.ts';
import { type Problem, sortProblems } from './problem.ts';
import { readTextFile } from './profiles.ts';
import { resolvedText } from './resolved.ts';
import type { DesignPoint, LoadResult, Scenario } from './scenario.ts';
import { readSections, type Sections } from './sections.ts';
import { kindAssumed, runSettingsOf, settleRun } from './settle-run.ts';
import type { Fields } from './shape.ts';
import { besideScenario } from './shipped-data.ts';
import { type Assignment, openSource, ownProtocolNames, parseOverride, type Source } from './source.ts';
import { Strains } from './strains.ts';

export interface LoadOptions {
  /** `path=value`, as given to `--set`. */
  readonly overrides?: readonly string[];
  /** How files are read: UTF-8 text, or a thrown Error. */
  readonly readText?: (path: string) => string;
}

type OwnProtocols = ReadonlyMap<string, OwnProtocol | null>;

/**
 * The scenario in a file, or all that is wrong with it. Never throws for what a file can contain. Protocols of the user's own are
 * imported, which runs their code.
 */
export async function openScenario(file: string, options: LoadOptions = {}): Promise<LoadResult> {
  const opened = openFile(file, options);
  if ('problems' in opened) return failed(opened.problems);
  const own = new Map<string, OwnProtocol | null>();
  for (const { name, path } of ownProtocolNames(opened.source)) {
    if (own.has(name)) continue;
    try {
      own.set(name, await importProtocol(besideScenario(name, file)));
    } catch (thrown) {
      own.set(name, null);
      opened.source.flag(path, `${name} ${(thrown as Error).message}`);
    }
  }
  return readOpened(opened, own);
}

/** The same at once, for scenarios that name no protocol of the user's own: to import one takes a promise, and is a problem here. */
export function loadScenario(file: string, options: LoadOptions = {}): LoadResult {
  const opened = openFile(file, options);
  if ('problems' in opened) return failed(opened.problems);
  const own = new Map<string, OwnProtocol | null>();
  for (const { name, path } of ownProtocolNames(opened.source)) {
    own.set(name, null);
    opened.source.flag(path, `${name} must be imported first, expected this scenario to be read by openScenario`);
  }
  return readOpened(opened, own);
}

interface Opened {
  readonly file: string;
  readonly text: string;
  readonly assignments: readonly Assignment[];
  readonly source: Source;
  readonly data: DataFiles;
}

function openFile(file: string, options: LoadOptions): Opened | { readonly problems: readonly Problem[] } {
  const data = openDataFiles(options.readText ?? readTextFile);
  let text: string;
  try {
    text = (options.readText ?? readTextFile)(file);
  } catch (error) {
    return { problems: [fileProblem(file, `${reasonOf(error)}, expected a scenario file`)] };
  }
  const overrides = (options.overrides ?? []).map((override) => ({ override, assignment: parseOverride(override) }));
  const malformed = overrides.filter(({ assignment }) => assignment === null);
  if (malformed.length > 0)
    return {
      problems: malformed.map(({ override }) => ({
        ...fileProblem(`--set ${override}`, 'has no value, expected path=value'),
        place: `--set ${override}`,
      })),
    };
  const assignments = overrides.map(({ assignment }) => assignment as Assignment);

  const source = openSource(file, text, assignments);
  return source.readable ? { file, text, assignments, source, data } : { problems: source.problems };
}

function readOpened(opened: Opened, own: OwnProtocols): LoadResult {
  const { file, source, data } = opened;
  const shape = fileShapeWith(new Map([...own].map(([name, protocol]) => [name, protocol?.definition ?? null])));
  const read = readSections(source, shape.fields);
  const sections = read.run === undefined ? read : { ...read, run: settleRun(read.run, source) };
  const assumptions = new Set<string>();
  checkDrills(sections, source);
  const made = makePoints({ ...opened, sections, assumptions, own, fields: shape.fields });
  const space = buildSpace(sections, made.points[0]?.setup ?? null, {
    file,
    source,
    data,
    own,
    assume: (sentence) => assumptions.add(sentence),
    strain() {},
  });
  const problems = sortProblems([...source.problems, ...made.problems]);
  if (problems.some((problem) => problem.severity === 'error')) return failed(problems);

  // Without errors every section was read, and every point was built.
  const whole = sections as ScenarioFile;
  const { name, question, seed } = whole;
  const run = runSettingsOf(whole.run);
  const ownFiles = [...own].flatMap(([path, protocol]) =>
    protocol === null ? [] : [{ file: path, name: protocol.definition.name, sha256: protocol.sha256 }],
  );
  const hashes = new Map([...data.hashes(), ...ownFiles.map((one) => [one.file, one.sha256] as const)]);
  const scenario: Scenario = {
    file,
    name,
    question,
    seed,
    run,
    points: made.points,
    objective: objectivesOf(whole.objective),
    prices: whole.prices,
    drills: whole.drills,
    space,
    warnings: problems,
    assumptions: [...assumptions, ...kindAssumed(run)],
    ownProtocols: ownFiles,
    resolved: resolvedText(whole, made.points, hashes, shape, (protocol) => protocolName(protocol, own)),
  };
  return { ok: true, scenario: deepFreeze(scenario) };
}

interface Making extends Opened {
  readonly sections: Sections;
  readonly assumptions: Set<string>;
  readonly own: OwnProtocols;
  readonly fields: Fields;
}

/** Every contender at every combination of levels. Each combination is read anew from the text, with its levels put in. */
function makePoints(making: Making): { points: readonly DesignPoint[]; problems: readonly Problem[] } {
  const { file, text, assignments, source, sections, data, assumptions, own, fields } = making;
  const points: DesignPoint[] = [];
  const problems: Problem[] = [];
  const strains = new Strains();
  const count = contendersOf(sections, source, own);
  const varied = factorsOf(sections, source);
  for (let index = 0; index < count; index++) {
    const compared = (sections.compare ?? null) !== null;
    for (const combination of combinationsOf(varied, compared ? index : null, source)) {
      const { assignments: levels, factors, suffix } = combination;
      const plain = levels.length === 0;
      const from = plain ? source : openSource(file, text, [...assignments, ...levels]);
      const read = plain ? sections : readSections(from, fields);
      const contender = contenderAt(read, index, own);
      const context = {
        file,
        source: from,
        data,
        own,
        assume: (sentence: string) => assumptions.add(sentence),
        strain: strains.add,
      };
      const built = buildPoint(contender, read, context);
      if (built !== null) {
        const { setup, definition, tolerated } = built;
        const label = `${contender.label}${suffix}`;
        points.push({
          label,
          protocol: definition.name,
          trust: definition.trust,
          trustNote: definition.trustNote,
          faultsTolerated: tolerated,
          factors,
          setup: { ...setup, label },
        });
      }
      if (!plain) problems.push(...from.problems);
    }
  }
  strains.flag(source);
  return { points, problems };
}

/**
 * How many contenders there are; flags where `protocol` and `compare` are both there or both absent, and labels used twice. One
 * stands in where none was read, so that the rest of the file is judged all the same.
 */
function contendersOf(sections: Sections, source: Source, own: OwnProtocols): number {
  const { protocol, compare } = sections;
  if (protocol !== undefined && compare !== undefined && (protocol === null) === (compare === null))
    source.flag(
      protocol === null ? [] : ['protocol'],
      `the scenario has ${protocol === null ? 'neither protocol nor compare' : 'both protocol and compare'}, expected exactly one of them`,
    );
  const labels = (compare ?? []).map((entry) => (entry === null ? null : labelOf(entry, own)));
  labels.forEach((label, i) => {
    if (label !== null && labels.indexOf(label) !== i)
      source.flag(
        ['compare', String(i), 'label'],
        `'${label}' is the label of compare.${labels.indexOf(label)} already, expected a label of its own`,
      );
  });
  return compare?.length ?? 1;
}

/** What a contender is called; null where that is not known. */
function labelOf(entry: Known<CompareValue>, own: OwnProtocols): string | null {
  const { label, protocol } = knownOf(entry);
  if (label !== null) return label ?? null;
  return protocol === undefined ? null : protocolName(protocol, own);
}

/** The contender in this reading of the file, without a protocol where none is known. */
function contenderAt(sections: Sections, index: number, own: OwnProtocols): Contender {
  const { nodes, protocol = null, compare } = sections;
  if (compare === null || compare === undefined) {
    const path = ['protocol', ...(protocol === null ? [] : [knownOf(protocol).name ?? ''])];
    const label = protocol === null ? '' : protocolName(protocol, own);
    return { label, protocol, path, nodes, nodesPath: ['nodes'] };
  }
  const entry = compare[index] ?? null;
  const path = ['compare', String(index)];
  if (entry === null) return { label: '', protocol: null, path, nodes, nodesPath: ['nodes'] };
  const known = knownOf(entry);
  const ofItsOwn = known.nodes !== null;
  return {
    label: labelOf(entry, own) ?? '',
    protocol: known.protocol ?? null,
    path,
    nodes: ofItsOwn ? known.nodes : nodes,
    nodesPath: ofItsOwn ? [...path, 'nodes'] : ['nodes'],
  };
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
