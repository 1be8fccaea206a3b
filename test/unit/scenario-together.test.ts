// Every mistake of a file is told the first time, also where several stand in one section; and none that another only brings with it.
import { describe, expect, test } from 'vitest';
import { BARE, BASE, problemsOf } from '../support/problems-of.ts';

/** Place, path and how it is told, up to where it says what is expected. */
function briefly(problems: readonly string[]): readonly string[] {
  return problems.map((problem) => problem.split(/, expected|: no checkpoint/)[0] as string);
}

/** The paths of what is told. */
function pathsOf(problems: readonly string[]): readonly string[] {
  return problems.map((problem) => /^\S+ (?:warning: )?([\w.-]+):/.exec(problem)?.[1] ?? problem);
}

test('a scenario with mistakes in every section is told each of them once, at its place', () => {
  const text = `scenario: 1
name: Small_One
question: How fast?
seed: -5
run: { duration: 0s, stop_after: 10, kind: steady-state }
network: { matrix: belt-and-road, loss: 80%, jitter: { uniform: { min: 2ms, max: 1ms } } }
machine: { cores: 0, disk: nmve, crypto: { profile: noble, scheme: rsa, mode: x } }
nodes: { sites: { Shanghai: 0, Nairobbi: 3 }, count: 4 }
clients:
  - { site: Hambrug, load: { open: { poisson: fast } } }
  - { retry_after: soon, load: { closed: { clients: 100000, outstanding: 1000 } } }
workload: { supply-chain: { parties: none, double_receipt: 60%, read_share: 60% } }
compare:
  - { protocol: pbft, label: A, faults: few, checkpoint_interval: 1000, watermark_window: 500 }
  - { protocol: raft, label: A, heartbeat: 151ms, tick: x, initial_logs: staggered, initial_leader: 1 }
faults:
  - { crash: [0, 0], at: 60s, for: never }
objective: { finality_p99: 1, throughput: x }
prices: { currency: EUR, core_hour: -1, egress_gb: x, disk_gb_month: 0.1 }
drills: { at: x, slow_by: 1 }
space:
  protocols: { pbft: { checkpoint_interval: 1000, watermark_window: 500 } }
  nodes: none
  sites: [Shangai, Nairobi]
  machines:
    - { name: a, cores: 0, disk: nmve }
    - { name: a, cores: 4 }
  byzantine: 0
  byzantine_meanwhile: true
`;
  expect(briefly(problemsOf(text)).filter((problem) => !problem.includes(': warning: '))).toEqual([
    "2:7: name: is 'Small_One'",
    "4:7: seed: is '-5'",
    "5:18: run.duration: is '0s'",
    '5:34: run.stop_after: contradicts kind: steady-state, of which a run shows a stretch of given length',
    "6:41: network.loss: is '80%'",
    '6:82: network.jitter.uniform.max: max 1ms is below min 2ms',
    "7:19: machine.cores: is '0'",
    "7:28: machine.disk: there is no disk profile 'nmve' (did you mean 'nvme'?)",
    "7:68: machine.crypto.scheme: profile noble has no scheme 'rsa'",
    "7:79: machine.crypto.mode: is 'x'",
    '8:8: nodes: has both sites and count',
    "8:29: nodes.sites.Shanghai: is '0'",
    "8:42: nodes.sites.Nairobbi: there is no site 'Nairobbi' in this network (did you mean 'Nairobi'?)",
    "10:13: clients.0.site: there is no site 'Hambrug' in this network",
    "10:47: clients.0.load.open.poisson: is 'fast'",
    '11:5: clients.1: has neither site nor node',
    "11:20: clients.1.retry_after: is 'soon'",
    '11:42: clients.1.load.closed: keeps 100,000,000 requests under way (clients × outstanding)',
    "12:38: workload.supply-chain.parties: is 'none'",
    '12:77: workload.supply-chain.read_share: queries (0.6) and double receipts (0.6) are more than all requests',
    "14:41: compare.0.faults: is 'few'",
    '14:67: compare.0.checkpoint_interval: checkpoint_interval (K = 1000) is above watermark_window (L = 500)',
    "15:30: compare.1.label: 'A' is the label of compare.0 already",
    '15:44: compare.1.heartbeat: followers would time out between two heartbeats',
    "15:57: compare.1.tick: is 'x'",
    '15:74: compare.1.initial_logs: of different length contradict initialLeader, who wrote them all',
    '17:14: faults.0.crash: names node 0 twice',
    "17:36: faults.0.for: is 'never'",
    "18:28: objective.finality_p99: is '1'",
    "18:43: objective.throughput: is 'x'",
    "19:37: prices.core_hour: is '-1'",
    "19:52: prices.egress_gb: is 'x'",
    "20:15: drills.at: is 'x'",
    "20:27: drills.slow_by: is '1'",
    '22:45: space.protocols.pbft.checkpoint_interval: checkpoint_interval (K = 1000) is above watermark_window (L = 500)',
    "23:10: space.nodes: is 'none'",
    "24:11: space.sites.0: there is no site 'Shangai' in this network (did you mean 'Shanghai'?)",
    "26:25: space.machines.0.cores: is '0'",
    "26:34: space.machines.0.disk: there is no disk profile 'nmve' (did you mean 'nvme'?)",
    "27:15: space.machines.1.name: 'a' is the name of another machine",
    "28:14: space.byzantine: is '0'",
    '29:24: space.byzantine_meanwhile: says that both happen at once',
  ]);
});

