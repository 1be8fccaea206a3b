// Every problem of a scenario file at once, each with its place, what is wrong and what is expected.
import { describe, expect, test } from 'vitest';
import { loadScenario } from '../../src/scenario/load.ts';
import { nearest } from '../../src/scenario/problem.ts';
import { BASE, problemsOf } from '../support/problems-of.ts';

/** The one problem. */
function problemOf(text: string, overrides: readonly string[] = []): string {
  const problems = problemsOf(text, overrides);
  expect(problems).toHaveLength(1);
  return problems[0] as string;
}

describe('the base of these tests', () => {
  test('has no problem', () => expect(problemsOf(BASE)).toEqual([]));
});

describe('places', () => {
  test('an unknown key is located at the key, with the nearest valid name', () => {
    expect(problemOf(`${BASE}machine: { cores: 4,\n  crypt: {} }\n`)).toMatch(
      /^10:3: machine\.crypt: unknown key \(did you mean 'crypto'\?\), expected one of: cores, /,
    );
  });

  test('a bad value is located at the value', () => {
    expect(problemOf(`${BASE}run:\n  duration: 12 parsecs\n`)).toMatch(
      /^10:13: run\.duration: is '12 parsecs', expected a duration /,
    );
  });

  test('a missing key is located where it should be, with its path', () => {
    expect(problemOf(BASE.replace('seed: 5\n', ''))).toMatch(/^1:1: seed: is missing, expected a whole number/);
    expect(problemOf(`${BASE}faults:\n  - crash: leader\n`)).toMatch(/^10:5: faults\.0\.at: is missing/);
  });

  test('a misspelt key that tells which others are known is named where it is missing; no other key is taken for it', () => {
    const misspelt = problemsOf(BASE.replace('protocol: raft', 'compare: [{ label: a, protocl: raft }]'));
    expect(misspelt.join('\n')).toMatch(
      /protocol: is missing \(is 'protocl' meant to be it\?\), expected one of: echo, pbft/,
    );
    const missing = problemsOf(BASE.replace('protocol: raft', 'compare: [{ label: a, zzz: raft }]'));
    expect(missing.join('\n')).toMatch(/protocol: is missing, expected one of: echo, pbft/);
  });

  test('a misspelt key is both unknown and missing, and every other problem is told as well', () => {
    const problems = problemsOf(`${BASE.replace('name:', 'nmae:')}frobnicate: 3\nzzz: 12 parsecs\n`);
    expect(problems.map((problem) => problem.split(', expected')[0])).toEqual([
      '1:1: name: is missing',
      "2:1: nmae: unknown key (did you mean 'name'?)",
      '9:1: frobnicate: unknown key',
      '10:1: zzz: unknown key',
    ]);
  });

  test('text that is no YAML is located where the parser gave up', () => {
    const problems = problemsOf('scenario: 1\nname: [a,\nseed: 1\n');
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) expect(problem).toMatch(/^\d+:\d+: .*expected valid YAML$/);
  });

  test('a key that stands twice is an error, and does not hide others', () => {
    const problems = problemsOf(`${BASE}seed: 6\nfrobnicate: 1\n`);
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatch(/^9:1: the key 'seed' stands here for the second time, after line 4, expected it once/);
    expect(problems[1]).toMatch(/^10:1: frobnicate/);
  });

  test('a file that is empty, absent or a list says so', () => {
    expect(problemOf('')).toMatch(/^1:1: the file is empty/);
    expect(problemOf('- 1\n')).toMatch(/^1:1: the file is no mapping/);
    const absent = loadScenario('/nowhere/x.yaml');
    expect(absent).toMatchObject({
      ok: false,
      problems: [{ place: '/nowhere/x.yaml:1:1', message: expect.stringContaining('there is no file') }],
    });
    const locked = loadScenario('locked.yaml', {
      readText(path) {
        throw Object.assign(new Error(`EACCES: permission denied, open '${path}'`), { code: 'EACCES', path });
      },
    });
    const message = "locked.yaml can't be read: permission denied, expected a scenario file";
    expect(locked).toMatchObject({ problems: [{ message }] });
  });
});

