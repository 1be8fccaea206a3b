// What crosses Redis: a run and its outcome arrive equal to the bit, or are refused with a sentence. No server is needed.
import { describe, expect, test } from 'vitest';
import { redisAddress, withoutPasswords } from '../../src/executor/redis/address.ts';
import { dividedText, joinedText, LARGE, partsNamed } from '../../src/executor/redis/large-parts.ts';
import { namesFor } from '../../src/executor/redis/names.ts';
import { outcomeProblem } from '../../src/executor/redis/outcome-shape.ts';
import { redisPackages } from '../../src/executor/redis/packages.ts';
import { packed, unpacked } from '../../src/executor/redis/packed-text.ts';
import { outcomeOf, replyOf } from '../../src/executor/redis/reply.ts';
import { specProblem } from '../../src/executor/redis/spec-shape.ts';
import { specOf, type Task, taskOf } from '../../src/executor/redis/task.ts';
import type { RunOutcome } from '../../src/experiment/experiment.ts';
import { ownCode } from '../../src/results/build-fingerprint.ts';
import { toExactJson } from '../../src/results/exact-json.ts';
import { runIdentity } from '../../src/results/run-identity.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { runSpecFor } from '../../src/scenario/run-spec-for.ts';
import { MODEL_VERSION } from '../../src/simulation/model-version.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { fakeRun, fakeSpec } from '../support/fake-run.ts';
import { protocolNames, testSpec } from '../support/run-specs.ts';

const shipped = ['quickstart', 'belt-and-road', 'payments-hub'].map((name) => `scenarios/${name}.yaml`);

function specsOf(file: string): readonly RunSpec[] {
  const read = loadScenario(file);
  if (!read.ok) throw new Error(`${file} cannot be read`);
  return read.scenario.points.map((_, point) => runSpecFor(read.scenario, point, 1, { quick: true }));
}

const short = testSpec('raft', 3, { horizon: 200_000_000 });
const result = simulate(short);
const code = ownCode();
const otherBuild = { ...code, build: '0123456789ab' };

async function sent(spec: RunSpec, changes: Partial<Task> = {}) {
  const identity = runIdentity(spec);
  const { task, parts } = await taskOf(spec, identity, code);
  return { identity, parts, data: { ...task, ...changes } };
}

function arrived({ identity, parts, data }: Awaited<ReturnType<typeof sent>>, jobId = identity): Promise<RunSpec> {
  return specOf(data, jobId, code, async (sha256) => parts.get(sha256) ?? null);
}

describe('a run on its way to a worker', () => {
  test.each(shipped)('arrives equal to the bit: %s', async (file) => {
    for (const spec of specsOf(file)) {
      const given = await sent(spec);
      expect(await arrived(given)).toEqual(spec);
      expect(JSON.stringify(given.data).length).toBeLessThan(toExactJson(spec).length);
    }
  });

  test('carries a large trace by its name, the same for every replication', async () => {
    const specs = specsOf('scenarios/quickstart.yaml') as [RunSpec, RunSpec];
    const [first, second] = await Promise.all(specs.map((spec) => sent(spec)));
    expect([...(first?.parts.keys() ?? [])]).toEqual([...(second?.parts.keys() ?? [])]);
    expect(first?.parts.size).toBe(1);
    expect(JSON.stringify(first?.data).length).toBeLessThan(LARGE);
  });

  test('is refused where it is of another model version, build, format or identity', async () => {
    await expect(arrived(await sent(short, { model_version: '1' }))).rejects.toThrow(
      `it is of model version 1, and this worker computes model version ${MODEL_VERSION} only`,
    );
    await expect(arrived(await sent(short, { build: otherBuild.build }))).rejects.toThrow(
      `it is for the code of build 0123456789ab, and this worker is build ${code.build}`,
    );
    await expect(arrived(await sent(short, { format: 9 }))).rejects.toThrow('its format is 9, and this worker reads');
    await expect(arrived(await sent(short), 'f'.repeat(64))).rejects.toThrow('under the identity of another run');
    const other = await sent({ ...short, seed: 8 });
    const { identity, parts } = await sent(short);
    const swapped = { identity, parts, data: { ...other.data, identity } };
    await expect(arrived(swapped)).rejects.toThrow(/its specification has the identity .*, not .* as it says/);
  });

  test('is refused where it is no task, cannot be unpacked or read, or a part of it is missing or damaged', async () => {
    const refused = (data: unknown) => specOf(data, 'x', code, async () => null);
    await expect(refused(null)).rejects.toThrow('task is null, expected a record');
    await expect(refused({ format: 2, model_version: '2', build: 'x', identity: 'x', spec: '{}' })).rejects.toThrow(
      "task.identity is 'x', expected 64 hex digits",
    );
    await expect(arrived(await sent(short, { spec: 'gzip:AAAA' }))).rejects.toThrow('cannot be unpacked');
    await expect(arrived(await sent(short, { spec: '{"a":' }))).rejects.toThrow('cannot be read');
    await expect(arrived(await sent(short, { spec: '{}' }))).rejects.toThrow('spec.label is missing, expected a text');
    const [quickstart] = specsOf('scenarios/quickstart.yaml') as [RunSpec];
    const given = await sent(quickstart);
    await expect(arrived({ ...given, parts: new Map() })).rejects.toThrow('is no longer in Redis');
    const damaged = new Map([...given.parts].map(([sha256]) => [sha256, 'AAAA']));
    await expect(arrived({ ...given, parts: damaged })).rejects.toThrow('is damaged');
  });
});

