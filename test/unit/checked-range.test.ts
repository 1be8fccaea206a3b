// The ranges checked against real systems are what the judged rows of their targets cover, and a scenario outside is told in what.
// What their scenarios take for constants and options is written anew by UPDATE_CHECKED_SETTINGS=1 npx vitest run test/unit/checked-range.test.ts
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { createSampler } from '../../src/kernel/distributions.ts';
import type { RaftOptions } from '../../src/protocols/raft/options.ts';
import { checkedRangeLines } from '../../src/report/checked-range.ts';
import { openScenario } from '../../src/scenario/load.ts';
import type { PointSetup } from '../../src/scenario/scenario.ts';
import { formatDuration } from '../../src/units/format.ts';
import {
  checkedRangeOf,
  clientDelays,
  delaysBetween,
  outstanding,
  reasonsOutside,
  SERVICE_TIMES,
} from '../../src/validation/checked-range.ts';
import { type CheckedRange, checkedRanges } from '../../src/validation/checked-ranges.ts';
import { checkedSettings } from '../../src/validation/checked-settings.ts';
import { concerns, scenarioOf } from '../../src/validation/observe.ts';
import { type PointSettings, settingsOf, settingsTogether, type Values } from '../../src/validation/point-settings.ts';
import { numberAt, openReference } from '../../src/validation/reference.ts';
import { targets } from '../../src/validation/registry.ts';

async function pointsOf(file: string, overrides: readonly string[] = []) {
  const read = await openScenario(file, { overrides });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.scenario.points;
}

/** The set-ups that the judged rows of a target are predicted from. */
async function judgedSetups(id: string): Promise<readonly PointSetup[]> {
  const target = targets.find((one) => one.id === id)!;
  const judged = target.comparisons(openReference(), 1).filter(({ ungated }) => ungated === null);
  const points = await pointsOf(scenarioOf(target));
  return points.filter((point) => judged.some((row) => concerns(row, point))).map(({ setup }) => setup);
}

const spanOf = (values: readonly number[]) => ({ low: Math.min(...values), high: Math.max(...values) });
const load = (setup: PointSetup) => setup.clients.reduce((sum, { load: one }) => sum + outstanding(one), 0);
const fsync = ({ machine }: PointSetup) => createSampler(machine.disk.fsync).mean / 1e6;

describe.each(checkedRanges)('the range of $system', (range: CheckedRange) => {
  test('holds every judged row of its targets', async () => {
    for (const id of range.targets)
      for (const setup of await judgedSetups(id)) expect(reasonsOutside(range, setup, []), id).toEqual([]);
  });

  test('is no wider than those rows', async () => {
    const setups = (await Promise.all(range.targets.map(judgedSetups))).flat();
    expect(range.nodes).toEqual(spanOf(setups.map(({ nodes }) => nodes)));
    expect(range.delayMs).toEqual(spanOf(setups.flatMap(delaysBetween)));
    expect(range.clientDelayMs).toBe(Math.max(0, ...setups.flatMap(clientDelays)));
    expect(range.fsyncMs).toBeCloseTo(Math.max(...setups.map(fsync)), 4);
    if (range.load.loop === 'closed') expect(range.load.most).toBe(Math.max(...setups.map(load)));
  });
});

/** All that the points of judged rows take, by the range that they make up. */
async function settingsOfRanges(): Promise<Record<string, PointSettings>> {
  const all: Record<string, PointSettings> = {};
  for (const { system, targets: ids, load: limit } of checkedRanges) {
    const setups = (await Promise.all(ids.map(judgedSetups))).flat();
    const reach = limit.loop === 'closed' ? limit.most : Number.POSITIVE_INFINITY;
    all[system] = settingsTogether(setups.map((setup) => settingsOf(setup, reach)));
  }
  return all;
}

function sourceText(all: Readonly<Record<string, PointSettings>>): string {
  const key = (name: string) => (/^[a-z_]\w*$/i.test(name) ? name : `'${name}'`);
  const entry = (name: string, values: readonly string[]) =>
    `      ${key(name)}: [${values.map((one) => `'${one}'`).join(', ')}],\n`;
  const group = (name: string, values: Values) => {
    const entries = Object.entries(values).map(([one, texts]) => entry(one, texts));
    return entries.length === 0 ? `    ${name}: {},\n` : `    ${name}: {\n${entries.join('')}    },\n`;
  };
  const system = ([name, { services, cryptography, options }]: [string, PointSettings]) =>
    `  ${key(name)}: {\n${group('services', services)}${group('cryptography', cryptography)}${group('options', options)}  },\n`;
  return `/** With what each checked range was predicted: read from its scenarios and written by test/unit/checked-range.test.ts, not by hand. */
import type { PointSettings } from './point-settings.ts';

export const checkedSettings: Readonly<Record<string, PointSettings>> = {
${Object.entries(all).map(system).join('')}};
`;
}