describe('values', () => {
  test.each([
    [
      'network: { matrix: belt-and-raod }',
      "network.matrix: 'belt-and-raod' is not known (did you mean 'belt-and-road'?), expected a shipped matrix (lan",
    ],
    ['network: { transport: udp }', "network.transport: is 'udp', expected one of: tcp, datagram"],
    ['network: { egress: 1Gb }', "network.egress: is '1Gb', expected a bandwidth"],
    ['network: { loss: 80% }', "network.loss: is '80%', expected at most 50%"],
    [
      'network: { jitter: { lognorm: 5ms } }',
      "network.jitter: 'lognorm' is no known distribution (did you mean 'lognormal'?)",
    ],
    ['network: { jitter: { lognormal: { mean: 5ms, p99: 1ms } } }', 'network.jitter.lognormal.p99: '],
    [
      'machine: { disk: nvm }',
      "machine.disk: there is no disk profile 'nvm' (did you mean 'nvme'?), expected one of: hdd, none, nvme, ramdisk, ssd",
    ],
    [
      'machine: { crypto: { scheme: rsa } }',
      "machine.crypto.scheme: profile openssl-server has no scheme 'rsa', expected one of: ed25519, ecdsa-p256, secp256k1",
    ],
    ['machine: { cores: 0 }', "machine.cores: is '0', expected at least 1"],
    ['machine: { cores: }', 'machine.cores: is empty, expected a whole number'],
    ['machine: 4', "machine: is '4', expected a mapping"],
    ['network: lan', "network: is 'lan', expected a mapping such as { matrix: lan }"],
    ['run: { duration: 105d }', "run.duration: is '105d', expected at most 104 days"],
    ['run: { warmup: soon }', "run.warmup: is 'soon', expected auto or a duration"],
    ['objective: { finality_p98: 1s }', "objective.finality_p98: unknown key (did you mean 'finality_p90'?)"],
    [
      'faults: [{ crahs: leader, at: 1s }]',
      "faults.0: is a mapping (crahs, at), expected exactly one of crash, partition, slow (did you mean 'crash'?)",
    ],
    ['faults: [{ crash: leadr, at: 1s }]', "faults.0.crash: is 'leadr' (did you mean 'leader'?)"],
    ['levels: { network.matrx: [lan] }', "network.matrx: unknown key (did you mean 'matrix'?)"],
    ['levels: { seed: [1, 2] }', 'levels.seed: seed belongs to the scenario as a whole'],
  ])('%s is an error that says what is expected', (line, message) => {
    expect(problemOf(`${BASE}${line}\n`)).toContain(message);
  });

  test('a fault in a profile of your own is told in its own file', () => {
    const problems = problemsOf(`${BASE}machine: { crypto: { profile: ./own.yaml } }\n`, [], {
      'own.yaml': 'profile: own\nsummary: mine\norigin: here\nschemes: { ed25519: { sign: 5us } }\nmac: 1us\n',
    });
    expect(problems).toEqual([
      expect.stringMatching(/^\.\/own\.yaml:1:1: hash_per_kb: is missing/),
      expect.stringMatching(/^\.\/own\.yaml:4:21: schemes\.ed25519\.verify: is missing/),
    ]);
  });
});

