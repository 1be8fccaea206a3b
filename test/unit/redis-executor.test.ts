// Driver and workers around a real redis-server, all in this process and with a stand-in for the simulation: what each promises when
// the other dies, lies, or is of another version. Skipped, with its reason, where there is no redis-server; with CI=true a failure.
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { processContext } from '../../src/cli/context.ts';
import { openExecutor } from '../../src/cli/open-executor.ts';
import type { ExecuteOptions, Executor } from '../../src/executor/executor.ts';
import { inlineExecutor } from '../../src/executor/inline.ts';
import { redisAddress } from '../../src/executor/redis/address.ts';
import { redisExecutor } from '../../src/executor/redis/driver.ts';
import { PACE, type Pace } from '../../src/executor/redis/errand.ts';
import { FORMAT, namesFor } from '../../src/executor/redis/names.ts';
import { serve, type Tally } from '../../src/executor/redis/serve.ts';
import type { RunOutcome } from '../../src/experiment/experiment.ts';
import type { Code } from '../../src/results/build-fingerprint.ts';
import { runIdentity } from '../../src/results/run-identity.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { quorumlabWith } from '../support/command.ts';
import { fakeRun, fakeSpec } from '../support/fake-run.ts';
import { freePort, lacksRedisServer, RedisServer, until } from '../support/redis-server.ts';

const names = namesFor();
const otherBuild: Code = { ...names.code, build: '0123456789ab' };
const lacking = lacksRedisServer();
let server: RedisServer;
let redis: Redis;
let told: string[];
let closers: (() => Promise<unknown>)[];

beforeAll(async () => {
  if (lacking) return;
  server = await RedisServer.started();
  redis = new Redis(server.port, '127.0.0.1');
});
afterAll(async () => {
  redis?.disconnect();
  await server?.destroy();
});
beforeEach(async (context) => {
  context.skip(lacking, 'no redis-server: install it (apt-get install redis-server), or name it in REDIS_SERVER_PATH');
  await redis.flushall();
  told = [];
  closers = [];
});
afterEach(async () => {
  await Promise.all((closers ?? []).map((close) => close()));
});

/** It looks for what is lost, and says who is missing, sooner than drivers do. */
const pace = { looksForWorkersEvery: 100, looksForLostRunsEvery: 100, tellsOfNoWorkerAfter: 300 };

async function driver(changes: { code?: Code; fresh?: boolean; pace?: Pace } = {}) {
  const executor = await redisExecutor({
    address: redisAddress(server.url),
    tell: (line) => told.push(line),
    pace,
    ...changes,
  });
  closers.push(() => executor.close());
  return executor;
}

/** A worker whose runs are counted. It ends with the test. */
function worker({ executor = inlineExecutor(fakeRun), code }: { executor?: Executor; code?: Code } = {}) {
  const computed: string[] = [];
  const stop = new AbortController();
  const counting: Executor = {
    ...executor,
    execute(specs, options) {
      computed.push(...specs.map((spec) => runIdentity(spec)));
      return executor.execute(specs, options);
    },
  };
  const ended: Promise<Tally> = serve({
    address: redisAddress(server.url),
    tell: (line) => told.push(line),
    executor: counting,
    signal: stop.signal,
    idleExitMs: null,
    ...(code === undefined ? {} : { code }),
  });
  const close = async (): Promise<Tally> => {
    stop.abort();
    return ended;
  };
  closers.push(close);
  return { computed, close };
}

/** Begins runs and never ends them, until it is stopped. */
function endless(): Executor {
  return {
    threads: 1,
    execute: ([spec], { signal } = {}) =>
      new Promise((resolve) => {
        const { label, replication } = spec as RunSpec;
        const stopped: RunOutcome = { ok: false, label, replication, kind: 'interrupted', reason: 'stopped' };
        signal?.addEventListener('abort', () => resolve([stopped]));
      }),
    close: async () => {},
  };
}

let seeds = 1000;
/** Each of its own seed, since a run that differs in its names only is the same run. */
const specs = (label: string, count: number): RunSpec[] =>
  Array.from({ length: count }, (_, replication) => fakeSpec({ label, replication, seed: seeds++ }));

