// A protocol of the user's own, named by its path: it runs wherever the others do, its file is part of the result's identity,
// and whatever is wrong with it is told at the place in the scenario that names it.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { poolExecutor } from '../../src/executor/pool.ts';
import { sha256 } from '../../src/results/result-id.ts';
import { loadScenario, openScenario } from '../../src/scenario/load.ts';
import { hintOf } from '../../src/scenario/own-protocol.ts';
import { formatProblem } from '../../src/scenario/problem.ts';
import { runSpecFor } from '../../src/scenario/run-spec-for.ts';
import { troubleInLoading } from '../../src/scenario/try-loading.ts';
import { quorumlab } from '../support/command.ts';

const shipped = new URL('../../scenarios/', import.meta.url).pathname;
const chain = readFileSync(join(shipped, 'own/chain.js'), 'utf8');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorumlab-own-'));
  mkdirSync(join(folder, 'own'));
  copyFileSync(join(shipped, 'own-protocol.yaml'), join(folder, 's.yaml'));
  writeFileSync(join(folder, 'own/chain.js'), chain);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const scenario = (): string => join(folder, 's.yaml');
const short = ['--set', 'run={ duration: 300ms, replications: 2 }'];

async function run(out: string, ...more: readonly string[]): Promise<string> {
  const ended = await quorumlab('run', scenario(), '--no-report', '--out', join(folder, out), ...short, ...more);
  expect(ended).toMatchObject({ code: 0 });
  const [id] = readdirSync(join(folder, out, 'own-protocol'));
  return join(folder, out, 'own-protocol', id as string);
}

/** What lint says of the scenario with this file as its protocol, without the scenario's own path. */
async function lintWith(file: string, ...more: readonly string[]): Promise<readonly string[]> {
  writeFileSync(join(folder, 'own/chain.js'), file);
  const { code, err } = await quorumlab('lint', scenario(), ...more);
  expect(code).toBe(1);
  return err
    .split('\n')
    .filter((line) => line.includes(':'))
    .map((line) => line.replace(`${folder}/`, ''));
}

describe('a protocol of the user’s own', () => {
  test('gives the same result inline and on worker threads, and repeats on the reference kernel', async () => {
    const [inline, threads] = [await run('inline', '--inline'), await run('threads', '--threads', '2')];
    for (const name of ['result.json', 'runs.csv', 'scenario.resolved.yaml'])
      expect(readFileSync(join(threads, name), 'utf8'), name).toBe(readFileSync(join(inline, name), 'utf8'));
    const again = await quorumlab('rerun', scenario(), '--point', 'Chain', '--replication', '1', '--check', ...short);
    expect(again.out).toContain('deterministic: the runs are identical');
  });

  test('is told by path and SHA-256 in the resolved scenario and the manifest, and changes the id when it changes', async () => {
    const first = await run('first', '--inline');
    const hash = sha256(chain);
    expect(readFileSync(join(first, 'scenario.resolved.yaml'), 'utf8')).toContain(
      `# data ./own/chain.js sha256 ${hash}\n`,
    );
    const manifest = JSON.parse(readFileSync(join(first, 'manifest.json'), 'utf8'));
    expect(manifest.own_protocols).toEqual([{ file: './own/chain.js', name: 'chain', sha256: hash }]);
    const result = JSON.parse(readFileSync(join(first, 'result.json'), 'utf8'));
    expect(result.points[0]).toMatchObject({ label: 'Chain', protocol: 'chain', faults_tolerated: 0 });
    expect(result.points[0].trust_note).toContain('repairs no chain');
    expect(result.assumptions.join('\n')).toContain("Protocol chain is the user's own, from ./own/chain.js");
    // Changed in a comment only, and read again in the same process.
    writeFileSync(join(folder, 'own/chain.js'), `${chain}// second version\n`);
    const second = await run('second', '--inline');
    expect(JSON.parse(readFileSync(join(second, 'manifest.json'), 'utf8')).id).not.toBe(manifest.id);
  });

  test('has its options read by its own schema, also from --set and levels', async () => {
    const problems = await lintWith(chain, '--set', 'compare.Chain.max_transactions=0');
    expect(problems).toEqual([expect.stringContaining("compare.0.max_transactions: is '0', expected at least 1")]);
    const unknown = await lintWith(chain, '--set', 'compare.Chain.max_transaction=5');
    expect(unknown).toEqual([expect.stringContaining("unknown key (did you mean 'max_transactions'?)")]);
    const levels = await openScenario(scenario(), { overrides: ['levels={ compare.0.max_transactions: [1, 10] }'] });
    if (!levels.ok) throw new Error(levels.problems.map(formatProblem).join('\n'));
    expect(levels.scenario.points.map(({ label }) => label)).toEqual([
      'Chain max_transactions=1',
      'Chain max_transactions=10',
      'Raft',
    ]);
  });

  test('may stand alone, with options or without, and is labelled by its name', async () => {
    for (const protocol of ['./own/chain.js', '{ ./own/chain.js: { max_transactions: 7 } }']) {
      const text = readFileSync(join(shipped, 'own-protocol.yaml'), 'utf8').replace(
        /compare:[\s\S]*/,
        `protocol: ${protocol}\n`,
      );
      writeFileSync(scenario(), text);
      const read = await openScenario(scenario());
      if (!read.ok) throw new Error(read.problems.map(formatProblem).join('\n'));
      expect(read.scenario.points.map(({ label }) => label)).toEqual(['chain']);
      expect(read.scenario.warnings).toEqual([]);
    }
  });

  test('is explained by its path', async () => {
    const { code, out } = await quorumlab('explain', join(folder, 'own/chain.js'));
    expect(code).toBe(0);
    expect(out).toContain('Chain replication: batches pass from node to node');
    expect(out).toMatch(/max_transactions │ 400/);
    expect((await quorumlab('explain', join(folder, 'none.js'))).code).toBe(1);
  });
});

