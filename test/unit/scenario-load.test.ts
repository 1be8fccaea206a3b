// A sound scenario file becomes a complete, frozen scenario: defaults, points, seeds, data, and a resolved text that says it all.
import { describe, expect, test } from 'vitest';
import { expectedRequests } from '../../src/scenario/expected-load.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { formatProblem } from '../../src/scenario/problem.ts';
import { readTextFile } from '../../src/scenario/profiles.ts';
import { runSettings, runSpecFor, seedOf } from '../../src/scenario/run-spec-for.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { OpenLoadSpec } from '../../src/simulation/run-spec.ts';
import { arrivalsNamed } from '../../src/workloads/arrival-registry.ts';
import { BARE as BASE } from '../support/problems-of.ts';

/** Loads a text as `small.yaml`; other files by their text here, else from the package. */
function load(text: string, overrides: readonly string[] = [], files: Readonly<Record<string, string>> = {}): Scenario {
  const result = loadScenario('/scenarios/small.yaml', {
    overrides,
    readText: reader({ ...files, 'small.yaml': text }),
  });
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.scenario;
}
function reader(files: Readonly<Record<string, string>>): (path: string) => string {
  return (path) => files[path.replace('/scenarios/', '')] ?? readTextFile(path);
}

describe('a sound scenario', () => {
  test('of thousands of nodes warns of what a round of messages is, and where to ask for an estimate', () => {
    const { warnings } = load(`${BASE.replace('count: 4', 'count: 9000')}protocol: pbft\n`);
    expect(warnings.map(formatProblem)).toEqual([
      expect.stringMatching(/warning: nodes: 9,000 nodes.* 80,991,000 messages.*`quorumlab run --plan`/),
    ]);
    expect(load(`${BASE.replace('count: 4', 'count: 1000')}protocol: pbft\n`).warnings).toEqual([]);
  });

  test('adds a delay to every pair of sites, also within one, says so, and its resolved text adds it once', () => {
    const without = load(`${BASE}protocol: raft\n`);
    const { points, assumptions, resolved } = load(`${BASE}protocol: raft\n`, ['network.added_delay=130us']);
    const delays = (scenario: Pick<Scenario, 'points'>) => [...scenario.points[0]!.setup.network.oneWay];
    expect(delays({ points })).toEqual(delays(without).map((delay) => delay + 130_000));
    expect(assumptions).toContainEqual(
      expect.stringMatching(/^Every one-way delay is 130us longer than the matrix says/),
    );
    expect(delays(load(resolved))).toEqual(delays({ points }));
    expect(without.assumptions.join()).not.toContain('longer than');
  });

  test('takes defaults for all that it leaves out, and says what it assumed', () => {
    const { run, points, assumptions, warnings } = load(`${BASE}protocol: raft\n`);
    expect(run).toEqual({ warmup: 'auto', duration: 60e9, replications: 5 });
    expect(warnings).toEqual([]);
    expect(points.map(({ label, protocol, trust, factors }) => ({ label, protocol, trust, factors }))).toEqual([
      { label: 'raft', protocol: 'raft', trust: 'crash', factors: {} },
    ]);
    const { setup } = points[0]!;
    expect(setup.nodes).toBe(4);
    expect(setup.network.sites).toEqual(['lan']);
    expect([...setup.network.oneWay]).toEqual([50_000]);
    expect(setup.network).toMatchObject({
      transport: 'tcp',
      headerBytes: 66,
      segmentBytes: 1448,
      loss: 0,
      egress: { bitsPerSecond: 1e9, discipline: 'fair' },
    });
    expect(setup.machine.crypto).toMatchObject({
      profile: 'openssl-server',
      scheme: 'ed25519',
      sign: 23_000,
      verify: 63_000,
    });
    expect(setup.machine.crypto.hashPerByte * 65_536).toSatisfy(Number.isInteger);
    expect(setup.machine.disk.fsync).toMatchObject({ kind: 'lognormal', median: 140_000 });
    expect(setup.clients[0]).toMatchObject({ place: { site: 0 }, submit: null, replyQuorum: null, retryAfter: 4e9 });
    expect(assumptions.some((sentence) => sentence.includes('50 us apart'))).toBe(true);
  });

  test('is frozen to the bottom', () => {
    const { points } = load(`${BASE}protocol: raft\n`);
    expect(() => Object.assign(points[0]!.setup.machine.crypto, { sign: 0 })).toThrow(TypeError);
    expect(Object.isFrozen(points)).toBe(true);
  });

  test('resolves to a text that loads to the same scenario and resolves to itself', () => {
    const text = `${BASE}compare: [{ protocol: pbft, label: PBFT, batch: { timeout: 3ms } }, { protocol: raft, preset: etcd-3.4 }]
faults: [{ crash: leader, at: 5s, for: 2s }, { partition: [0, 1], at: 10s, for: 1s }]
objective: { finality_p99: 2s, availability: 99.9% }
network: { matrix: { uniform: 3ms, sites: [lan, far] }, jitter: { lognormal: { median: 1ms, sigma: 0.5 } } }
`;
    const first = load(text);
    const again = load(first.resolved);
    expect(again.points).toEqual(first.points);
    expect(again.objective).toEqual(first.objective);
    expect(again.resolved).toBe(first.resolved);
    expect(first.resolved).toContain('durable: true');
  });

  test('changes its resolved text with each setting and with the data it reads, but not with comments or layout', () => {
    const text = `${BASE}protocol: raft\nnetwork: { matrix: { file: m.csv, unit: ms, holds: round-trip } }\n`.replace(
      '{ count: 4 }',
      '{ sites: { lan: 3 } }',
    );
    const csv = 'rtt,lan,far\nlan,0,4\nfar,4,0\n';
    const resolved = (t: string, m: string) => load(t, [], { 'm.csv': m }).resolved;
    expect(resolved(`# a comment\n${text}`, csv)).toBe(resolved(text, csv));
    expect(resolved(text, csv.replaceAll('4', '5'))).not.toBe(resolved(text, csv));
    expect(resolved(text.replace('500/s', '501/s'), csv)).not.toBe(resolved(text, csv));
  });

  test('resolves a vote that must survive a restart to durable, exactly where a restart is scheduled', () => {
    const durable = (more: string) =>
      (load(`${BASE}protocol: pbft\n${more}`).points[0]!.setup.protocol.options as { durable: boolean }).durable;
    expect(durable('')).toBe(false);
    expect(durable('faults: [{ crash: 1, at: 5s }]\n')).toBe(false);
    expect(durable('faults: [{ crash: 1, at: 5s, for: 2s }]\n')).toBe(true);
  });
});