describe('the Redis executor', () => {
  test('gives the outcomes of the inline executor in order, each told once, from two workers', async () => {
    const asked = [...specs('PBFT', 6), ...specs('crashes', 2), ...specs('Raft', 7)];
    const expected = await inlineExecutor(fakeRun).execute(asked);
    const workers = [worker(), worker()];
    const finished: number[] = [];
    const reached: number[] = [];
    const executor = await driver();
    const outcomes = await executor.execute(asked, {
      onFinished: (index, outcome) => {
        finished.push(index);
        expect(outcome).toEqual(expected[index]);
      },
      onAdvance: (at) => reached.push(at.length),
    });
    expect(outcomes).toEqual(expected);
    expect(finished.sort((a, b) => a - b)).toEqual(asked.map((_, i) => i));
    expect(reached[0]).toBe(asked.length);
    expect(workers.flatMap(({ computed }) => computed).sort()).toEqual(asked.map((spec) => runIdentity(spec)).sort());
    expect(await executor.execute([])).toEqual([]);
  });

  test('computes a run once that is asked for under several names, and keeps results for another driver', async () => {
    const first = fakeSpec({ label: 'A', seed: 3 });
    const asked = [first, { ...first, label: 'B', replication: 4 }];
    const { computed } = worker();
    const outcomes = await (await driver()).execute(asked);
    expect(outcomes.map((outcome) => outcome.ok && outcome.result.label)).toEqual(['A', 'B']);
    expect(computed).toHaveLength(1);
    const again = await (await driver()).execute(asked);
    expect(again).toEqual(outcomes);
    expect(computed).toHaveLength(1);
    expect(await redis.ttl(names.result(runIdentity(first)))).toBeGreaterThan(3000);
  });

  test('tries a run again that crashed for an earlier driver', async () => {
    const asked = specs('crashes', 2);
    const { computed } = worker();
    for (let times = 1; times <= 2; times++) {
      const [, crash] = await (await driver()).execute(asked);
      expect(crash).toMatchObject({ ok: false, kind: 'crashed', reason: 'RangeError: no bucket for this arrival' });
      expect(computed.filter((identity) => identity === runIdentity(asked[1] as RunSpec))).toHaveLength(times);
    }
  });

  test('throws a broken result away and has the run computed again', async () => {
    const spec = fakeSpec();
    const identity = runIdentity(spec);
    await redis.set(
      names.result(identity),
      JSON.stringify({ format: FORMAT, build: names.code.build, identity: 'x', outcome: { ok: true } }),
    );
    worker();
    const [outcome] = await (await driver()).execute([spec]);
    expect(outcome).toEqual({ ok: true, result: fakeRun(spec) });
    expect(told.join('\n')).toContain('PBFT, replication 0: a broken result is thrown away: it is of another run');
  });

  test('gives a run up whose result is broken again and again, with the reason', async () => {
    const liar: Executor = {
      ...inlineExecutor(fakeRun),
      execute: async ([spec]) => [{ ok: true, result: { ...fakeRun(spec as RunSpec), seed: 99 } }],
    };
    worker({ executor: liar });
    const [outcome] = await (await driver()).execute([fakeSpec()]);
    expect(outcome).toMatchObject({
      kind: 'crashed',
      reason: 'its result was broken 3 times: outcome.result.seed is 99, expected 1',
    });
  });

  test('takes back at Ctrl-C what no worker has begun, and what one had begun is given back when that worker ends', async () => {
    const { close } = worker({ executor: endless() });
    const executor = await driver();
    const interrupt = new AbortController();
    const running = executor.execute(specs('PBFT', 5), { signal: interrupt.signal });
    await until(
      'a run is under way and four wait',
      async () => (await jobs('wait')) === 4 && (await jobs('active')) === 1,
    );
    interrupt.abort();
    const outcomes = await running;
    expect(outcomes.map((outcome) => !outcome.ok && outcome.kind)).toEqual(new Array(5).fill('interrupted'));
    expect(await jobs('wait')).toBe(0);
    expect(await close()).toMatchObject({ givenBack: 1, finished: 0 });
    expect(await jobs('wait')).toBe(1);
    expect(await jobs('active')).toBe(0);
  });

  test('queues a run again that another driver took back, or that Redis lost', async () => {
    const executor = await driver();
    const asked = specs('PBFT', 3);
    const running = executor.execute(asked);
    await until('three runs wait', async () => (await jobs('wait')) === 3);
    await redis.flushall();
    worker();
    expect((await running).every(({ ok }) => ok)).toBe(true);
  });

  test('stores what is large once, not once a run', async () => {
    const times = Float64Array.from({ length: 50_000 }, (_, i) => i * 1_000_003);
    const base = fakeSpec();
    const clients = [
      {
        ...{ place: { site: 0 }, submit: null, replyQuorum: null, retryAfter: null },
        load: { kind: 'open' as const, arrivals: { name: 'trace', options: { repeat: false, times } } },
      },
    ];
    const asked = [1, 2, 3].map((seed) => ({ ...base, seed, clients }));
    const executor = await driver();
    const running = executor.execute(asked);
    await until('three runs wait', async () => (await jobs('wait')) === 3);
    expect(await redis.keys('*:part:*')).toHaveLength(1);
    const [job] = asked.map((spec) => `quorumlab:${names.queue}:${runIdentity(spec)}`) as [string];
    expect((await redis.hget(job, 'data'))?.length).toBeLessThan(4000);
    worker();
    expect(await running).toEqual(asked.map((spec) => ({ ok: true, result: fakeRun(spec) })));
  });

  test('says within a few seconds that nobody computes, and the command that starts someone', async () => {
    const executor = await driver({ pace: PACE });
    const interrupt = new AbortController();
    const began = performance.now();
    const running = executor.execute(specs('PBFT', 1), { signal: interrupt.signal });
    await until('the driver says so', () => told.length > 0);
    expect(performance.now() - began).toBeLessThan(4500);
    expect(told[0]).toContain(`is connected to ${redisAddress(server.url).shown}; start one on any machine: quorumlab`);
    interrupt.abort();
    await running;
  });

  test('says that no worker of its code is there, which are, and what to do', async () => {
    const foreign = [worker({ code: { model_version: '1', build: 'ba9876543210' } }), worker({ code: otherBuild })];
    const executor = await driver();
    const interrupt = new AbortController();
    const running = executor.execute(specs('PBFT', 1), { signal: interrupt.signal });
    await until('the driver says so', () => told.some((line) => line.includes('2 workers there')));
    expect(told.at(-1)).toMatch(
      /^no worker of this driver's code \(model version \d+, build [0-9a-f]{12}\) is connected to redis:\/\/127.0.0.1:\d+: 2 workers there are of other code \(model version 1, build ba9876543210; model version \d+, build 0123456789ab\), and other code may give other results \(install the quorumlab of this driver there, .*\); start one .*: quorumlab worker --redis redis:/,
    );
    worker({ executor: endless() });
    await until('it says who works, and who does not', () =>
      told.some((line) => line.startsWith('1 worker, 1 thread')),
    );
    expect(told.at(-1)).toMatch(/; 2 workers there are of other code \(.*\): these runs are not for them$/);
    interrupt.abort();
    await running;
    expect(foreign.flatMap(({ computed }) => computed)).toEqual([]);
  });

  test('takes no result that other code has left in Redis, not even under its own name', async () => {
    const spec = fakeSpec({ seed: seeds++ });
    const identity = runIdentity(spec);
    const theirs = worker({ code: otherBuild });
    expect(await (await driver({ code: otherBuild })).execute([spec])).toEqual([{ ok: true, result: fakeRun(spec) }]);
    const ours = worker();
    await (await driver()).execute([spec]);
    expect([theirs.computed, ours.computed]).toEqual([[identity], [identity]]);
    const left = (await redis.get(namesFor(otherBuild).result(identity))) as string;
    await redis.set(names.result(identity), left);
    await (await driver()).execute([spec]);
    expect(ours.computed).toEqual([identity, identity]);
    expect(told.join('\n')).toMatch(
      /a broken result is thrown away: it was made by build 0123456789ab, not [0-9a-f]{12}/,
    );
  });

  test('with --fresh or --no-cache computes again what Redis keeps, once', async () => {
    const asked = specs('PBFT', 3);
    const { computed } = worker();
    const first = await (await driver()).execute(asked);
    await (await driver()).execute(asked);
    expect(computed).toHaveLength(3);
    const fresh = await driver({ fresh: true });
    expect(await fresh.execute(asked)).toEqual(first);
    expect(computed).toHaveLength(6);
    expect(await fresh.execute(asked)).toEqual(first);
    expect(computed).toHaveLength(6);
    const context = { ...processContext, runsFolder: null, err: { write: () => {} } };
    for (const [choice, count] of [
      [{}, 6],
      [{ fresh: true }, 9],
      [{ cache: false }, 12],
    ] as const) {
      const opened = await openExecutor({ redis: server.url, ...choice }, context);
      closers.push(() => opened.close());
      expect(await opened.execute(asked)).toEqual(first);
      expect(computed).toHaveLength(count);
    }
  });

  test('does not believe a job that somebody else put into the queue', async () => {
    const spec = fakeSpec();
    const identity = runIdentity(spec);
    const { Queue } = await import('bullmq');
    const queue = new Queue(names.queue, { connection: redis, prefix: 'quorumlab' });
    await queue.add(
      'run',
      { format: FORMAT, model_version: names.code.model_version, build: otherBuild.build, identity, spec: '{}' },
      { jobId: identity, removeOnComplete: true },
    );
    const running = (await driver()).execute([spec]);
    await until('the driver has asked for its run', () => told.some((line) => line.startsWith('no worker')));
    const { computed } = worker();
    const [outcome] = await running;
    expect(outcome).toMatchObject({ kind: 'crashed', label: 'PBFT' });
    expect(outcome).toHaveProperty(
      'reason',
      expect.stringContaining('refused by its worker: it is for the code of build 0123456789ab'),
    );
    expect(computed).toEqual([]);
  });

  test('runs no program of the user: it says so before anything is queued', async () => {
    const spec = fakeSpec({ protocol: { name: 'mine', options: {}, module: { path: '/home/mine.js', sha256: '0' } } });
    await expect((await driver()).execute([spec])).rejects.toThrow(
      /\/home\/mine.js is a program of your own.*leave out --redis/,
    );
    expect(await jobs('wait')).toBe(0);
  });
});

