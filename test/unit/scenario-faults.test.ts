// Faults that run but are unwise are warned of: too many at once, twice the same, none at all, or where nobody measures.
import { describe, expect, test } from 'vitest';
import { loadScenario } from '../../src/scenario/load.ts';
import { readTextFile } from '../../src/scenario/profiles.ts';
import { runSpecFor } from '../../src/scenario/run-spec-for.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { SECOND } from '../../src/units/quantities.ts';
import { BASE, problemsOf } from '../support/problems-of.ts';

const PBFT = BASE.replace('protocol: raft', 'protocol: pbft');
const warnings = (faults: string, base = BASE, more = '') =>
  problemsOf(`${base}faults: [${faults}]\n${more}`).map((text) => text.replace(/^\d+:\d+: warning: /, ''));

describe('so many nodes out of reach that no quorum is left', () => {
  test.each([
    ['{ crash: [0, 1], at: 5s, for: 1s }', 'faults.0.crash: takes 2 of 4 nodes, but raft needs 3'],
    ['{ partition: [0, 1], at: 5s, for: 1s }', 'faults.0.partition: takes 2 of 4 nodes, but raft needs 3'],
    [
      '{ crash: 0, at: 5s, for: 2s }, { crash: 1, at: 6s, for: 2s }',
      'faults.1.crash: together with faults.0, which goes on then, takes up to 2 of 4 nodes, but raft needs 3',
    ],
    [
      '{ crash: leader, at: 5s }, { crash: leader, at: 50s, for: 2s }',
      'faults.1.crash: together with faults.0, which goes on then, takes up to 2 of 4 nodes, but raft needs 3',
    ],
    [
      '{ crash: 0, at: 5s, for: 2s }, { partition: [1], at: 5s, for: 2s }',
      'faults.1.partition: together with faults.0, which goes on then, takes up to 2 of 4 nodes, but raft needs 3',
    ],
  ])('%s is warned of', (faults, expected) => {
    expect(warnings(faults)).toEqual([expect.stringContaining(expected)]);
  });

  test('is seen behind the name of a site', () => {
    const base = `${BASE}network: { matrix: { uniform: 5ms, sites: [a, b] } }\n`
      .replace('{ count: 4 }', '{ sites: { a: 2, b: 2 } }')
      .replace('site: lan', 'site: a');
    for (const fault of ['crash', 'partition'])
      expect(warnings(`{ ${fault}: { site: b }, at: 5s, for: 1s }`, base)).toEqual([
        expect.stringContaining(`faults.0.${fault}: takes 2 of 4 nodes, but raft needs 3`),
      ]);
  });

  test('is not seen where faults follow one another, or a cut leaves a quorum on one side', () => {
    expect(warnings('{ crash: 0, at: 5s, for: 1s }, { crash: 1, at: 6s, for: 1s }')).toEqual([]);
    expect(warnings('{ partition: [0, 1, 2], at: 5s, for: 1s }')).toEqual([]);
    expect(warnings('{ crash: 0, at: 5s, for: 2s }, { partition: [0], at: 6s, for: 1s }')).toEqual([]);
  });
});

/** One text is both judged and run, so that what is said is what happens. PBFT's quorum is not n − f where n is none of 3f + 1. */
describe('whether a quorum is left is told by the protocol, for every number of nodes', () => {
  test.each([
    ['pbft', 3, 1, 2],
    ['pbft', 4, 2, 3],
    ['pbft', 5, 1, 4],
    ['pbft', 5, 2, 4],
    ['pbft', 6, 2, 4],
    ['pbft', 6, 3, 4],
    ['raft', 4, 1, 3],
    ['raft', 4, 2, 3],
    ['raft', 5, 2, 3],
    ['raft', 6, 2, 4],
    ['raft', 6, 3, 4],
  ])('%s on %i without %i needs %i', (protocol, nodes, lost, quorum) => {
    const base = BASE.replace('protocol: raft', `protocol: ${protocol}`)
      .replace('count: 4', `count: ${nodes}`)
      .replace('500/s', '50/s');
    const down = Array.from({ length: lost }, (_, i) => nodes - 1 - i).join(', ');
    const text = `${base}faults: [{ crash: [${down}], at: 1s }]\nrun: { warmup: 0s, duration: 4s }\n`;
    const said = problemsOf(text).filter((problem) => problem.includes('nothing becomes final'));
    const stops = nodes - lost < quorum;
    expect(said).toEqual(
      stops ? [expect.stringContaining(`takes ${lost} of ${nodes} nodes, but ${protocol} needs ${quorum}:`)] : [],
    );
    const read = loadScenario('f.yaml', { readText: (path) => (path === 'f.yaml' ? text : readTextFile(path)) });
    if (!read.ok) throw new Error('the scenario has problems');
    const { timeline } = simulate(runSpecFor(read.scenario, 0, 0, { quick: false }));
    const last = timeline.final.findLastIndex((count) => count > 0) * timeline.bin;
    expect(last > 3 * SECOND).toBe(!stops);
  });
});