describe('the shape of a specification', () => {
  const closed = { kind: 'closed', clients: 3, outstanding: 1, think: { kind: 'constant', value: 0 } };

  test('holds for what scenarios and tests make', () => {
    for (const spec of [...shipped.flatMap(specsOf), ...protocolNames.map((name) => testSpec(name, 4))])
      expect(specProblem(spec)).toBeNull();
  });

  test('holds for closed clients that begin spread over a time, and for a slow node', () => {
    const clients = [{ ...short.clients[0], load: { ...closed, initialSpread: 1e6 } }];
    const faults = [{ kind: 'slow', target: [0, 2], at: 1, duration: null, by: 10 }];
    expect(specProblem({ ...short, clients, faults, boundaries: [1e6, 2e6], measuredFrom: 1e6 })).toBeNull();
  });

  test.each<[string, object, string]>([
    ['a seed that is no whole number', { seed: 0.5 }, 'spec.seed is 0.5, expected a whole number'],
    [
      'a protocol that is not registered',
      { protocol: { name: 'paxos', options: {} } },
      "spec.protocol.name is 'paxos'",
    ],
    ['an endless run', { horizon: Number.POSITIVE_INFINITY }, 'spec.horizon is not finite'],
    [
      'a code module',
      { protocol: { ...short.protocol, module: { path: '/x.js', sha256: '' } } },
      'no code is run from a queue',
    ],
    [
      'delays of other sites',
      { network: { ...short.network, sites: ['a'] } },
      'spec.network.oneWay has 9 delays, expected 1',
    ],
    [
      'delays as a list',
      { network: { ...short.network, oneWay: [1] } },
      'spec.network.oneWay is a list, expected an array of doubles',
    ],
    ['more nodes than places', { nodes: 4 }, 'spec.network.nodeSites names 3 nodes, expected 4'],
    [
      'a client without a place',
      { clients: [{ ...short.clients[0], place: {} }] },
      'spec.clients[0].place is a record, expected a site or a node',
    ],
    [
      'an unknown fault',
      { faults: [{ kind: 'fire', target: 0, at: 1, duration: null }] },
      "spec.faults[0].kind is 'fire'",
    ],
    [
      'a slow node without a factor',
      { faults: [{ kind: 'slow', target: 0, at: 1, duration: null }] },
      'spec.faults[0].by is missing, expected a whole number from 2 to 1000',
    ],
    [
      'a slow node with a factor out of range',
      { faults: [{ kind: 'slow', target: 0, at: 1, duration: null, by: 1.5 }] },
      'spec.faults[0].by is 1.5, expected a whole number from 2 to 1000',
    ],
    [
      'a fault at a node that is not there',
      { faults: [{ kind: 'crash', target: [0, 3], at: 1, duration: null }] },
      'spec.faults[0].target is 3, expected 0 to 2',
    ],
    [
      'clients that begin spread over no time',
      { clients: [{ ...short.clients[0], load: { ...closed, initialSpread: Number.NaN } }] },
      'spec.clients[0].load is a record, expected an open load',
    ],
    [
      'clients at a site that is not there',
      { clients: [{ ...short.clients[0], place: { site: 3 } }] },
      'spec.clients[0].place.site is 3, expected 0 to 2',
    ],
    [
      'clients that ask a node that is not there',
      { clients: [{ ...short.clients[0], submit: { node: 3 } }] },
      'spec.clients[0].submit.node is 3, expected 0 to 2',
    ],
    [
      'a node at a site that is not there',
      { network: { ...short.network, nodeSites: Int32Array.of(0, -1, 3) } },
      'spec.network.nodeSites[1] is -1, expected 0 to 2',
    ],
    [
      'a delay that is no number',
      { network: { ...short.network, oneWay: new Float64Array(9).fill(Number.NaN, 4, 5) } },
      'spec.network.oneWay[4] is NaN, expected a finite delay, 0 or more',
    ],
    [
      'a negative delay',
      { network: { ...short.network, oneWay: new Float64Array(9).fill(-1, 8) } },
      'spec.network.oneWay[8] is -1, expected',
    ],
    [
      'more loss than there is',
      { network: { ...short.network, loss: 1.1 } },
      'spec.network.loss is 1.1, expected a share',
    ],
    [
      'boundaries out of order',
      { boundaries: [2e6, 1e6] },
      'spec.boundaries[1] is 1000000, expected ascending instants',
    ],
    ['a boundary behind the end', { boundaries: [1e6, 2e8] }, 'spec.boundaries[1] is 200000000, expected ascending'],
    [
      'a run that is never measured',
      { measuredFrom: 2e8 },
      'spec.measuredFrom is 200000000, expected an instant before',
    ],
    ['no nodes', { nodes: 0 }, 'spec.nodes is 0, expected a whole number, 1 or more'],
  ])('names %s', (_what, changes, problem) => {
    expect(specProblem({ ...short, ...changes })).toContain(problem);
  });
});