describe('contradictions', () => {
  const pbft = (options: string) => BASE.replace('protocol: raft', `protocol: { pbft: ${options} }`);

  test.each([
    [
      'PBFT needs 3f + 1 nodes',
      pbft('{ faults: 1 }').replace('count: 4', 'count: 3'),
      'protocol.pbft.faults: 3 nodes cannot tolerate f = 1',
    ],
    [
      'a checkpoint interval above the watermark window',
      pbft('{ checkpoint_interval: 300, watermark_window: 200 }'),
      'protocol.pbft.checkpoint_interval: ',
    ],
    [
      'a delay too short to simulate',
      `${BASE}network: { matrix: { file: m.csv, unit: us, holds: one-way } }\n`
        .replace('{ count: 4 }', '{ sites: { a: 2, b: 2 } }')
        .replace('site: lan', 'site: a'),
      'the shortest delay in use is 500ns, expected a lookahead of at least 1us',
    ],
    [
      'a pair of sites without data',
      `${BASE}network: { matrix: wonderproxy }\n`
        .replace('{ count: 4 }', '{ sites: { Vancouver: 2, Wellington: 2 } }')
        .replace('site: lan', 'site: Vancouver'),
      'has no delay between Vancouver and Wellington',
    ],
    [
      'nodes without a place',
      `${BASE}network: { matrix: azure }\n`.replace('site: lan', 'site: WestEurope'),
      'nodes.count: does not say where the nodes are',
    ],
    [
      'sites and count',
      BASE.replace('{ count: 4 }', '{ count: 4, sites: { lan: 4 } }'),
      'nodes: has both sites and count',
    ],
    [
      'a site that the network does not have',
      BASE.replace('site: lan', 'site: lam'),
      "clients.0.site: there is no site 'lam' in this network (did you mean 'lan'?)",
    ],
    [
      'a client at a node that does not exist',
      BASE.replace('site: lan', 'node: 4'),
      'clients.0.node: there is no node 4, expected 0 to 3',
    ],
    ['a client nowhere', BASE.replace('site: lan, ', ''), 'clients.0: has neither site nor node'],
    [
      'a trace without a trace',
      BASE.replace('{ poisson: 500/s }', 'trace'),
      'clients.0.load.open: replays a trace but the workload is none',
    ],
    [
      'a trace that nobody replays',
      BASE.replace(
        'workload: opaque',
        'workload: { arrival_trace: { file: wabo, time: hour_utc, target_rate: 500/s, repeat: true } }',
      ),
      'workload.arrival_trace: is used by no clients',
    ],
    [
      'a trace with an unknown column',
      BASE.replace(
        'workload: opaque',
        'workload: { arrival_trace: { file: wabo, time: hour, target_rate: 500/s } }',
      ).replace('{ poisson: 500/s }', 'trace'),
      "wabo has no column 'hour', expected one of: hour_utc, events",
    ],
    [
      'a warm-up as long as the run',
      `${BASE}run: { warmup: 10s, duration: 10s }\n`,
      'run.warmup: leaves nothing of the run to measure',
    ],
    [
      'a fault after the end',
      `${BASE}faults: [{ crash: leader, at: 60s }]\n`,
      'faults.0.at: falls at or after the end of the run',
    ],
    [
      'a fault at a node that does not exist',
      `${BASE}faults: [{ partition: [7], at: 1s }]\n`,
      'faults.0.partition: there is no node 7',
    ],
    [
      'protocol and compare',
      `${BASE}compare: [{ protocol: raft }]\n`,
      'protocol: the scenario has both protocol and compare',
    ],
    ['no protocol', BASE.replace('protocol: raft\n', ''), 'the scenario has neither protocol nor compare'],
    [
      'one label twice',
      BASE.replace('protocol: raft', 'compare: [{ protocol: raft }, { protocol: raft }]'),
      "compare.1.label: 'raft' is the label of compare.0 already",
    ],
    [
      'more replies than nodes',
      BASE.replace('site: lan,', 'site: lan, reply_quorum: 5,'),
      'clients.0.reply_quorum: waits for 5 replies of 4 nodes',
    ],
  ])('%s: is an error', (_what, text, message) => {
    const problems = problemsOf(text, [], { 'm.csv': 'x,a,b\na,0,0.5\nb,0.5,0\n' });
    expect(problems).toEqual([expect.stringContaining(message)]);
  });

  test('are reported together with plain errors elsewhere', () => {
    const problems = problemsOf(
      `${pbft('{ faults: 1 }').replace('count: 4', 'count: 3')}frobnicate: 1\nmachine: { cores: x }\nrun: { warmup: 10s, duration: 10s }\n`,
    );
    expect(problems.map((problem) => problem.split(' ')[1])).toEqual([
      'protocol.pbft.faults:',
      'frobnicate:',
      'machine.cores:',
      'run.warmup:',
    ]);
  });
});