test('the constants and options of each range are those of its scenarios', async () => {
  const all = await settingsOfRanges();
  if (process.env.UPDATE_CHECKED_SETTINGS === '1')
    writeFileSync(fileURLToPath(new URL('../../src/validation/checked-settings.ts', import.meta.url)), sourceText(all));
  else expect(checkedSettings).toEqual(all);
});

test('how busy processors may be is what the measured machines of judged rows were', () => {
  const busiest = (file: string) =>
    Math.max(
      ...openReference()(file)
        .map((row) => numberAt(row, 'machine_cpu_frac'))
        .filter((share) => share <= 0.6),
    );
  expect(checkedRanges[0]!.processors).toBe(busiest('measured/etcd-throughput.csv'));
  const smart = checkedRanges.find(({ system }) => system === 'BFT-SMaRt')!;
  expect(smart.processors).toBe(busiest('measured/bft-smart-latency.csv'));
});

describe('a scenario', () => {
  let setup: PointSetup;
  beforeAll(async () => {
    const file = scenarioOf(targets.find(({ id }) => id === 'etcd-commit-latency')!);
    setup = (await pointsOf(file)).find(({ label }) => label.includes('count=5 uniform=5ms'))!.setup;
  });
  const outside = (changes: Partial<PointSetup>, busy: Parameters<typeof checkedRangeOf>[1] = []) =>
    checkedRangeOf({ ...setup, ...changes }, busy).outside;
  const network = (changes: Partial<PointSetup['network']>) => ({ network: { ...setup.network, ...changes } });

  test('that was measured lies inside', () => {
    expect(checkedRangeOf(setup, [])).toMatchObject({ system: 'etcd 3.4.23, measured', outside: [] });
    expect(checkedRangeOf(setup, []).range).toMatch(/^one-way 2–25 ms, 3–5 nodes, /);
  });

  test('leaves the range by each thing in which it differs, and says what was checked', () => {
    expect(outside(network({ jitter: { kind: 'constant', value: 1e5 } }))).toEqual(['jitter']);
    expect(outside(network({ loss: 0.001 }))).toEqual(['loss of 0.1 %']);
    expect(outside(network({ transport: 'datagram' }))).toEqual(['datagrams, checked TCP']);
    expect(outside(network({ oneWay: setup.network.oneWay.map((ns) => ns * 10) }))).toEqual([
      'one-way 50 ms between nodes, checked 2–25 ms',
    ]);
    expect(outside({ nodes: 21 })).toEqual(['21 nodes, checked 3–5']);
    expect(outside({ workload: { name: 'payments', options: {} } })).toEqual([
      'workload payments, checked opaque values',
    ]);
    const slow = { ...setup.machine, disk: { ...setup.machine.disk, fsync: { kind: 'constant', value: 2e6 } } };
    expect(outside({ machine: slow })).toEqual([expect.stringMatching(/^fsync of 2 ms, checked up to 0\.14/)]);
  });

  test('leaves it by its load: open, too much at a time, or too busy', () => {
    const [group] = setup.clients;
    const clients = (one: PointSetup['clients'][number]['load']) => ({ clients: [{ ...group!, load: one }] });
    const think = { kind: 'constant', value: 0 };
    expect(outside(clients({ kind: 'closed', clients: 8, outstanding: 2, think }))).toEqual([]);
    expect(outside(clients({ kind: 'closed', clients: 17, outstanding: 1, think }))).toEqual([
      '17 requests at a time, checked at most 16 requests at a time (closed loop)',
    ]);
    expect(outside(clients({ kind: 'open', arrivals: { name: 'poisson', options: { rate: 10 } } }))).toEqual([
      'open-loop load (poisson), checked at most 16 requests at a time (closed loop)',
    ]);
    expect(outside({}, [{ resource: 'cores', node: 2, share: 0.9254 }])).toEqual([
      'processors of node 2 92.5 % busy, checked up to 51 %',
    ]);
    expect(outside({}, [{ resource: 'egress', node: 0, share: 0.2 }])).toEqual([
      'network card of node 0 20 % busy, checked up to 10 %',
    ]);
    expect(outside({}, [{ resource: 'thread', node: 0, share: 0.5 }])).toEqual([]);
  });

  test('with faults is held against the killed leader of etcd only where it is that', async () => {
    const failover = targets.find(({ id }) => id === 'etcd-failover')!;
    const [point] = await pointsOf(scenarioOf(failover));
    expect(checkedRangeOf(point!.setup, [])).toMatchObject({ system: expect.stringContaining('killed'), outside: [] });
    const [quick] = await pointsOf(scenarioOf(failover), ['protocol.raft.heartbeat=50ms', 'protocol.raft.tick=50ms']);
    expect(checkedRangeOf(quick!.setup, []).outside).toEqual([
      'options are not those that were checked: heartbeat 50ms (checked 100ms), tick 50ms (100ms)',
    ]);
    const [restarts] = await pointsOf(scenarioOf(failover), ['faults=[{crash: leader, at: 2.5s, for: 1s}]']);
    expect(checkedRangeOf(restarts!.setup, []).outside).toEqual([
      'faults (crash that ends), checked one leader killed for good',
    ]);
  });

  test('leaves it by service times, each named beside what was checked, whatever that is', () => {
    const [checked] = checkedRanges[0]!.settings.services.request_handling!;
    const machine = { ...setup.machine, requestHandling: setup.machine.requestHandling + 7000 };
    expect(outside({ machine })).toEqual([
      `${SERVICE_TIMES}: request_handling ${formatDuration(machine.requestHandling)} (checked ${checked})`,
    ]);
    const clients = setup.clients.map((group) => ({ ...group, processing: 0 }));
    const [processing] = checkedRanges[0]!.settings.services.processing!;
    expect(outside({ clients })).toEqual([`${SERVICE_TIMES}: processing 0s (checked ${processing})`]);
    // A cost that a later model has is compared without a line of code; absent is 0.
    expect(outside({ machine: { ...setup.machine, collecting: 3000 } as typeof setup.machine })).toEqual([
      `${SERVICE_TIMES}: collecting 3us (checked 0s)`,
    ]);
    const all = { ...machine, execution: 1000, executionLaw: 'exponential', collecting: 3000, pausing: 1 } as const;
    expect(outside({ machine: all, clients })[0]).toMatch(/, \d more$/);
  });

  test('leaves it by options that this load can meet, and not by limits beyond it', () => {
    const options = setup.protocol.options as RaftOptions;
    const withOptions = (changes: Partial<RaftOptions>) =>
      outside({ protocol: { ...setup.protocol, options: { ...options, ...changes } } });
    const batch = (changes: Partial<RaftOptions['batch']>) => withOptions({ batch: { ...options.batch, ...changes } });
    expect(batch({ maxTransactions: 500 })).toEqual([]);
    expect(withOptions({ maxInflight: 256, heartbeat: 5e7, initialLeader: 1, snapshotEvery: 77 })).toEqual([]);
    expect(batch({ maxTransactions: 15, timeout: 2e6 })).toEqual([
      'options are not those that were checked: batch.max_transactions 15 (checked never reached), batch.timeout 2ms (0s)',
    ]);
    expect(batch({ maxBytes: 16 * 256 })).toEqual([]);
    expect(batch({ maxBytes: 16 * 256 - 1 })).toHaveLength(1);
    expect(outside({ clients: setup.clients.map((group) => ({ ...group, submit: 'all' as const })) })).toEqual([
      'options are not those that were checked: submit all (checked nearest/primary)',
    ]);
  });

  test('of PBFT leaves it by cryptography and by the replies that clients wait for; Raft has none to differ in', async () => {
    const { crypto } = setup.machine;
    const dear = { ...crypto, sign: 123_000, mac: 4000 };
    expect(outside({ machine: { ...setup.machine, cores: 9, crypto: dear } })).toEqual([]);
    const [smart] = await judgedSetups('bft-smart');
    const range = checkedRanges.find(({ system }) => system === 'BFT-SMaRt')!;
    const changed = (changes: Partial<PointSetup>) => reasonsOutside(range, { ...smart!, ...changes }, []);
    expect(changed({})).toEqual([]);
    expect(changed({ machine: { ...smart!.machine, crypto: { ...smart!.machine.crypto, sign: 123_000 } } })).toEqual([
      expect.stringMatching(/^cryptography is not what was checked: sign 123us \(checked .+\)$/),
    ]);
    expect(changed({ clients: smart!.clients.map((group) => ({ ...group, replyQuorum: 2 })) })).toEqual([
      'options are not those that were checked: reply_quorum 2 (checked 3)',
    ]);
  });

  test('as it stands by default is not taken for one that was checked', async () => {
    // Found by an expert: 2 ms, 3 nodes, one client, default costs: 4.03 ms predicted, 5.24 ms measured.
    const folder = mkdtempSync(join(tmpdir(), 'quorumlab-range-'));
    const file = join(folder, 'plain.yaml');
    const plain = (protocol: string, nodes: number, client: string) =>
      writeFileSync(
        file,
        `scenario: 1\nname: plain\nquestion: Is this checked?\nseed: 1\nrun: { duration: 2s, replications: 1 }\nnetwork: { matrix: { uniform: 5ms } }\nnodes: { count: ${nodes} }\nworkload: opaque\nclients: [{ ${client}, load: { closed: { clients: 1 } } }]\nprotocol: ${protocol}\n`,
      );
    plain('raft', 3, 'node: 0');
    const [raft] = await pointsOf(file);
    const ofRaft = checkedRangeOf(raft!.setup, []);
    expect(ofRaft.outside).toEqual([expect.stringContaining(SERVICE_TIMES)]);
    expect(ofRaft.outside[0]).toContain('processing 0s (checked ');
    plain('pbft', 4, 'site: outside');
    const [pbft] = await pointsOf(file);
    const ofPbft = checkedRangeOf(pbft!.setup, []).outside.join('; ');
    expect(ofPbft).toContain('service times are not');
    expect(ofPbft).toContain('options are not those that were checked: batch.timeout 5ms (checked 0s)');
    expect(ofPbft).toContain('client_signatures true (false)');
    rmSync(folder, { recursive: true });
  });

  test('with a protocol that no real system was compared with says so', () => {
    expect(checkedRangeOf({ ...setup, protocol: { name: 'chain', options: {} } }, [])).toEqual({
      system: null,
      range: null,
      outside: ['the protocol chain: no real system was compared with it'],
    });
  });
});

