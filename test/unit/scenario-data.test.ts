// What is wrong with a CSV file is told at its place in that file, all of it at once.
import { describe, expect, test } from 'vitest';
import { tableOf } from '../../src/scenario/csv-table.ts';
import { BASE, problemsOf } from '../support/problems-of.ts';

const withMatrix = `${BASE}network: { matrix: { file: ./m.csv, unit: ms, holds: one-way } }\n`
  .replace('{ count: 4 }', '{ sites: { a: 2, b: 2 } }')
  .replace('site: lan', 'site: a');
const matrix = (csv: string): readonly string[] => problemsOf(withMatrix, [], { 'm.csv': csv });

describe('a matrix of delays', () => {
  test('without a fault has no problem', () => expect(matrix('x,a,b\na,0,5\nb,5,0\n')).toEqual([]));

  test('is told all its bad fields at once, each at file:line:column', () => {
    expect(matrix('x, a,b\na,0,fast\n\nb,-5,1e15\n')).toEqual([
      "./m.csv:2:5: from a to b stands 'fast', expected a number of ms, at most 3600000",
      "./m.csv:4:3: from b to a stands '-5', expected no negative delay",
      "./m.csv:4:6: from b to b stands '1e15', expected a number of ms, at most 3600000",
    ]);
  });

  test('must have the same sites, each once, in rows and columns', () => {
    expect(matrix('x,a,b,b\na,0,5,5\nb,5,0,5\nc,1,1,1\n')).toEqual([
      "./m.csv:1:7: a second column is named 'b', expected each site once",
      "./m.csv:4:1: there is no column for 'c', expected the same sites as in the header",
    ]);
    expect(matrix('x,a,b\na,0,5\nb,5,0\na,1,1\n')).toEqual([
      "./m.csv:4:1: a second row is named 'a', expected each site once",
    ]);
  });

  test('may end its lines with a comma, as spreadsheets do', () => {
    expect(matrix('x,a,b,\na,0,5,\nb,5,0,\n')).toEqual([]);
  });

  test('whose diagonal is not nothing is warned of, since the diagonal is not used', () => {
    expect(matrix('x,a,b\na,0.4,5\nb,5,0.3\n')).toEqual([
      './m.csv:2:3: warning: the delay of a to itself, 0.4 ms (and 1 more on the diagonal), is not used: machines of one site are network.intra_site apart, 250us one way',
    ]);
  });

  test('with a row too short or too long is told where', () => {
    expect(matrix('x,a,b\na,0\nb,5,0,7\n')).toEqual([
      './m.csv:2:4: the row has 2 fields, expected 3 as in the header line',
      './m.csv:3:7: the row has 4 fields, expected 3 as in the header line',
    ]);
  });

  test('separated by semicolons or tabs gets a hint', () => {
    expect(matrix('x;a;b\na;0;5\n')[0]).toContain('seems to be separated by semicolons, expected commas');
    expect(matrix('x\ta\tb\na\t0\t5\n')[0]).toContain('seems to be separated by tabs, expected commas');
  });

  test('that is empty, or not there, says so', () => {
    expect(matrix('')).toEqual(['./m.csv:1:1: the file is empty, expected a header line and rows below it']);
    expect(matrix('x,a\n')[0]).toMatch(/^\.\/m\.csv:1:1: there are no rows below the header line/);
    expect(problemsOf(withMatrix)[0]).toMatch(
      /^9:20: network\.matrix: there is no file .*m\.csv, expected a CSV table/,
    );
  });

  test('with an open quote is told the line, in words of ours', () => {
    expect(matrix('x,a,b\n"a,0,5\nb,5,0\n')).toEqual([
      expect.stringMatching(/^\.\/m\.csv:\d:1: a quote is opened and never closed, expected comma-separated values$/),
    ]);
  });

  test('with more than ten bad fields tells ten, and how many more', () => {
    const sites = Array.from({ length: 5 }, (_, i) => `s${i}`);
    const csv = ['x', ...sites].join() + sites.map((site) => `\n${[site, ...sites.map(() => 'x')].join()}`).join('');
    const problems = matrix(csv);
    expect(problems).toHaveLength(10);
    expect(problems[9]).toContain('(and 15 more like this)');
  });
});

