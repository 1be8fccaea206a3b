/**
 * `npm run bench [-- --json FILE] [--only NAME]… [--quick]`: speed and memory, as tables and JSON. Each measurement has a process
 * of its own, so that none inherits what the compiler learnt from another. A target missed is said, not an error;
 * a measurement that fails (a law broken, kernels that disagree) is.
 */
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { tuneEngine } from '../src/executor/engine.ts';
import type { AloneResult, BenchFailure, BenchReport, BenchResult } from './bench-report.ts';
import { commit, load, machine } from './environment.ts';
import { measurements } from './plan.ts';
import { NOISY_SPREAD } from './sample.ts';
import { tables } from './tables.ts';
import { ofTwoVisits } from './visits.ts';

const METHOD =
  'Each row in its own process, single thread, after a first run and up to eight more (one with --quick) until they get no faster; wall time of the fastest repetition. ' +
  'First: of the first run of the process, cold. ' +
  'Whole runs are visited twice, minutes apart (not with --quick), since the host may be slow for minutes: the faster visit counts, the other stands beside. ' +
  `Spread: median over fastest − 1; above ${NOISY_SPREAD * 100} % the figure is marked noisy, as where the visits lie so far apart. ` +
  'Per cpu s: by processor time of all threads of the process. Ratio: messages per second of the fast kernel over the reference kernel ' +
  'on the same specification with a smaller stopAfter, repetitions in turns, digests equal; same run: time ratio on that shorter run.';

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    only: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
    measure: { type: 'string' },
    again: { type: 'boolean', default: false },
  },
});

if (values.measure !== undefined) await measureHere(values.measure);
else await main();

/** In a process of its own: one measurement, or a second visit to it, sent to the parent. */
async function measureHere(name: string): Promise<void> {
  const measurement = measurements.find((known) => known.name === name);
  if (measurement === undefined || process.send === undefined)
    throw new Error(`--measure ${name} is how this program calls itself; use --only`);
  tuneEngine(); // as the executors do
  const visit = values.again ? measurement.again : measurement.measure;
  if (visit === undefined) throw new Error(`${name} has no second visit`);
  const answer: Answer<Visited> = await Promise.resolve(values.quick)
    .then<Visited>(visit)
    .then((result) => ({ result }))
    .catch((thrown: unknown) => ({ reason: thrown instanceof Error ? thrown.message : String(thrown) }));
  process.send(answer);
  process.disconnect();
}

async function main(): Promise<void> {
  const known = measurements.map(({ name }) => name);
  const names = values.only ?? known;
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`bench: --only ${unknown.join(', ')} is unknown; known are ${known.join(', ')}\n`);
    process.exitCode = 1;
    return;
  }
  const date = new Date().toISOString();
  const loadBefore = load();
  const { cpu, cores } = machine(loadBefore);
  const head = commit();
  process.stdout.write(
    `${cpu}, ${cores} cores, load ${loadBefore}; Node ${process.version}; commit ${head ?? 'unknown'}\n`,
  );
  process.stdout.write(`${METHOD}\n\n`);
  const results: BenchResult[] = [];
  const failures: BenchFailure[] = [];
  const visits = values.quick ? [] : names.filter((name) => measurements.some((one) => one.name === name && one.again));
  const total = names.length + visits.length;
  let done = 0;
  const visit = async (name: string, measure: () => Promise<void>): Promise<void> => {
    const before = performance.now();
    try {
      await measure();
    } catch (thrown) {
      failures.push({ name, reason: (thrown as Error).message });
      process.exitCode = 1;
    }
    const seconds = ((performance.now() - before) / 1000).toFixed(1);
    process.stderr.write(`${++done}/${total} ${name} ${seconds} s\n`);
  };
  for (const name of names)
    await visit(name, async () => {
      results.push(await measureApart<BenchResult>(name, values.quick ? ['--quick'] : []));
    });
  for (const name of visits)
    await visit(`${name}, again`, async () => {
      const again = await measureApart<AloneResult>(name, ['--again']);
      const place = results.findIndex((result) => result.name === name);
      const first = results[place];
      if (first?.kind === 'whole-run') results[place] = ofTwoVisits(first, again);
    });
  const report: BenchReport = {
    machine: machine(loadBefore),
    node: process.version,
    commit: head,
    date,
    quick: values.quick,
    method: METHOD,
    results,
    failures,
  };
  process.stdout.write(`\n${tables(results)}\n\nload ${loadBefore} before, ${report.machine.load_after} after\n`);
  for (const { name, reason } of failures) process.stderr.write(`bench: ${name} was not measured: ${reason}\n`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
}

type Visited = BenchResult | AloneResult;
type Answer<Result> = { readonly result: Result } | { readonly reason: string };

/** @param how what the process is told beside the name */
function measureApart<Result extends Visited>(name: string, how: readonly string[]): Promise<Result> {
  return new Promise((resolve, reject) => {
    let answered = false;
    const child = fork(fileURLToPath(import.meta.url), ['--measure', name, ...how]);
    child.once('message', (message) => {
      answered = true;
      const answer = message as Answer<Result>;
      if ('result' in answer) resolve(answer.result);
      else reject(new Error(answer.reason));
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (!answered) reject(new Error(`bench: measuring ${name} ended with ${signal ?? `code ${code}`} and no result`));
    });
  });
}
