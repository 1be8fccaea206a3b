/**
 * The objective as people type it: `throughput >= 1500/s, finality_p99 <= 2s, survive: 1 site, byzantine: 1`. Every problem is told in
 * one sentence with the column where it stands; nothing is guessed.
 */

import { Scalar } from 'yaml';
import type { Objective } from '../experiment/objective.ts';
import type { Demand } from '../experiment/size/demand.ts';
import type { ByzantineDemand, Survival } from '../experiment/size/space.ts';
import { MEASURES, type Measure, measureObjective } from './objectives.ts';
import { nearest } from './problem.ts';
import { readLeaf } from './read-leaf.ts';
import { snakeCase } from './shape.ts';

export type ObjectiveRead =
  | { readonly ok: true; readonly demand: Demand }
  | { readonly ok: false; readonly problems: readonly string[] };

interface Term {
  readonly text: string;
  /** From 1. */
  readonly column: number;
}

const SIGNS = { 'at-least': '>=', 'at-most': '<=' } as const;
const EXAMPLE = "'throughput >= 1500/s, finality_p99 <= 2s, survive: 1 site, byzantine: 1'";

export function readObjective(text: string): ObjectiveRead {
  const problems: string[] = [];
  const say = ({ column, text: term }: Term, message: string): null => {
    problems.push(`--objective, column ${column}: '${term}' ${message}`);
    return null;
  };
  const objectives: Objective[] = [];
  let survive: Survival | null = null;
  let byzantine: ByzantineDemand | null = null;
  const seen = new Map<string, Term>();
  for (const term of termsOf(text)) {
    const read = readTerm(term, say);
    if (read === null) continue;
    const before = seen.get(read.name);
    if (before !== undefined) {
      say(
        term,
        `asks for ${read.name} a second time, after '${before.text}' in column ${before.column}, expected it once`,
      );
      continue;
    }
    seen.set(read.name, term);
    if (read.kind === 'objective') objectives.push(read.objective);
    else if (read.kind === 'survive') survive = read.survive;
    else byzantine = read.byzantine;
  }
  if (problems.length === 0 && seen.size === 0)
    problems.push(`--objective: is empty, expected terms such as ${EXAMPLE}`);
  const meanwhile = (byzantine as ByzantineDemand | null)?.meanwhile === true;
  if (problems.length === 0 && meanwhile && survive === null)
    say(seen.get('byzantine') as Term, "says 'meanwhile', but nothing is lost meanwhile: expected survive beside it");
  return problems.length > 0 ? { ok: false, problems } : { ok: true, demand: { objectives, survive, byzantine } };
}

function termsOf(text: string): readonly Term[] {
  let at = 0;
  return text.split(',').flatMap((part) => {
    const column = at + (part.length - part.trimStart().length) + 1;
    at += part.length + 1;
    return text.trim() === '' ? [] : [{ text: part.trim(), column }];
  });
}

type Read =
  | { readonly name: string; readonly kind: 'objective'; readonly objective: Objective }
  | { readonly name: 'survive'; readonly kind: 'survive'; readonly survive: Survival }
  | { readonly name: 'byzantine'; readonly kind: 'byzantine'; readonly byzantine: ByzantineDemand };

type Say = (term: Term, message: string) => null;

function readTerm(term: Term, say: Say): Read | null {
  if (term.text === '') return say(term, `is no term, expected one between two commas, such as finality_p99 <= 2s`);
  const [, name, sign, value] = /^([A-Za-z_][\w.]*)\s*([<>]=?|==?|≤|≥|:)\s*(.*)$/.exec(term.text) ?? [];
  if (name === undefined || sign === undefined || value === undefined)
    return say(term, `cannot be read, expected a term such as one of ${EXAMPLE}`);
  if (name === 'survive') return readSurvive(term, sign, value, say);
  if (name === 'byzantine') return readByzantine(term, sign, value, say);
  const key = Object.keys(MEASURES).find((known) => snakeCase(known) === name);
  const names = [...Object.keys(MEASURES).map(snakeCase), 'survive', 'byzantine'];
  if (key === undefined)
    return say(term, `names no measure that there is${nearest(name, names)}, expected one of: ${names.join(', ')}`);
  return readMeasure(term, key, sign, value, say);
}

function readMeasure(term: Term, key: string, sign: string, text: string, say: Say): Read | null {
  const measure = MEASURES[key] as Measure;
  const name = snakeCase(key);
  const wanted = SIGNS[measure.direction];
  const plain = { '≤': '<=', '≥': '>=' }[sign] ?? sign;
  if (plain !== wanted) {
    const meaning = measure.direction === 'at-least' ? 'is bounded from below' : 'is bounded from above';
    return say(term, `has '${sign}', but ${name} ${meaning}, expected ${name} ${wanted} ${text || 'a value'}`);
  }
  // The file's own reader, so that a value means here what it means there.
  let refused: string | null = null;
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  const value = readLeaf(measure.shape as Parameters<typeof readLeaf>[0], new Scalar(number), (message) => {
    refused = message;
    return null;
  });
  if (refused !== null) return say(term, `has a value that ${refused}`);
  return { name, kind: 'objective', objective: measureObjective(key, value as number) };
}

function readSurvive(term: Term, sign: string, value: string, say: Say): Read | null {
  const [, count, of] = /^(\d+)\s+(sites?|nodes?)$/.exec(value) ?? [];
  if (sign !== ':' || count === undefined || of === undefined || Number(count) < 1 || Number(count) > 99)
    return say(term, "cannot be read, expected 'survive: 1 site', or so many sites or nodes");
  return {
    name: 'survive',
    kind: 'survive',
    survive: { count: Number(count), of: of.startsWith('site') ? 'site' : 'node' },
  };
}

function readByzantine(term: Term, sign: string, value: string, say: Say): Read | null {
  const [, count, meanwhile] = /^(\d+)(\s+meanwhile)?$/.exec(value) ?? [];
  if (sign !== ':' || count === undefined || Number(count) < 1 || Number(count) > 99)
    return say(
      term,
      "cannot be read, expected 'byzantine: 1', or 'byzantine: 1 meanwhile' for one that lies while a site is lost",
    );
  return {
    name: 'byzantine',
    kind: 'byzantine',
    byzantine: { faults: Number(count), meanwhile: meanwhile !== undefined },
  };
}