describe('a Redis that is away', () => {
  test('is waited for: what was asked before a restart arrives after it', async () => {
    const other = await RedisServer.started();
    closers.push(() => other.destroy());
    const executor = await redisExecutor({ address: redisAddress(other.url), tell: (line) => told.push(line), pace });
    closers.unshift(() => executor.close());
    const running = executor.execute(specs('PBFT', 3));
    const control = new Redis(other.port, '127.0.0.1', { maxRetriesPerRequest: null });
    control.on('error', () => {});
    await until('three runs wait', async () => (await control.llen(`quorumlab:${names.queue}:wait`)) === 3);
    await other.stop();
    await until('the driver says so', () => told.some((line) => line.includes('; trying again for 120 s')));
    await other.start();
    const stop = new AbortController();
    const served = serve({
      ...{ address: redisAddress(other.url), tell: () => {}, executor: inlineExecutor(fakeRun) },
      ...{ signal: stop.signal, idleExitMs: null },
    });
    expect((await running).every(({ ok }) => ok)).toBe(true);
    expect(told).toContain(`${other.url}: connected again`);
    stop.abort();
    expect((await served).finished).toBe(3);
    control.disconnect();
  });

  test('and does not come back ends the work with a sentence, and what had arrived was told', async () => {
    const other = await RedisServer.started();
    closers.push(() => other.destroy());
    const executor = await redisExecutor({
      ...{ address: redisAddress(other.url), tell: (line: string) => told.push(line) },
      patience: { firstMs: 500, laterMs: 500 },
    });
    closers.unshift(() => executor.close());
    const finished: number[] = [];
    const asked = specs('PBFT', 3);
    const stop = new AbortController();
    const served = serve({
      ...{ address: redisAddress(other.url), tell: () => {}, signal: stop.signal, idleExitMs: null },
      ...{ executor: slowAfter(1), patience: { firstMs: 500, laterMs: 500 } },
    });
    served.catch(() => {});
    const options: ExecuteOptions = { onFinished: (index) => finished.push(index) };
    const running = executor.execute(asked, options);
    running.catch(() => {});
    await until('one run is finished', () => finished.length === 1);
    await other.stop('SIGKILL');
    await expect(running).rejects.toThrow(
      /could not be reached for 0.5 s \(connection refused\): check that Redis runs/,
    );
    await expect(served).rejects.toThrow('could not be reached for 0.5 s');
    expect(finished).toHaveLength(1);
  });

  test('from the first is told by the command line with 1, and a wrong password at once', async () => {
    const port = await freePort();
    await expect(
      redisExecutor({
        address: redisAddress(`redis://:secret@127.0.0.1:${port}`),
        ...{ tell: (line: string) => told.push(line), patience: { firstMs: 500, laterMs: 500 } },
      }),
    ).rejects.toThrow(`redis://127.0.0.1:${port} could not be reached for 0.5 s (connection refused)`);
    expect(told).toEqual([`redis://127.0.0.1:${port}: connection refused; trying again for 0.5 s, Ctrl-C stops`]);

    const locked = await RedisServer.started('right');
    closers.push(() => locked.destroy());
    for (const given of ['', ':wrong@']) {
      const url = locked.url.replace('//', `//${given}`);
      const { code, err } = await quorumlabWith({}, 'worker', '--redis', url, '--once');
      expect(code).toBe(1);
      expect(err).toMatch(/refuses the connection \((WRONGPASS|NOAUTH) .*\): give the password in the address/);
      expect(err).not.toContain('wrong');
    }
    const opened = await quorumlabWith({}, 'worker', '--redis', locked.url.replace('//', '//:right@'), '--once');
    expect(opened.code).toBe(0);
    expect(opened.err).toContain('ended: 0 runs finished');
  });
});