describe('two mistakes of one section are both told', () => {
  test('of a machine to choose from: no price and no such disk', () => {
    const machines = '[{ name: a, cores: 4, disk: nmve }]';
    const text = `${BASE}space: { protocols: { raft: {} }, nodes: 3, sites: [lan], machines: ${machines} }\n`;
    expect(pathsOf(problemsOf(text))).toEqual(['space.machines.0', 'space.machines.0.disk']);
  });

  const nodeless = BARE.replace('{ count: 4 }', '{ count: 0 }');
  test.each([
    [
      'machine: { cores: 0, disk: { fsync: { uniform: { min: 2ms, max: 1ms } }, bandwidth: x } }',
      BASE,
      ['machine.cores', 'machine.disk.fsync.uniform.max', 'machine.disk.bandwidth'],
    ],
    ['run: { replications: 0, duration: 5s, warmup: 9s }', BASE, ['run.replications', 'run.warmup']],
    [
      'run: { warmup: x, precision: { finality_p99: 5% }, replications: 6, most_replications: 5 }',
      BASE,
      ['run.warmup', 'run.most_replications'],
    ],
    [
      'protocol: { pbft: { checkpoint_interval: 1000, watermark_window: 500 } }',
      nodeless,
      ['nodes.count', 'protocol.pbft.checkpoint_interval'],
    ],
    ['protocol: { raft: { heartbeat: 1s } }', nodeless, ['nodes.count', 'protocol.raft.heartbeat']],
    [
      'network: { tls: x, matrix: { file: nowhere.csv, unit: ms, holds: one-way } }',
      BASE,
      ['network.tls', 'network.matrix'],
    ],
    ['drills: { at: 1s, slow_by: 1 }\nrun: { warmup: 5s }', BASE, ['drills.at', 'drills.slow_by']],
    ['faults: [{ slow: 9, by: x, at: 70s }]', BASE, ['faults.0.slow', 'faults.0.by', 'faults.0.at']],
  ])('%s', (lines, base, paths) => {
    const told = problemsOf(`${base}${lines}\n`).filter((problem) => !problem.includes(': warning: '));
    expect(pathsOf(told)).toEqual(paths);
  });

  test('of a trace: its scale, its column and its time', () => {
    const traced =
      'workload: { arrival_trace: { file: wabo, time: hour, repeat: x, workload: { opaque: { bytes: x } } } }';
    const text = BASE.replace('workload: opaque', traced).replace('{ poisson: 500/s }', 'trace');
    expect(pathsOf(problemsOf(text)).toSorted()).toEqual([
      'workload.arrival_trace',
      'workload.arrival_trace.repeat',
      'workload.arrival_trace.time',
      expect.stringMatching(/^workload\.arrival_trace\.workload/),
    ]);
  });
});