test('a crash of a node that is down already is warned of', () => {
  expect(warnings('{ crash: 0, at: 5s, for: 2s }, { crash: [0], at: 6s, for: 2s }')).toEqual([
    'faults.1.crash: node 0 is down already, by faults.0 until 7s: it comes back when the last of these crashes is over, expected crashes one after the other',
  ]);
});

describe('a partition of all nodes', () => {
  const cut = 'faults: [{ partition: [0, 1, 2, 3], at: 5s, for: 2s }]\n';

  test('is an error where it cuts nobody off', () => {
    for (const place of ['site: lan', 'node: 1'])
      expect(problemsOf(`${BASE.replace('site: lan', place)}${cut}`)).toEqual([
        '9:23: faults.0.partition: names all 4 nodes of raft, so that none is cut off from another, and no client is at a site without nodes: nothing is cut, expected some of the nodes',
      ]);
  });

  test('is one between the nodes and clients of other sites', () => {
    const apart = `${BASE}network: { matrix: { uniform: 5ms, sites: [a, b] } }\n`
      .replace('{ count: 4 }', '{ sites: { a: 4 } }')
      .replace('site: lan', 'site: b');
    expect(problemsOf(`${apart}${cut}`)).toEqual([
      '10:23: warning: faults.0.partition: names all 4 nodes of raft, so that none is cut off from another: it cuts all of them off from the clients of other sites, and nothing becomes final for these meanwhile',
    ]);
  });
});

test('a fault inside a given warm-up is warned of, one after it or in a detected one is not', () => {
  const run = (warmup: string) => `run: { warmup: ${warmup}, duration: 60s }\n`;
  expect(warnings('{ crash: 0, at: 5s, for: 1s }', BASE, run('8s'))).toEqual([
    expect.stringContaining('faults.0.at: falls into the warm-up, which is not measured: what it does before 8s'),
  ]);
  expect(warnings('{ crash: 0, at: 5s, for: 1s }', BASE, run('5s'))).toEqual([]);
  expect(warnings('{ crash: 0, at: 5s, for: 1s }', BASE, run('auto'))).toEqual([]);
});

describe('too few nodes for any fault', () => {
  test.each([
    [1, 'any fault stops it'],
    [2, 'any fault stops it'],
    [3, 'it goes on without 1, but one that forges messages can break agreement'],
  ])('PBFT on %i is warned of', (count, means) => {
    expect(problemsOf(PBFT.replace('count: 4', `count: ${count}`))).toEqual([
      expect.stringContaining(
        `5:8: warning: nodes: ${count === 1 ? 'one node tolerates' : `${count} nodes tolerate`} no Byzantine node under pbft: ${means}, expected at least 4 nodes`,
      ),
    ]);
  });

  test('Raft on 2 is warned of, PBFT on 4, Raft on 3 and echo, which tolerates none by design, are not', () => {
    expect(problemsOf(BASE.replace('count: 4', 'count: 2'))).toEqual([
      expect.stringContaining('2 nodes tolerate no crashed node under raft: any fault stops it, expected at least 3'),
    ]);
    expect(problemsOf(PBFT)).toEqual([]);
    expect(problemsOf(BASE.replace('count: 4', 'count: 3'))).toEqual([]);
    expect(problemsOf(BASE.replace('raft', 'echo'))).toEqual([]);
  });
});

test('Raft over datagrams that get lost is warned of, over tcp or without loss it is not', () => {
  const over = (network: string) => problemsOf(`${BASE}network: { ${network} }\n`);
  expect(over('transport: datagram, loss: 1%')).toEqual([
    expect.stringContaining('warning: protocol.raft: runs over datagrams that get lost'),
  ]);
  expect(over('transport: datagram')).toEqual([]);
  expect(over('transport: tcp, loss: 1%')).toEqual([]);
});

