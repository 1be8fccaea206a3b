// Whatever quantity stands in a scenario, it is either refused at its place, or gives a run that goes on to its end: no value
// that is zero, tiny or huge crashes a run, and none makes reading the file slow.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { expectedRequests } from '../../src/scenario/expected-load.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { formatProblem } from '../../src/scenario/problem.ts';
import { runSpecFor } from '../../src/scenario/run-spec-for.ts';
import { simulate } from '../../src/simulation/simulate.ts';

const shipped = new URL('../../scenarios/', import.meta.url).pathname;
/** No run may take longer (ms) than this to come back to where it can be stopped: what is slow can be planned and interrupted. */
const patienceMs = 20;
const slowLoadMs = 1500;

/** The shipped scenario with every default written out, cut down to a fraction of a second. */
function short(name: string): string {
  const file = `${shipped}${name}.yaml`;
  const loaded = loadScenario(file);
  if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join('\n'));
  const document = parseDocument(loaded.scenario.resolved);
  document.setIn(['run', 'duration'], '40ms');
  document.setIn(['run', 'warmup'], 'auto');
  document.setIn(['run', 'replications'], 1);
  document.deleteIn(['levels']);
  const faults = document.get('faults');
  if (isSeq(faults))
    faults.items.forEach((_, i) => {
      document.setIn(['faults', i, 'at'], '10ms');
      document.setIn(['faults', i, 'for'], '10ms');
    });
  return document.toString();
}

interface Leaf {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

function leavesOf(text: string): readonly Leaf[] {
  const leaves: Leaf[] = [];
  const walk = (node: unknown, path: readonly (string | number)[]): void => {
    if (isMap(node)) for (const { key, value } of node.items) walk(value, [...path, String(key)]);
    else if (isSeq(node)) for (const [i, item] of node.items.entries()) walk(item, [...path, i]);
    else if (isScalar(node)) leaves.push({ path, text: String(node.value) });
  };
  walk(parseDocument(text).contents, []);
  return leaves.filter(({ path }) => !['scenario', 'name', 'question', 'seed'].includes(String(path[0])));
}

const HUGE = '9007199254740991';
const EXTREMES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^(true|false)$/, ['true', 'false']],
  [/\.\./, ['0..0', '1ns..104d', '10us..10us', '104d..104d']],
  [/^[\d.]+(ns|us|ms|s|min|h|d)$/, ['0', '1ns', '104d', '-1s']],
  [/^([\d.]+[kMG]?bps|unlimited)$/, ['0bps', '1bps', `${HUGE}bps`, 'unlimited']],
  [/^[\d.]+\/[smhd]/, ['0/s', '1/d', '900000000/s', '99999999999999999999/s']],
  [/^[\d.]+%$/, ['0%', '0.0000001%', '50%', '100%']],
  [/^[\d.]+[kMG]?i?B$/, ['0', '1B', `${HUGE}B`]],
  [/^[\d.]+$/, ['0', '1', '2147483647', HUGE, '-1', '1.5']],
  [/^null$/, ['0', '1', '1ns', '104d', HUGE, '1/s']],
];

/** Thrown out of a run that could go on. */
class GoesOn extends Error {}

/** Why this text is neither refused at a place nor runs; null: it is, or it does. */
function trouble(name: string, text: string): string | null {
  const file = `${shipped}${name}.yaml`;
  const load = () => {
    const began = performance.now();
    const result = loadScenario(file, { readText: (path) => (path === file ? text : readFileSync(path, 'utf8')) });
    return { result, tookMs: performance.now() - began };
  };
  const { result: loaded, tookMs } = load();
  // The machine may have stood still for a moment: slow is what is slow twice.
  if (tookMs > slowLoadMs && load().tookMs > slowLoadMs) return `takes ${Math.round(tookMs)} ms to read`;
  if (!loaded.ok) {
    const lost = loaded.problems.find(({ place }) => !/:\d+:\d+$/.test(place));
    return lost === undefined ? null : `has a problem without a place: ${formatProblem(lost)}`;
  }
  // What a run refuses beforehand, or takes longer than anyone waits, is told by --plan (test/cli).
  for (const [point] of loaded.scenario.points.entries()) {
    const started = performance.now();
    const onProgress = (): void => {
      if (performance.now() - started > patienceMs) throw new GoesOn();
    };
    const spec = runSpecFor(loaded.scenario, point, 0, { quick: false });
    const requests = expectedRequests(spec.clients, spec.horizon as number);
    const horizon = Math.ceil(Math.min(spec.horizon, 40e6, (2000 / Math.max(1, requests)) * spec.horizon));
    try {
      simulate({ ...spec, horizon, boundaries: spec.boundaries.filter((at) => at < horizon) }, { onProgress });
    } catch (thrown) {
      if (!(thrown instanceof GoesOn)) return `[${spec.label}] ${String(thrown)}`;
    }
  }
  return null;
}

const seen = new Set<string>();
describe.each(['payments-hub', 'belt-and-road', 'quickstart'])('in %s', (name) => {
  test('every extreme of every value is refused at its place or runs', () => {
    const text = short(name);
    expect(trouble(name, text)).toBeNull();
    const found: string[] = [];
    let tried = 0;
    for (const { path, text: given } of leavesOf(text)) {
      // Lists of alike things are tried once, and what another scenario has shown is not tried again.
      const place = path.map((step) => (typeof step === 'number' && path[0] !== 'compare' ? '*' : step)).join('.');
      if (seen.has(place)) continue;
      seen.add(place);
      const extremes = EXTREMES.find(([form]) => form.test(given))?.[1] ?? [];
      for (const extreme of extremes) {
        const document = parseDocument(text);
        document.setIn(path, parseDocument(extreme).toJS());
        tried++;
        const what = trouble(name, document.toString());
        if (what !== null) found.push(`${path.join('.')}: ${extreme}: ${what}`);
      }
    }
    expect(found).toEqual([]);
    expect(tried).toBeGreaterThan(20);
  });
});