describe('a mistake brings no others with it', () => {
  const azure = BASE.replace('{ count: 4 }', '{ sites: { WestEurope: 4 } }').replace('site: lan', 'site: WestEurope');
  const priced = (prices: string) =>
    `${BASE}${prices}\nspace: { protocols: { raft: {} }, nodes: 3, sites: [lan], machines: [{ name: a, cores: 4 }] }\n`;
  test.each([
    ['a misspelt matrix', `${azure}network: { matrx: azure }\n`, ['network.matrx']],
    ['a misspelt precision', `${BASE}run: { precison: {}, most_replications: 9 }\n`, ['run.precison']],
    [
      'a misspelt price of a machine',
      `${BASE}space: { protocols: { raft: {} }, nodes: 3, sites: [lan], machines: [{ name: a, cores: 4, per_moth: 9 }] }\n`,
      ['space.machines.0.per_moth'],
    ],
    ['a misspelt network', `${azure}ntework: { matrix: azure }\n`, ['ntework']],
    ['a misspelt protocol', `${BARE}protocl: raft\n`, ['protocl']],
    ['a misspelt count of nodes', BASE.replace('count', 'cuont'), ['nodes.cuont']],
    ['nodes that are no mapping', BASE.replace('{ count: 4 }', '4'), ['nodes']],
    ['a misspelt site of clients', BASE.replace('site: lan', 'stie: lan'), ['clients.0.stie']],
    [
      'a number of nodes that is none',
      BASE.replace('count: 4', 'count: x').replace('site: lan', 'node: 7'),
      ['nodes.count'],
    ],
    [
      'nodes that give sites their names',
      `${BASE.replace('{ count: 4 }', '{ count: x }').replace('site: lan', 'site: site-2')}network: { matrix: { uniform: 5ms } }\n`,
      ['nodes.count'],
    ],
    [
      'a misspelt timeout',
      BASE.replace('raft', '{ raft: { heartbeat: 200ms, election_timeot: 1s..2s } }'),
      ['protocol.raft.election_timeot'],
    ],
    [
      'a timeout that is none',
      BASE.replace('raft', '{ raft: { heartbeat: 200ms, election_timeout: x } }'),
      ['protocol.raft.election_timeout'],
    ],
    ['an unknown number of faults', BASE.replace('raft', '{ pbft: { faults: x } }'), ['protocol.pbft.faults']],
    [
      'faults for nodes that are none',
      BASE.replace('raft', '{ pbft: { faults: 2 } }').replace('count: 4', 'count: 0'),
      ['nodes.count'],
    ],
    ['a misspelt duration', `${BASE}run: { duraton: 90s }\nfaults: [{ crash: 0, at: 70s }]\n`, ['run.duraton']],
    [
      'a price that is none',
      priced('prices: { currency: EUR, core_hour: x, egress_gb: 0, disk_gb_month: 0 }'),
      ['prices.core_hour'],
    ],
    [
      'a misspelt list of prices',
      priced('price: { currency: EUR, core_hour: 1, egress_gb: 0, disk_gb_month: 0 }'),
      ['price'],
    ],
    [
      'a disk of all machines, told where it stands',
      priced(
        'machine: { disk: nmve }\nprices: { currency: EUR, core_hour: 1, egress_gb: 0, disk_gb_month: 0 }',
      ).replace('cores: 4 }', 'cores: 4, crypto: { profile: noble } }'),
      ['machine.disk'],
    ],
    [
      'a trace that is none',
      BASE.replace('opaque', '{ arrival_trace: { file: wabo, time: x, target_rate: y } }')
        .replace('{ poisson: 500/s }', 'trace')
        .replace('time: x', 'time: hour_utc'),
      ['workload.arrival_trace.target_rate'],
    ],
  ])('%s', (_what, text, paths) => {
    expect(pathsOf(problemsOf(text))).toEqual(paths);
  });
});