describe('networks', () => {
  const nodes = (sites: string) => BASE.replace('{ count: 4 }', `{ sites: ${sites} }`);

  test('round trips are halved, one-way delays are kept, and asymmetry survives', () => {
    const files = { 'm.csv': 'x,a,b\na,1,10\nb,30,1\n' };
    const matrix = (holds: string) =>
      `${nodes('{ a: 2, b: 1 }').replace('site: lan', 'site: a')}protocol: raft\nnetwork: { matrix: { file: m.csv, unit: ms, holds: ${holds} } }\n`;
    expect([...load(matrix('round-trip'), [], files).points[0]!.setup.network.oneWay]).toEqual([
      250_000, 5e6, 15e6, 250_000,
    ]);
    expect([...load(matrix('one-way'), [], files).points[0]!.setup.network.oneWay]).toEqual([
      250_000, 10e6, 30e6, 250_000,
    ]);
  });

  test('nodes are numbered in the order of their sites', () => {
    const text = `${nodes('{ Singapore: 2, Shanghai: 1 }').replace('site: lan', 'site: Dubai')}protocol: raft\nnetwork: { matrix: belt-and-road }\n`;
    const { network, clients } = load(text).points[0]!.setup;
    expect([...network.nodeSites].map((site) => network.sites[site])).toEqual(['Singapore', 'Singapore', 'Shanghai']);
    expect(network.sites[(clients[0]!.place as { site: number }).site]).toBe('Dubai');
    const at = (from: string, to: string) =>
      network.oneWay[network.sites.indexOf(from) * network.sites.length + network.sites.indexOf(to)];
    expect(at('Singapore', 'Shanghai')).toBe(191.023e6 / 2);
  });

  test.each([
    ['cloud-regions', 'eu-central-1', 21],
    ['azure', 'WestEurope', 74],
    ['wonderproxy', 'Melbourne', 217],
    ['belt-and-road', 'Nairobi', 29],
  ])('the preset %s has %s among its %d sites', (preset, site, count) => {
    const text = `${nodes(`{ ${site}: 3 }`).replace('site: lan', `site: ${site}`)}protocol: raft\nnetwork: { matrix: ${preset} }\n`;
    const { sites } = load(text).points[0]!.setup.network;
    expect(sites).toHaveLength(count);
    expect(sites).toContain(site);
  });

  test('one delay for all pairs gives each node a site of its own, and clients one outside', () => {
    const text = `${BASE.replace('site: lan', 'site: outside')}protocol: raft\nnetwork: { matrix: { uniform: 5ms } }\n`;
    const { network } = load(text).points[0]!.setup;
    expect([...network.nodeSites]).toEqual([0, 1, 2, 3]);
    expect(network.sites[4]).toBe('outside');
    expect(network.oneWay[4]).toBe(5e6);
  });
});

