/** `quorumlab query`: SQL over kept runs and results, as a table, JSON, CSV, and as files; and what it says where it cannot. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { keptRuns } from '../../src/results/kept-runs.ts';
import type { ResultFile } from '../../src/results/result-file.ts';
import { quorumlab } from '../support/command.ts';
import { counting, trial } from '../support/trial.ts';

let folder: string;
const at = (name: string): string => join(folder, name);
let result: ResultFile;
let resultFolder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quorumlab-query-'));
  writeFileSync(at('trial.yaml'), trial('Here', "There's, more"));
  const argv = [
    'run',
    at('trial.yaml'),
    '--inline',
    '--cache',
    at('runs'),
    '--out',
    at('reports'),
    '--export',
    'parquet',
  ];
  expect((await counting([...argv, '--no-report'])).code).toBe(0);
  resultFolder = join(at('reports'), 'trial', readdirSync(at('reports/trial'))[0] as string);
  result = JSON.parse(readFileSync(join(resultFolder, 'result.json'), 'utf8'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const query = (sql: string, ...more: readonly string[]) => quorumlab('query', sql, '--cache', at('runs'), ...more);

async function rows(sql: string, ...more: readonly string[]): Promise<readonly unknown[]> {
  const { code, out, err } = await query(sql, '--json', ...more);
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out).rows;
}

describe('query', () => {
  test('sees every kept run with its own measures, under the names and with the values of runs.csv', async () => {
    const found = await rows(
      'SELECT scenario, label, replication, seed, digest, throughput_per_s, finality_p99_ms FROM runs ORDER BY label, replication',
    );
    const [header = '', ...lines] = readFileSync(join(resultFolder, 'runs.csv'), 'utf8').trim().split('\n');
    const column = (name: string): number => header.split(',').indexOf(name);
    expect(found).toHaveLength(6);
    expect(found).toEqual(
      lines.map((line) => {
        // The one label with a comma stands in quotes.
        const cells = line.replace('"There\'s, more"', 'X').split(',');
        return [
          'trial',
          cells[0] === 'X' ? "There's, more" : cells[0],
          Number(cells[column('replication')]),
          Number(cells[column('seed')]),
          cells[column('digest')],
          Number(cells[column('throughput_per_s')]),
          Number(cells[column('finality_p99_ms')]),
        ];
      }),
    );
  });

  test('sees the points of results with their intervals', async () => {
    const sql =
      'SELECT label, finality_p50_ms, finality_p50_ms_low, replications, objectives_met FROM points ORDER BY label';
    expect(await rows(sql, '--from', at('reports'))).toEqual(
      result.points.map(({ label, estimates }) => [
        label,
        estimates.finality_p50_ms?.mean,
        estimates.finality_p50_ms?.low,
        3,
        null,
      ]),
    );
    expect(await rows('SELECT count(*) FROM points', '--from', join(resultFolder, 'result.json'))).toEqual([[2]]);
    expect(await rows('SELECT count(*) FROM points')).toEqual([[0]]);
  });

  test('reaches into the options of a protocol, and counts and averages as numbers', async () => {
    const sql =
      "SELECT options->>'$.heartbeat' AS heartbeat, count(*), avg(transactions) FROM runs GROUP BY 1 ORDER BY 1";
    expect(await rows(sql)).toEqual([
      ['100000000', 3, 2000],
      ['101000000', 3, 2000],
    ]);
  });

  test('prints an aligned table, and CSV', async () => {
    const sql = 'SELECT label, count(*) AS n, NULL AS nothing FROM runs GROUP BY label ORDER BY label';
    expect((await query(sql)).out).toMatch(/│ label +│ n │ nothing │[\s\S]*│ Here +│ 3 │ +– │[\s\S]*2 rows\n$/);
    expect((await query(sql, '--csv')).out).toBe('label,n,nothing\nHere,3,\n"There\'s, more",3,\n');
  });

  test.each(['csv', 'parquet'])('writes its rows to a %s file that reads back the same', async (format) => {
    const file = at(`exported 'it.${format}`);
    const sql = 'SELECT label, seed, finality_mean_ms FROM runs ORDER BY label, seed';
    const { code, out, err } = await query(`${sql};`, '--export', file);
    expect([code, out, err]).toEqual([0, '', `${file}: 6 rows\n`]);
    expect(await rows(`SELECT * FROM '${file.replace("'", "''")}' ORDER BY label, seed`)).toEqual(await rows(sql));
  });

  test('leaves out files that it cannot read, and says so', async () => {
    const [run] = keptRuns(at('runs'));
    const whole = readFileSync(run?.path as string);
    writeFileSync(run?.path as string, 'half a file');
    const { out, err } = await query('SELECT count(*) FROM runs', '--csv');
    expect(out).toContain('\n5\n');
    expect(err).toContain('1 file of the run store cannot be read and is left out');
    writeFileSync(run?.path as string, whole);
  });

  test('lists its tables and their columns', async () => {
    const { code, out } = await quorumlab('query', '--tables');
    expect(code).toBe(0);
    expect(out).toMatch(/^runs: one row for each kept run .*scenario, label and replication are those of the first\n/);
    expect(out).toMatch(/\n {2}finality_p99_ms +DOUBLE/);
    expect(out).toMatch(/\npoints: one row for each design point/);
    expect(out).toMatch(/\n {2}availability_low +DOUBLE/);
  });

  test('describes exactly the columns that there are', async () => {
    const { out } = await quorumlab('query', '--tables');
    const listed = [...out.matchAll(/^ {2}(\w+) +[A-Z]+/gm)].map(([, name]) => name);
    const [runs, points] = await Promise.all(
      ['runs', 'points'].map(
        async (table) => JSON.parse((await query(`SELECT * FROM ${table}`, '--json')).out).columns,
      ),
    );
    expect(listed).toEqual([...runs, ...points]);
  });

  test.each([
    [
      'SELECT labl FROM runs',
      /^SQL: Binder Error: .*labl.*; quorumlab query --tables lists the tables and their columns$/,
    ],
    ['SELEC 1', /^SQL: Parser Error: syntax error at or near "SELEC"; quorumlab query --tables lists .*$/],
    [
      'SELECT * FROM rums',
      /^SQL: Catalog Error: Table with name rums does not exist! .*runs.*; quorumlab query --tables lists .*$/,
    ],
    ['DROP TABLE runs', /^SQL: DROP is refused: the tables stand for files, .*: begin with SELECT or WITH; quorumlab/],
    ['WITH one AS (SELECT * FROM runs) INSERT INTO runs SELECT * FROM one', /^SQL: INSERT is refused: /],
    ["COPY runs TO '/tmp/never.csv'", /^SQL: COPY is refused: /],
    ['SELECT 1; DROP TABLE runs', /^SQL: 2 statements, expected one that begins with SELECT or WITH; quorumlab/],
  ])('says on one line what is wrong with %s', async (sql, reason) => {
    const { code, err } = await query(sql);
    expect(code).toBe(1);
    expect(err.trimEnd()).toMatch(reason);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  test.each([
    [[], 'say what to ask'],
    [['SELECT 1', '--json', '--csv'], '--json and --csv exclude each other'],
    [['SELECT 1', '--export', 'rows.xlsx'], 'must end in .csv or .parquet'],
    [['SELECT 1', '--tables'], 'leave out the statement'],
    [['SELECT 1', '--cache', 'nowhere'], '--cache nowhere: is no folder, expected a run store'],
    [
      ['SELECT 1', '--export', '/proc/x.csv'],
      '--export /proc/x.csv: nothing can be made here; name a file in a folder',
    ],
    [['SELECT 1', '--export', 'package.json/x.csv'], '--export package.json/x.csv: is not a folder; name a file'],
    [['SELECT 1', '--from', 'docs'], '--from docs: holds no result.json'],
    [['SELECT 1', '--from', 'package.json'], 'is no result.json of `quorumlab run`'],
    [['SELECT 1', '--from', 'nowhere'], 'nowhere: there is no such file or folder'],
  ])('with %j is refused', async (argv, reason) => {
    const { code, err } = await quorumlab('query', ...argv);
    expect(code).toBe(1);
    expect(err).toContain(reason);
  });

  test('without DuckDB says what to install', async () => {
    vi.doMock('@duckdb/node-api', () => {
      throw new Error("Cannot find package '@duckdb/node-api'");
    });
    try {
      const { code, err } = await query('SELECT 1');
      expect(code).toBe(1);
      expect(err).toContain('SQL and Parquet need DuckDB, which is not installed here');
      expect(err).toContain('npm install @duckdb/node-api@1.5.5-r.5');
      const run = ['run', at('trial.yaml'), '--inline', '--no-cache', '--out', at('refused'), '--export', 'parquet'];
      const refused = await counting(run);
      expect([refused.code, refused.made]).toEqual([1, []]);
    } finally {
      vi.doUnmock('@duckdb/node-api');
    }
  });
});

describe('run --export', () => {
  test('writes the points as CSV without DuckDB, and all three tables as Parquet with it', async () => {
    const [header = '', first = ''] = readFileSync(join(resultFolder, 'points.csv'), 'utf8').split('\n');
    expect(header.split(',').slice(0, 3)).toEqual(['scenario', 'id', 'model_version']);
    expect(first.split(',').slice(0, 2)).toEqual(['trial', result.id]);
    const from = (name: string): string => `'${join(resultFolder, `${name}.parquet`)}'`;
    expect(await rows(`SELECT label, digest FROM ${from('runs')} WHERE replication = 0`)).toEqual(
      result.points.map(({ label, run_digests }) => [label, run_digests[0]]),
    );
    expect(await rows(`SELECT typeof(seed), typeof(digest), count(*) FROM ${from('runs')} GROUP BY ALL`)).toEqual([
      ['BIGINT', 'VARCHAR', 6],
    ]);
    expect(await rows(`SELECT label, finality_p99_ms_high FROM ${from('points')}`)).toEqual(
      result.points.map(({ label, estimates }) => [label, estimates.finality_p99_ms?.high]),
    );
    const bins = result.points.reduce((sum, { timeline }) => sum + timeline.at_ms.length, 0);
    expect(await rows(`SELECT count(*), typeof(any_value(events)) FROM ${from('timeline')}`)).toEqual([
      [bins, 'VARCHAR'],
    ]);
    const csv = ['run', at('trial.yaml'), '--inline', '--cache', at('runs'), '--out', at('csv'), '--export', 'csv'];
    await counting(csv);
    const other = join(at('csv'), 'trial', result.id);
    expect(readFileSync(join(other, 'points.csv'), 'utf8')).toBe(
      readFileSync(join(resultFolder, 'points.csv'), 'utf8'),
    );
    expect(existsSync(join(other, 'points.parquet'))).toBe(false);
  });
});