describe('an arrival trace', () => {
  const withTrace = (more = 'target_rate: 10/s, repeat: true') =>
    BASE.replace('workload: opaque', `workload: { arrival_trace: { file: ./t.csv, time: at, ${more} } }`).replace(
      '{ poisson: 500/s }',
      'trace',
    );
  const trace = (csv: string, more?: string): readonly string[] => problemsOf(withTrace(more), [], { 't.csv': csv });

  test('with rows left out is warned of, with their number and the place of the first', () => {
    expect(trace('id,at\n1,1.5\n2,N/A\n3,\n4,3.5\n')).toEqual([
      "7:28: warning: workload.arrival_trace: ./t.csv, column at: 2 of 4 rows without a readable time were left out (the first is ./t.csv:3:3: 'N/A')",
    ]);
  });

  test('with no rows, or an unknown column, says so', () => {
    expect(trace('id,at\n')[0]).toContain('the file has no rows below its header line');
    expect(trace('id,att\n1,1.5\n')[0]).toMatch(
      /^7:51: workload\.arrival_trace\.time: \.\/t\.csv has no column 'at' \(did you mean 'att'\?\), expected one of: id, att/,
    );
  });

  test('that cannot repeat, or has too few arrivals for its clients, is an error', () => {
    expect(trace('at\n5.5\n', 'compression: 1, repeat: true')[0]).toContain(
      'workload.arrival_trace.repeat: the trace is one arrival, from which no period follows',
    );
    expect(trace('at\n5.5\n5.5\n', 'compression: 1, repeat: true')[0]).toContain('2 arrivals at one instant');
    const two = withTrace('compression: 1').replace('[{ site: lan', '[{ node: 1, load: { open: trace } }, { site: lan');
    expect(problemsOf(two, [], { 't.csv': 'at\n5.5\n' })).toContainEqual(
      expect.stringContaining('has 1 arrival for 2 groups of clients'),
    );
  });
});

describe('measured values', () => {
  const jitter = (csv: string, more = '') =>
    problemsOf(`${BASE}network: { jitter: { empirical: { values: { file: ./v.csv${more} } } } }\n`, [], {
      'v.csv': csv,
    });

  test('are told every field that is no number, at its place', () => {
    expect(jitter('rtt,ms\n1,0.5\n2,\n3,soon\n4,-1\n', ', column: ms')).toEqual([
      './v.csv:3:3: the field is empty, expected a number of ms from 0 to 8985600000',
      "./v.csv:4:3: stands 'soon', expected a number of ms from 0 to 8985600000",
      "./v.csv:5:3: stands '-1', expected a number of ms from 0 to 8985600000",
    ]);
    expect(jitter('ms\n')).toEqual([
      './v.csv:1:1: there are no rows below the header line, expected one or more numbers',
    ]);
  });
});

describe('a table', () => {
  test('knows where each field begins, behind quotes, commas in quotes and line breaks in quotes', () => {
    const table = tableOf('t', '\uFEFFa,b,c\r\n"x, y",2,3\r\n"two\nlines",5,6\n\n7,8,9\n');
    expect(table.rows).toEqual([
      ['x, y', '2', '3'],
      ['two\nlines', '5', '6'],
      ['7', '8', '9'],
    ]);
    expect(table.placeOf(-1, 1)).toEqual({ line: 1, column: 3 });
    expect(table.placeOf(0, 1)).toEqual({ line: 2, column: 8 });
    expect(table.placeOf(1, 0)).toEqual({ line: 3, column: 1 });
    expect(table.placeOf(1, 2)).toEqual({ line: 4, column: 10 });
    expect(table.placeOf(2, 2)).toEqual({ line: 6, column: 5 });
  });
});