describe('design points', () => {
  test('are all combinations of levels for each contender that they concern', () => {
    const { points } = load(`${BASE}compare: [{ protocol: pbft, label: P }, { protocol: raft, label: R }]
levels:
  clients.0.load.open.poisson: [500/s, 1000/s]
  compare.0.batch.timeout: [1ms, 2ms]
`);
    expect(points.map((point) => point.label)).toEqual([
      'P poisson=500/s timeout=1ms',
      'P poisson=500/s timeout=2ms',
      'P poisson=1000/s timeout=1ms',
      'P poisson=1000/s timeout=2ms',
      'R poisson=500/s',
      'R poisson=1000/s',
    ]);
    expect(points[3]!.factors).toEqual({ 'clients.0.load.open.poisson': '1000/s', 'compare.0.batch.timeout': '2ms' });
    expect(points[3]!.setup.clients[0]!.load).toEqual({
      kind: 'open',
      arrivals: { name: 'poisson', options: { rate: 1000 } },
    });
    expect(points[3]!.setup.protocol.options).toMatchObject({ batch: { timeout: 2e6 } });
    expect(points[5]!.setup.label).toBe('R poisson=1000/s');
  });

  test('may have nodes of their own', () => {
    const { points } = load(`${BASE}compare: [{ protocol: pbft }, { protocol: raft, nodes: { count: 3 } }]\n`);
    expect(points.map((point) => point.setup.nodes)).toEqual([4, 3]);
  });
});

describe('overrides', () => {
  test('replace what the file says and add what it does not, also by the label of a contender', () => {
    const text = `${BASE}compare: [{ protocol: raft, label: R }]\n`;
    const { seed, run, points } = load(text, [
      'seed=9',
      'run.duration=10s',
      'compare.R.heartbeat=20ms',
      'network={ matrix: multi-az }',
      'clients.0.site=zone-b',
    ]);
    expect(seed).toBe(9);
    expect(run.duration).toBe(10e9);
    expect(points[0]!.setup.protocol.options).toMatchObject({ heartbeat: 20e6 });
    expect(points[0]!.setup.clients[0]!.place).toEqual({ site: 1 });
  });
});