describe('an outcome on its way back', () => {
  const identity = runIdentity(short);
  const finished: RunOutcome = { ok: true, result };

  test('arrives equal to the bit, under the names of the run that asks', async () => {
    expect(await outcomeOf(await replyOf(finished, identity, code), identity, short, code)).toEqual(finished);
    const asked = { ...short, label: 'other', replication: 5 };
    expect(await outcomeOf(await replyOf(finished, identity, code), identity, asked, code)).toEqual({
      ok: true,
      result: { ...result, label: 'other', replication: 5 },
    });
    const crash: RunOutcome = { ok: false, label: 'x', replication: 0, kind: 'crashed', reason: 'no bucket' };
    expect(await outcomeOf(await replyOf(crash, identity, code), identity, asked, code)).toEqual({
      ...crash,
      label: 'other',
      replication: 5,
    });
  });

  test('is not believed where it is of another run, broken or misshapen', async () => {
    const reply = await replyOf(finished, identity, code);
    await expect(outcomeOf(reply, 'f'.repeat(64), short, code)).rejects.toThrow('it is of another run');
    await expect(outcomeOf(reply.slice(0, -40), identity, short, code)).rejects.toThrow('it cannot be read');
    await expect(outcomeOf(reply, identity, short, otherBuild)).rejects.toThrow(
      `it was made by build ${code.build}, not 0123456789ab`,
    );
    for (const text of ['{}', 'null'])
      await expect(outcomeOf(text, identity, short, code)).rejects.toThrow('its format is undefined, expected 2');
  });

  test.each<[string, object, string]>([
    ['another seed', { seed: 8 }, 'outcome.result.seed is 8, expected 7'],
    ['no digest', { digest: 'yes' }, "outcome.result.digest is 'yes', expected 16 hex digits"],
    ['an end behind the horizon', { endedAt: 300_000_000 }, 'behind its horizon'],
    ['too few nodes', { utilisation: result.utilisation.slice(1) }, 'is of 2 nodes, expected 3'],
    ['no segments', { segments: [] }, 'has 0 segments, expected 1 to 1'],
    [
      'a column that is a list',
      { unfinished: [1] },
      'outcome.result.unfinished is a list, expected an array of doubles',
    ],
    [
      'a column that is too long',
      { timeline: { ...result.timeline, final: new Float64Array(99) } },
      'columns that differ in length',
    ],
  ])('names %s', (_what, changes, problem) => {
    expect(outcomeProblem({ ok: true, result: { ...result, ...changes } }, short)).toContain(problem);
  });

  test('fits what every kind of run brings', () => {
    const stopped = { ...short, stopAfter: 10, boundaries: [100_000_000] };
    expect(outcomeProblem({ ok: true, result: simulate(stopped) }, stopped)).toBeNull();
    for (const label of ['PBFT', 'unsafe', 'stalls']) {
      const spec = fakeSpec({ label, faults: [{ kind: 'crash', target: 'leader', at: 1e9, duration: null }] });
      expect(outcomeProblem({ ok: true, result: fakeRun(spec) }, spec)).toBeNull();
    }
    expect(outcomeProblem({ ok: false, kind: 'interrupted', reason: '' }, short)).toContain('expected one of');
    expect(outcomeProblem(null, short)).toBe('outcome is null, expected a record');
  });
});