test('a warm-up that leaves next to nothing to measure is warned of', () => {
  expect(problemsOf(`${BASE}run: { warmup: 3999ms, duration: 4s }\n`)).toEqual([
    expect.stringContaining('run.warmup: leaves only the last 1ms of 4s to measure, expected less than 3.6s'),
  ]);
  expect(problemsOf(`${BASE}run: { warmup: 3s, duration: 4s }\n`)).toEqual([]);
});

describe('a fault with a spread', () => {
  const spread = (faults: string) => {
    const text = `${BASE}faults: [${faults}]\n`;
    const readText = (path: string) => (path.endsWith('f.yaml') ? text : readTextFile(path));
    const result = loadScenario('f.yaml', { overrides: [], readText });
    if (!result.ok) throw new Error('the scenario has problems');
    return result.scenario;
  };

  test('falls at a moment of its own in each replication, within the spread, the same whatever else is asked', () => {
    const scenario = spread('{ crash: 0, at: 5s, spread: 100ms, for: 1s }, { crash: 1, at: 7s }');
    const at = (replication: number) =>
      runSpecFor(scenario, 0, replication, { quick: false }).faults.map((fault) => fault.at);
    const moments = Array.from({ length: 200 }, (_, replication) => at(replication)[0] as number);
    expect(new Set(moments).size).toBe(200);
    expect(Math.min(...moments)).toBeGreaterThanOrEqual(5e9);
    expect(Math.max(...moments)).toBeLessThanOrEqual(5.1e9);
    // Uniform: the mean of 200 lies within five standard deviations.
    const mean = moments.reduce((sum, moment) => sum + moment, 0) / moments.length;
    expect(Math.abs(mean - 5.05e9)).toBeLessThan((5 * 1e8) / Math.sqrt(12 * 200));
    expect(at(3)).toEqual([moments[3], 7e9]);
  });

  test('must fall before the end of the run', () => {
    expect(warnings('{ crash: 0, at: 59s, spread: 2s }').join()).toContain(
      'faults.0.spread: falls at or after the end',
    );
  });

  test('may still go on when another begins', () => {
    expect(warnings('{ crash: 0, at: 5s, spread: 2s, for: 1s }, { crash: 1, at: 7s, for: 1s }')).toEqual([
      expect.stringContaining('faults.1.crash: together with faults.0'),
    ]);
  });
});

test('what several points cannot bear is said once for each fault', () => {
  const both = BASE.replace(
    'protocol: raft\n',
    'compare: [{ protocol: raft }, { protocol: pbft }, { label: Five, protocol: pbft, nodes: { count: 5 } }]\n',
  );
  expect(warnings('{ crash: [0, 1], at: 5s, for: 1s }', both)).toEqual([
    'faults.0.crash: takes 2 of 4 nodes, but raft needs 3 and pbft needs 3; takes 2 of 5 nodes, but pbft needs 4: nothing becomes final meanwhile',
  ]);
});

describe('a slow node', () => {
  test('is ten times as slow unless the file says otherwise, and strains no quorum', () => {
    const base = { by: 10, target: 'leader', at: 5e9, duration: 2e9 };
    const read = (fault: string) => {
      const text = `${BASE}faults: [${fault}]\n`;
      const readText = (path: string) => (path.endsWith('f.yaml') ? text : readTextFile(path));
      const result = loadScenario('f.yaml', { readText });
      return result.ok ? result.scenario.points[0]?.setup.faults[0] : result.problems;
    };
    expect(read('{ slow: leader, at: 5s, for: 2s }')).toEqual({ kind: 'slow', ...base });
    expect(read('{ slow: leader, by: 3, at: 5s, for: 2s }')).toEqual({ kind: 'slow', ...base, by: 3 });
    expect(warnings('{ slow: [0, 1, 2, 3], at: 5s }, { slow: 0, at: 6s }, { crash: 0, at: 7s, for: 1s }')).toEqual([]);
  });

  test.each([
    ['1', 'at least 2'],
    ['1001', 'at most 1000'],
    ['1.5', 'a whole number'],
    ['twice', 'a whole number'],
  ])('by %s is refused', (by, expected) => {
    expect(warnings(`{ slow: 0, by: ${by}, at: 5s }`)).toEqual([
      expect.stringContaining(`faults.0.by: is '${by}', expected ${expected}`),
    ]);
  });
});