describe('the worker command', () => {
  test('computes what is queued, says how much, and ends when nothing is left', async () => {
    const executor = await driver();
    const running = executor.execute(specs('PBFT', 4));
    await until('four runs wait', async () => (await jobs('wait')) === 4);
    const threads = new URL('../support/fake-worker.ts', import.meta.url);
    const { code, err } = await quorumlabWith(
      { worker: threads },
      'worker',
      '--redis',
      server.url,
      '--threads',
      '1',
      '--idle-exit',
      '0.3',
    );
    expect(code).toBe(0);
    expect(err).toContain('ended: 4 runs finished\n');
    expect((await running).every(({ ok }) => ok)).toBe(true);
  });

  test('ends with 130 at Ctrl-C', async () => {
    let press = (): void => {};
    const ended = quorumlabWith(
      {
        onInterrupt: (listener) => {
          press = listener;
          return () => {};
        },
      },
      'worker',
      '--redis',
      server.url,
    );
    await until('it is there', async () => (await redis.scard('quorumlab:workers')) === 1);
    press();
    expect(await ended).toMatchObject({
      code: 130,
      err: expect.stringContaining('stopping: the runs under way are given back'),
    });
    expect(await redis.scard('quorumlab:workers')).toBe(0);
  });

  test('and the option --redis refuse what cannot be', async () => {
    const bad = await quorumlabWith({}, 'worker', '--redis', 'http://:secret@host');
    expect(bad).toEqual({
      code: 1,
      out: '',
      err: expect.stringContaining('--redis: not the address of a Redis server'),
    });
    const both = await quorumlabWith({}, 'run', 'quickstart', '--redis', server.url, '--threads', '2');
    expect(both).toMatchObject({ code: 1, err: expect.stringContaining('leave out --threads and --inline') });
    const two = await quorumlabWith({}, 'worker', '--redis', server.url, '--once', '--idle-exit', '2');
    expect(two).toMatchObject({ code: 1, err: expect.stringContaining('leave out --idle-exit or --once') });
    for (const { err } of [bad, both, two]) expect(err).not.toContain('secret');
  });
});

async function jobs(list: 'wait' | 'active'): Promise<number> {
  return redis.llen(`quorumlab:${names.queue}:${list}`);
}

/** Ends this many runs at once and the others never. */
function slowAfter(many: number): Executor {
  let left = many;
  const quick = inlineExecutor(fakeRun);
  const slow = endless();
  return { ...quick, execute: (asked, options) => (left-- > 0 ? quick : slow).execute(asked, options) };
}