describe('texts', () => {
  test('are compressed where that is shorter, and read back', async () => {
    const long = 'consensus '.repeat(1000);
    expect((await packed(long)).length).toBeLessThan(long.length / 10);
    for (const text of ['', '{}', long]) expect(await unpacked(await packed(text))).toBe(text);
  });

  test('give up their large parts only, each once, and get them back', () => {
    const large = new Float64Array(LARGE);
    const text = toExactJson({ a: large, b: large, c: new Int32Array(3), d: '"$f64":"AAAA"' });
    const divided = dividedText(text);
    expect(divided.parts.size).toBe(1);
    expect(partsNamed(divided.text)).toEqual([...divided.parts.keys()]);
    expect(divided.text.length).toBeLessThan(400);
    expect(joinedText(divided)).toBe(text);
  });
});

describe('the address of a server', () => {
  test('is read with its password, and shown without', () => {
    expect(redisAddress('redis://:s%3Fcret@example.org')).toEqual({
      host: 'example.org',
      port: 6379,
      database: 0,
      username: null,
      password: 's?cret',
      tls: false,
      shown: 'redis://example.org:6379',
    });
    expect(redisAddress('rediss://ann:pw@[::1]:7000/2')).toMatchObject({
      ...{ host: '::1', port: 7000, database: 2, username: 'ann', password: 'pw', tls: true },
      shown: 'rediss://[::1]:7000/2',
    });
    expect(redisAddress('redis://host', 'from elsewhere').password).toBe('from elsewhere');
  });

  test.each([
    'host:6379',
    'http://:secret@host',
    'redis://',
    'redis://:secret@host/x',
    'redis://:secret@host?a=1',
    'redis://:%secret@host',
  ])('is refused without repeating what may hold a password: %s', (text) => {
    expect(() => redisAddress(text)).toThrow();
    try {
      redisAddress(text);
    } catch (thrown) {
      expect((thrown as Error).message).not.toContain('secret');
    }
  });

  test('is taken out of any text', () => {
    expect(withoutPasswords('run a.yaml --redis redis://:p@ss@host:1/2 --json')).toBe(
      'run a.yaml --redis redis://***@host:1/2 --json',
    );
    expect(withoutPasswords('REDISS://u:p@h and a@b')).toBe('REDISS://***@h and a@b');
  });
});

describe('what is needed', () => {
  test('says which package is missing and how to install it', async () => {
    const absent = async (): Promise<never> => {
      throw Object.assign(new Error("Cannot find package 'bullmq' imported from driver.js"), {
        code: 'ERR_MODULE_NOT_FOUND',
      });
    };
    await expect(redisPackages({ bullmq: absent, ioredis: () => import('ioredis') })).rejects.toThrow(
      'Redis workers need the package bullmq, which is not installed: npm install bullmq@6 ioredis@6',
    );
  });

  test('is kept apart by model version and by build, but for large parts, whose content is their name', () => {
    expect(namesFor()).toMatchObject({
      code,
      queue: expect.stringContaining(`model-${MODEL_VERSION}-build-${code.build}-`),
    });
    for (const other of [otherBuild, { ...code, model_version: '1' }]) {
      const [own, foreign] = [namesFor(), namesFor(other)];
      expect(foreign.queue).not.toBe(own.queue);
      expect(foreign.done).not.toBe(own.done);
      expect(foreign.result('x')).not.toBe(own.result('x'));
      expect(foreign.part('x')).toBe(own.part('x'));
    }
  });
});
