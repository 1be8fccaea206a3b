// The ranges checked against real systems are what the judged rows of their targets cover, and a scenario outside is told in what.
import { beforeAll, describe, expect, test } from 'vitest';
import { createSampler } from '../../src/kernel/distributions.ts';
import { checkedRangeLines } from '../../src/report/checked-range.ts';
import { openScenario } from '../../src/scenario/load.ts';
import type { PointSetup } from '../../src/scenario/scenario.ts';
import {
  checkedRangeOf,
  clientDelays,
  delaysBetween,
  outstanding,
  reasonsOutside,
} from '../../src/validation/checked-range.ts';
import { type CheckedRange, checkedRanges } from '../../src/validation/checked-ranges.ts';
import { concerns, scenarioOf } from '../../src/validation/observe.ts';
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
    expect(outside({}, [{ resource: 'cores', node: 2, share: 0.7 }])).toEqual([
      'processors of node 2 70 % busy, checked up to 51 %',
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
      'election timers, checked those of etcd as shipped (preset etcd-3.4)',
    ]);
    const [restarts] = await pointsOf(scenarioOf(failover), ['faults=[{crash: leader, at: 2.5s, for: 1s}]']);
    expect(checkedRangeOf(restarts!.setup, []).outside).toEqual([
      'faults (crash that ends), checked one leader killed for good',
    ]);
  });

  test('with a protocol that no real system was compared with says so', () => {
    expect(checkedRangeOf({ ...setup, protocol: { name: 'chain', options: {} } }, [])).toEqual({
      system: null,
      range: null,
      outside: ['the protocol chain: no real system was compared with it'],
    });
  });
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
