// What keeping a run costs beside making it, for shipped scenarios: processor time to know, write and read it, bytes with and without
// gzip. `npm run bench:store` prints the table of docs/scale.md. Processor time, since a busy machine would charge us for others.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { fingerprintOf } from '../src/results/build-fingerprint.ts';
import { toExactJson } from '../src/results/exact-json.ts';
import { encodeRun } from '../src/results/run-file.ts';
import { runIdentity } from '../src/results/run-identity.ts';
import { openRunStore, runPath } from '../src/results/run-store.ts';
import { loadScenario } from '../src/scenario/load.ts';
import { runSpecFor } from '../src/scenario/run-spec-for.ts';
import { simulate } from '../src/simulation/simulate.ts';

const scenarios = ['quickstart', 'payments-hub', 'belt-and-road'];
/** Each step is done so often, a third of it beforehand so that the engine has compiled it. */
const repetitions = 60;
const levels = [1, 6, 9];

/** Mean processor time of this process, ms. */
function processorMs(work: () => void): number {
  for (let i = 0; i < repetitions / 3; i++) work();
  const began = process.cpuUsage();
  for (let i = 0; i < repetitions; i++) work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000 / repetitions;
}

const kB = (bytes: number): string => (bytes / 1000).toFixed(1);
const folder = mkdtempSync(join(tmpdir(), 'quorumlab-bench-store-'));
try {
  for (const name of scenarios) {
    const read = loadScenario(`scenarios/${name}.yaml`);
    if (!read.ok) throw new Error(`scenarios/${name}.yaml cannot be read`);
    const spec = runSpecFor(read.scenario, 0, 0, { quick: false });
    const began = process.cpuUsage();
    const result = simulate(spec);
    const computing = process.cpuUsage(began).user / 1000;
    const store = openRunStore(folder);
    const identity = runIdentity(spec);
    const text = gunzipSync(encodeRun(identity, 'bench', spec, result));
    store.keep(identity, spec, result);
    const rows: readonly (readonly [string, string])[] = [
      ['computing it (ms)', computing.toFixed(0)],
      ['its identity (ms)', processorMs(() => runIdentity(spec)).toFixed(2)],
      ['keeping it (ms)', processorMs(() => store.keep(identity, spec, result)).toFixed(2)],
      ['finding it (ms)', processorMs(() => store.find(identity)).toFixed(2)],
      ['file (kB)', kB(statSync(runPath(folder, identity)).size)],
      ['not zipped (kB)', kB(text.length)],
      ['specification, not kept (kB)', kB(toExactJson(spec).length)],
      ...levels.map((level): [string, string] => [
        `gzip ${level} (ms, kB)`,
        `${processorMs(() => gzipSync(text, { level })).toFixed(2)}, ${kB(gzipSync(text, { level }).length)}`,
      ]),
    ];
    console.log(`${name}: ${spec.label}`);
    for (const [what, value] of rows) console.log(`  ${what.padEnd(30)} ${value}`);
  }
  const root = fileURLToPath(new URL('../src', import.meta.url));
  console.log(
    `fingerprint of the code (ms), once a process: ${processorMs(() => fingerprintOf(root, true)).toFixed(1)}`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
