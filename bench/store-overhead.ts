// What keeping a run costs beside making it: time to write and to read, bytes with and without gzip, for shipped scenarios.
// `npm run bench:store` prints the table of docs/scale.md.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { toExactJson } from '../src/results/exact-json.ts';
import { encodeRun } from '../src/results/run-file.ts';
import { runIdentity } from '../src/results/run-identity.ts';
import { openRunStore, runPath } from '../src/results/run-store.ts';
import { loadScenario } from '../src/scenario/load.ts';
import { runSpecFor } from '../src/scenario/run-spec-for.ts';
import { simulate } from '../src/simulation/simulate.ts';

const scenarios = ['quickstart', 'payments-hub', 'belt-and-road'];
/** Each step is repeated and the median taken. */
const repetitions = 15;
/** Levels of gzip that are compared. */
const levels = [1, 6, 9];

function medianMs(work: () => void): number {
  const times = Array.from({ length: repetitions }, () => {
    const began = performance.now();
    work();
    return performance.now() - began;
  }).sort((a, b) => a - b);
  return times[Math.floor(repetitions / 2)] as number;
}

const folder = mkdtempSync(join(tmpdir(), 'quorumlab-bench-store-'));
const rows: Record<string, string | number>[] = [];
try {
  for (const name of scenarios) {
    const read = loadScenario(`scenarios/${name}.yaml`);
    if (!read.ok) throw new Error(`scenarios/${name}.yaml cannot be read`);
    const spec = runSpecFor(read.scenario, 0, 0, { quick: false });
    const began = performance.now();
    const result = simulate(spec);
    const tookMs = performance.now() - began;
    const store = openRunStore(folder);
    const identity = runIdentity(spec);
    const text = gunzipSync(encodeRun(identity, 'bench', spec, result));
    const write = medianMs(() => store.keep(identity, spec, result));
    const bytes = statSync(runPath(folder, identity)).size;
    rows.push({
      run: `${name}: ${spec.label}`,
      'computing it (ms)': tookMs.toFixed(0),
      'identity (ms)': medianMs(() => runIdentity(spec)).toFixed(2),
      'specification (kB)': (toExactJson(spec).length / 1000).toFixed(1),
      'keeping it (ms)': write.toFixed(2),
      'finding it (ms)': medianMs(() => store.find(identity)).toFixed(2),
      'file (kB)': (bytes / 1000).toFixed(1),
      'not zipped (kB)': (text.length / 1000).toFixed(1),
      ...Object.fromEntries(
        levels.flatMap((level) => [
          [`gzip ${level} (ms)`, medianMs(() => gzipSync(text, { level })).toFixed(2)],
          [`gzip ${level} (kB)`, (gzipSync(text, { level }).length / 1000).toFixed(1)],
        ]),
      ),
    });
  }
  for (const row of rows) {
    console.log(`\n${row.run}`);
    for (const [what, value] of Object.entries(row).slice(1)) console.log(`  ${what.padEnd(22)} ${value}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