describe('what is wrong with it', () => {
  const at = 's.yaml:17:31: compare.0.protocol: ./own/chain.js';

  test.each([
    [
      'a throw while it is loaded',
      'const a = 1;\nthrow new Error("not today");',
      "can't be loaded: Error: not today (chain.js:2:7)",
    ],
    [
      'no default export',
      'export const protocol = {};',
      'has no ProtocolDefinition as its default export: it is missing',
    ],
    [
      'parts that are missing, all of them',
      chain.replace('  timers: [],\n', '').replace('  leaderOf: () => 0,\n', ''),
      'has no ProtocolDefinition as its default export: timers is no list of names; leaderOf is no function',
    ],
    [
      'options that are no schema',
      chain.replace("kind: 'count'", "kind: 'number'"),
      'options.maxTransactions.kind is none of duration',
    ],
    [
      'a name that is taken',
      chain.replace("name: 'chain'", "name: 'raft'"),
      "name 'raft' is the name of a protocol that comes",
    ],
  ])('%s is told at the place that names it', async (_what, file, message) => {
    const problems = await lintWith(file);
    expect(problems).toEqual([expect.stringContaining(message)]);
    expect(problems[0]?.startsWith(at)).toBe(true);
  });

  test.each([
    ['process.exit(0);', 'ends the process while it is loaded (exit 0)'],
    ['await new Promise(() => {});', 'waits for ever while it is loaded'],
  ])('a file that does not come to the end of its loading is told: %s', async (line, message) => {
    expect(await lintWith(`${line}\n${chain}`)).toEqual([expect.stringContaining(`${at} ${message}`)]);
  });

  test('a file that loops for ever while it is loaded is given up', async () => {
    writeFileSync(join(folder, 'loop.js'), 'for (;;);');
    const trouble = await troubleInLoading(pathToFileURL(join(folder, 'loop.js')).href, 200);
    expect(trouble).toContain('takes more than 0.2 s to load');
  });

  test.each([
    [
      'throws',
      'faults: () => { throw new Error("no idea") }',
      'compare.0: ./own/chain.js throws: Error: no idea (chain.js:',
    ],
    ['gives no number', "faults: () => 'one'", 'faults(options, 4) gives one, expected a whole number'],
    ['needs more nodes than there are', 'faults: () => 1, quorum: () => 5', 'quorum(options, 4) gives 5, expected'],
  ])('a function that %s is told as well', async (_what, faults, message) => {
    expect(await lintWith(chain.replace('faults: () => 0', faults))).toEqual([expect.stringContaining(message)]);
  });

  test('a client rule that no run can use is told', async () => {
    expect(await lintWith(chain.replace("submit: 'primary'", "submit: 'head'"))).toEqual([
      expect.stringContaining('client(options, 4).submit is head, expected one of primary, nearest, all'),
    ]);
    expect(await lintWith(chain.replace('replyQuorum: 1', 'replyQuorum: 9'))).toEqual([
      expect.stringContaining('client(options, 4).replyQuorum is 9, expected 1 to 4'),
    ]);
  });

  test('a syntax error is told with its line by the real command', () => {
    writeFileSync(join(folder, 'own/chain.js'), `${chain}\nexport const = 1;\n`);
    const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', main, 'lint', scenario()], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    const line = chain.split('\n').length + 1;
    expect(stderr).toMatch(
      new RegExp(`compare\\.0\\.protocol: \\./own/chain\\.js can't be loaded: .*\\(chain\\.js:${line}`),
    );
  });

  test('a file that Node takes for CommonJS, as npm init would have it, is told what to call it', () => {
    let thrown: unknown;
    try {
      new Script(chain);
    } catch (error) {
      thrown = error;
    }
    const hint = '; name it .mjs, or set "type": "module" in its package.json';
    expect(hintOf('/home/me/my-protocol.js', thrown)).toBe(hint);
    expect(hintOf('/home/me/my-protocol.mjs', thrown)).toBe('');
    expect(hintOf('/home/me/my-protocol.js', new SyntaxError("Unexpected token '='"))).toBe('');
  });

  test('a file that is not there is told, together with everything else that is wrong', async () => {
    const problems = await lintWith(chain, '--set', 'compare.0.protocol=./none.js', '--set', 'clients.0.site=zone-x');
    expect(problems).toEqual([
      expect.stringMatching(/^--set compare\.0\.protocol: \.\/none\.js does not exist \(/),
      expect.stringContaining("clients.0.site: there is no site 'zone-x'"),
    ]);
  });

  test('read without a promise it is a problem that names what to call', () => {
    const read = loadScenario(scenario());
    expect(read.ok ? [] : read.problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('must be imported first, expected this scenario to be read by openScenario'),
    ]);
  });

  test('a throw in a run is told with its line, inline and from a thread, and the other protocols finish', async () => {
    const file = chain.replace(
      'settle(position) {',
      "settle(position) {\n    if (position > 20) throw new Error('lost my way');",
    );
    writeFileSync(join(folder, 'own/chain.js'), file);
    const line = file.split('\n').findIndex((text) => text.includes('lost my way')) + 1;
    for (const how of [['--inline'], ['--threads', '2']]) {
      const { code, out, err } = await quorumlab('run', scenario(), '--out', join(folder, 'out'), ...short, ...how);
      expect(code).toBe(70);
      expect(out + err).toContain(`lost my way (chain.js:${line}:`);
      expect(out).toMatch(/Raft \(4 nodes.*keeps up/);
    }
    // Run again by its name it says the same, and not that quorumlab has a defect.
    const again = await quorumlab('rerun', scenario(), '--point', 'Chain', '--replication', '1', '--check', ...short);
    expect(again.code).toBe(70);
    expect(again.err).toMatch(
      new RegExp(`^not finished: Chain, replication 1: lost my way \\(chain\\.js:${line}:\\d+\\)\n$`, 'm'),
    );
    expect(again.err).not.toMatch(/internal error|defect|report/);
  });

  test.each([
    [
      'sizeOf: (message) =>',
      'sizeOf: () => Number.NaN, size: (message) =>',
      'sizeOf(hand) gives NaN, expected a whole',
    ],
    ['sizeOf: (message) =>', 'sizeOf: () => -1, size: (message) =>', 'sizeOf(hand) gives -1, expected a whole'],
    [
      'leaderOf: () => 0',
      'leaderOf: ((asked) => () => (asked++ === 0 ? 0 : 9))(0)',
      'leaderOf(0, 4) gives 9, expected the number of a node, or -1',
    ],
    ['signs: 0', 'signs: 0.5', 'workOf(hand).signs gives 0.5, expected a whole number'],
    ['workOf: () =>', 'workOf: () => {}, work: () =>', 'workOf(hand).signs gives undefined'],
    [
      'create: (host, options) =>',
      'create: () => undefined, make: (host, options) =>',
      'create gives undefined, expected',
    ],
    [
      'create: (host, options) =>',
      'create: () => ({}), make: (host, options) =>',
      'create gives an object, expected a replica with a method start',
    ],
    [
      'create: (host, options) =>',
      'create: () => { throw new Error("no"); }, make: (host, options) =>',
      'create throws: Error: no (chain.js:',
    ],
  ])('an answer that no run could use fails the run by its name: %s %s', async (from, to, message) => {
    expect(chain).toContain(from);
    writeFileSync(join(folder, 'own/chain.js'), chain.replace(from, to));
    const { code, out } = await quorumlab('run', scenario(), '--inline', '--out', join(folder, 'out'), ...short);
    expect(code).toBe(70);
    expect(out).toContain(`chain.js: ${message}`);
  });

  test('a file that changes between reading and running is not run', async () => {
    const read = await openScenario(scenario(), { overrides: ['run.duration=100ms'] });
    if (!read.ok) throw new Error(read.problems.map(formatProblem).join('\n'));
    writeFileSync(join(folder, 'own/chain.js'), `${chain}\n// changed`);
    const executor = poolExecutor({ threads: 1 });
    try {
      const [outcome] = await executor.execute([runSpecFor(read.scenario, 0, 0, { quick: false })]);
      expect(outcome).toMatchObject({
        ok: false,
        reason: expect.stringContaining('has changed since the scenario was read'),
      });
    } finally {
      await executor.close();
    }
  });
});