/** Pages that answer a question about a scenario; the report of `validate` has the ranges themselves. */
test('every page of a scenario has the line, by the one function that makes it', () => {
  const folder = fileURLToPath(new URL('../../src/report', import.meta.url));
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /html\.ts$/.test(name) && readFileSync(join(folder, name), 'utf8').includes('renderPage('))
    .filter((name) => name !== join('validation', 'html.ts'));
  expect(pages).toHaveLength(7);
  const ofRun = readFileSync(join(folder, 'html', 'sections', 'opening.ts'), 'utf8');
  const without = pages.filter((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    return !/\b(checkedRangeMarkup|rangeMarkup)\(/.test(name === 'html.ts' ? ofRun : text);
  });
  expect(without).toEqual([]);
});

describe('the line of a report', () => {
  const point = (label: string, ...outside: string[]) => ({
    label,
    checked_range: { system: 'etcd 3.4.23, measured', range: 'one-way 2–25 ms, 3–5 nodes', outside },
  });

  test('names the range, or what lies outside it', () => {
    expect(checkedRangeLines([point('a')])).toEqual([
      'In the range checked against a real system (etcd 3.4.23, measured): one-way 2–25 ms, 3–5 nodes; outside it: model only.',
    ]);
    expect(checkedRangeLines([point('a', 'jitter', '21 nodes, checked 3–5')])).toEqual([
      'Outside the range checked against real systems (nearest: etcd 3.4.23, measured), so model only: jitter; 21 nodes, checked 3–5.',
    ]);
  });

  test('says what constants of one’s own are as good as, once', () => {
    const own = `${SERVICE_TIMES}: processing 1.3ms (checked 1.2ms)`;
    expect(checkedRangeLines([point('a', own)])).toEqual([
      expect.stringMatching(
        /Service times of your own \(calibrate --from\) are as good as its errors when left out\.$/,
      ),
    ]);
    const many = Array.from({ length: 7 }, (_, i) => point(`p${i}`, own, `${20 + i} nodes, checked 3–5`));
    expect(checkedRangeLines(many)[0]?.match(/errors when left out/g)).toHaveLength(1);
  });

  test('is one for points that lie alike, and names them where others do not', () => {
    expect(checkedRangeLines([point('a', 'jitter'), point('b', 'jitter')])).toHaveLength(1);
    const lines = checkedRangeLines([point('a', 'jitter'), point('b'), point('c', 'jitter')]);
    expect(lines[0]).toMatch(/^a and c: outside the range/);
    expect(lines[1]).toMatch(/^b: in the range/);
  });

  test('sums up many points that all differ', () => {
    const many = Array.from({ length: 7 }, (_, i) => point(`p${i}`, 'jitter', `${20 + i} nodes, checked 3–5`));
    const [line, ...more] = checkedRangeLines([...many, point('in')]);
    expect(more).toEqual([]);
    expect(line).toMatch(/^7 of 8 points lie outside .*model only: all of them by jitter; some by 20 nodes/);
    expect(line).toMatch(/ and more\. The other one lies inside\.$/);
  });
});