describe('what a message says', () => {
  test.each([
    [
      'a seed that is no whole number',
      BASE.replace('seed: 5', 'seed: -1'),
      "4:7: seed: is '-1', expected a whole number from 0 to 9007199254740991",
    ],
    [
      'a format of the future',
      BASE.replace('scenario: 1', 'scenario: 2'),
      "1:11: scenario: is '2', expected 1 (Version of this format; 1 is the only one so far)",
    ],
    [
      'an unknown matrix',
      `${BASE}network: { matrix: nowhere }\n`,
      "9:20: network.matrix: 'nowhere' is not known, expected a shipped matrix (lan, multi-az, cloud-regions, belt-and-road, azure, wonderproxy), or the path of a CSV file as { file: path }",
    ],
    [
      'a tab',
      BASE.replace('nodes: {', 'nodes:\n\tx: {'),
      '6:1: a tab stands in the indentation, expected spaces in its place',
    ],
    [
      'a key twice',
      BASE.replace('name: small', 'name: small\nname: large'),
      "3:1: the key 'name' stands here for the second time, after line 2, expected it once: remove one of the two",
    ],
  ])('%s', (_what, text, expected) => {
    expect(problemsOf(text)).toContain(expected);
  });

  test('of an override names its path once', () => {
    expect(problemsOf(BASE, ['seed=x'])).toEqual([
      "--set seed: is 'x', expected a whole number from 0 to 9007199254740991",
    ]);
    expect(problemsOf(BASE, ['run={ duration: soon }'])).toEqual([
      expect.stringMatching(/^--set run: run\.duration: is 'soon'/),
    ]);
  });
});

describe('what is unwise', () => {
  test('an election timeout under the round trip runs, with a warning', () => {
    const text = `${BASE}network: { matrix: belt-and-road }\n`
      .replace('{ count: 4 }', '{ sites: { Shanghai: 2, Nairobi: 2 } }')
      .replace('site: lan', 'site: Shanghai');
    expect(problemOf(text)).toMatch(
      /^8:11: warning: protocol\.raft\.election_timeout: begins at \d+ms, which is shorter than the longest round trip, [\d.]+ms/,
    );
  });

  test('a crash of more nodes than the protocol tolerates runs, with a warning', () => {
    expect(problemOf(`${BASE}faults: [{ crash: [0, 1, 2], at: 5s, for: 1s }]\n`)).toContain(
      'warning: faults.0.crash: takes 3 of 4 nodes, but raft needs 3',
    );
  });

  test('a warning at one level is told once, where the level stands', () => {
    const text = `${BASE.replace('raft', '{ raft: { heartbeat: 20ms } }')}levels: { protocol.raft.election_timeout: [150ms..300ms, 100ms..100ms] }\n`;
    expect(problemOf(text)).toMatch(/^9:58: warning: protocol\.raft\.election_timeout: is not random/);
  });
});

describe('overrides', () => {
  test('are named as the place of the problems that they bring', () => {
    expect(problemOf(BASE, ['run.duraton=5s'])).toMatch(
      /^--set run\.duraton: unknown key \(did you mean 'duration'\?\)/,
    );
    expect(problemOf(BASE, ['run.duration=5'])).toMatch(/^--set run\.duration: is '5', expected a duration/);
    expect(problemOf(BASE, ['foo.bar=5'])).toMatch(/^--set foo\.bar: foo: unknown key/);
  });

  test('that lead nowhere are errors', () => {
    expect(problemOf(BASE, ['seed.x=5'])).toContain('there is no such place: seed is a single value');
    expect(problemOf(BASE, ['clients.3.site=lan'])).toContain('clients has 1 element, expected the number 0');
    expect(problemOf(BASE, ['seed'])).toBe('--set seed: has no value, expected path=value');
  });
});

describe('the nearest name', () => {
  test('is offered for slips of the finger, not for other words', () => {
    expect(nearest('nmae', ['seed', 'name'])).toBe(" (did you mean 'name'?)");
    expect(nearest('netwrok', ['network', 'nodes'])).toBe(" (did you mean 'network'?)");
    expect(nearest('zzz', ['run', 'seed', 'name'])).toBe('');
    expect(nearest('x', [])).toBe('');
  });
});