describe('arrival traces', () => {
  const trace = (more = '') =>
    `${BASE.replace('workload: opaque', `workload: { arrival_trace: { file: t.csv, time: at, target_rate: 1/s${more}, workload: opaque } }`)}protocol: raft
`.replace('{ open: { poisson: 500/s } } }', '{ open: trace } }, { node: 0, load: { open: trace } }');
  const files = { 't.csv': 'at,n\n0.5,1\n100.5,2\n200.5,1\n400.5,3\n' };

  test('are read, compressed to the target rate and dealt in turn to the clients that replay them', () => {
    const { points, warnings } = load(trace(', repeat: true'), [], files);
    const loads = points[0]!.setup.clients.map(
      (client) => client.load as { arrivals: { options: { times: Float64Array; repeat: boolean } } },
    );
    // 400 s between four rows, three gaps of a second on average.
    expect(loads.map(({ arrivals }) => [...arrivals.options.times])).toEqual([
      [0, 1.5e9],
      [0.75e9, 3e9],
    ]);
    expect(loads[0]!.arrivals.options.repeat).toBe(true);
    expect(points[0]!.setup.workload.name).toBe('opaque');
    expect(warnings).toEqual([]);
  });

  test('that repeat keep to the target rate, all groups together, and say after how long they begin again', () => {
    const { points, assumptions } = load(trace(', repeat: true'), [], files);
    const clients = points[0]!.setup.clients;
    expect(expectedRequests(clients, 400e9)).toBe(400);
    const arrivals = clients.flatMap(({ load: open }, group) => {
      const { arrivals: named } = open as OpenLoadSpec;
      const process = arrivalsNamed(named.name).create(named.options, { seed: 1, group });
      return Array.from({ length: 600 }, () => process.next());
    });
    expect(arrivals.filter((at) => at < 400e9)).toHaveLength(400);
    expect(assumptions).toContainEqual(expect.stringContaining('begins again every 4s until the run ends'));
  });

  test('that end long before the run are worth a warning', () => {
    expect(load(trace(), [], files).warnings.map(formatProblem)).toEqual([
      expect.stringContaining('the trace ends at 3s'),
    ]);
  });

  test('may count several requests in a row', () => {
    const { points } = load(trace(', count: n, repeat: true'), [], files);
    const dealt = points[0]!.setup.clients.map(
      (client) => (client.load as { arrivals: { options: { times: Float64Array } } }).arrivals.options.times.length,
    );
    expect(dealt).toEqual([4, 3]);
  });
});

describe('the specification of a run', () => {
  test('has a seed for each replication that all points share, and segments for detecting the warm-up', () => {
    const scenario = load(`${BASE}compare: [{ protocol: pbft }, { protocol: raft }]\n`);
    const spec = (point: number, replication: number) => runSpecFor(scenario, point, replication, { quick: false });
    expect(spec(0, 2).seed).toBe(spec(1, 2).seed);
    expect(new Set([0, 1, 2, 3, 4].map((replication) => spec(0, replication).seed)).size).toBe(5);
    expect(spec(0, 0).boundaries).toHaveLength(39);
    expect(spec(0, 0).boundaries[0]).toBe(1.5e9);
    expect(spec(0, 0).horizon).toBe(60e9);
  });

  test('cuts a given warm-up off, and the time behind it into segments, some of which end before a fault', () => {
    const scenario = load(`${BASE}protocol: raft\nrun: { warmup: 5s, duration: 20s }\n`);
    const { boundaries, measuredFrom } = runSpecFor(scenario, 0, 0, { quick: false });
    expect(measuredFrom).toBe(5e9);
    expect(boundaries).toHaveLength(40);
    expect(boundaries.slice(0, 2)).toEqual([5e9, 5.375e9]);
    expect(boundaries.at(-1)).toBe(19.625e9);
  });

  test('is shorter when quick, but still reaches beyond the last fault', () => {
    const scenario = load(`${BASE}protocol: raft\nfaults: [{ crash: leader, at: 20s, for: 10s }]\n`);
    expect(runSettings(scenario, { quick: true })).toEqual({ warmup: 'auto', duration: 40e9, replications: 2 });
    expect(runSettings(load(`${BASE}protocol: raft\n`), { quick: true }).duration).toBe(15e9);
  });

  test('gets seeds that are safe integers and differ for neighbouring scenarios', () => {
    const seeds = [0, 1, 2, 2 ** 40, Number.MAX_SAFE_INTEGER].flatMap((seed) => [seedOf(seed, 0), seedOf(seed, 1)]);
    expect(seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0)).toBe(true);
    expect(new Set(seeds).size).toBe(seeds.length);
  });
});
