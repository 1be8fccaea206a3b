// The whole of it as processes around a real redis-server: of two workers one is killed in mid-run, Redis is restarted, the driver is
// killed and started again, and the files come out as from this machine's own runs. Nothing waits for fixed times.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { namesFor, WORKERS } from '../../src/executor/redis/names.ts';
import { quorumlab } from '../support/command.ts';
import { freePort, lacksRedisServer, RedisServer, until } from '../support/redis-server.ts';

const root = new URL('../..', import.meta.url).pathname;
const replications = 10;
/** ms. It takes some 30 s alone on two cores, most of it for starting processes and for a dead worker's lock to expire. */
const LIMIT = 180_000;
const lacking = lacksRedisServer();
const started: ChildProcess[] = [];
let folder: string;
let server: RedisServer | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quorumlab-workers-'));
  if (!lacking) server = await RedisServer.started();
});
afterAll(async () => {
  for (const child of started) if (child.exitCode === null) child.kill('SIGKILL');
  await server?.destroy();
  rmSync(folder, { recursive: true, force: true });
});

test.concurrent(
  'all results arrive, none twice, byte for byte, though a worker, Redis and the driver die',
  async (context) => {
    context.skip(
      lacking,
      'no redis-server: install it (apt-get install redis-server), or name it in REDIS_SERVER_PATH',
    );
    const redisServer = server as RedisServer;
    const file = scenario();
    expect(await quorumlab('run', file, '--inline', '--out', join(folder, 'local'))).toMatchObject({ code: 0 });

    const redis = new Redis(redisServer.port, '127.0.0.1', { maxRetriesPerRequest: null });
    redis.on('error', () => {});
    const names = namesFor();
    const done = async (): Promise<number> => (await redis.keys(names.result('*'))).length;
    const asked = ['run', file, '--redis', redisServer.url, '--out', join(folder, 'remote')];
    const work = () => start('worker', '--redis', redisServer.url, '--threads', '1');

    const first = start(...asked);
    const [doomed, steady] = [work(), work()];
    const active = `quorumlab:${names.queue}:active`;
    await until(
      'both workers have a run and one is finished',
      async () => (await redis.llen(active)) === 2 && (await done()) > 0,
      LIMIT,
    );
    doomed.child.kill('SIGKILL');
    await once(doomed.child, 'exit');

    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    await redisServer.stop();
    await redisServer.start();
    expect(await done()).toBeGreaterThan(0);
    expect(await done()).toBeLessThan(replications);

    const second = await quorumlab(...asked);
    // The card of a killed worker is there until it expires, which may be later.
    expect(second).toMatchObject({
      code: 0,
      err: expect.stringMatching(/(1 worker, 1 thread|2 workers, 2 threads) at redis:\/\//),
    });
    steady.child.kill('SIGTERM');
    expect(await once(steady.child, 'exit')).toEqual([0, null]);
    expect(steady.said()).toMatch(
      /trying again for 120 s[\s\S]*connected again[\s\S]*asked to end[\s\S]*ended: \d+ runs? finished/,
    );
    redis.disconnect();

    const [local, remote] = [filesIn('local'), filesIn('remote')];
    expect(Object.keys(remote)).toEqual(Object.keys(local));
    expect(remote).toEqual(local);
    const rows = (remote['runs.csv'] as string).trim().split('\n').slice(1);
    expect(new Set(rows).size).toBe(replications);
    expect(rows).toHaveLength(replications);
  },
  LIMIT,
);

test.concurrent(
  'a worker whose Redis has gone, or never came, ends when it is told to',
  async (context) => {
    context.skip(
      lacking,
      'no redis-server: install it (apt-get install redis-server), or name it in REDIS_SERVER_PATH',
    );
    const own = await RedisServer.started();
    try {
      const nobody = `redis://127.0.0.1:${await freePort()}`;
      const [left, alone] = [own.url, nobody].map((url) => start('worker', '--redis', url, '--threads', '1'));
      const ends = async (worker: ReturnType<typeof start>, about: RegExp) => {
        await until(`the worker says ${about}`, () => about.test(worker.said()));
        const toldAt = performance.now();
        worker.child.kill('SIGINT');
        expect(await once(worker.child, 'close')).toEqual([130, null]);
        expect(worker.said()).toMatch(/ended: 0 runs finished\n$/);
        return performance.now() - toldAt;
      };
      const redis = new Redis(own.port, '127.0.0.1');
      await until('the worker is there', async () => (await redis.smembers(WORKERS)).length === 1);
      redis.disconnect();
      await own.stop('SIGKILL');
      const took = await Promise.all([
        ends(left as ReturnType<typeof start>, /trying again for 120 s/),
        ends(alone as ReturnType<typeof start>, /trying again for 10 s/),
      ]);
      expect(Math.max(...took)).toBeLessThan(4000);
    } finally {
      await own.destroy();
    }
  },
  LIMIT,
);

/** Runs of some tenths of a second, so that one can be killed in its middle. */
function scenario(): string {
  const file = join(folder, 'trial.yaml');
  writeFileSync(
    file,
    `scenario: 1
name: trial
question: Does it all arrive?
seed: 7
run: { warmup: 1s, duration: 3s, replications: ${replications} }
network: { matrix: lan }
nodes: { count: 3 }
clients: [{ node: 0, load: { open: { poisson: 3000/s } } }]
workload: opaque
protocol: raft
`,
  );
  return file;
}

function start(...argv: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...argv], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  started.push(child);
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  return { child, said: () => text };
}

/** All but the manifest, which knows the clock. */
function filesIn(out: string): Record<string, string> {
  const parent = join(folder, out, 'trial');
  const ids = readdirSync(parent);
  expect(ids).toHaveLength(1);
  const results = join(parent, ids[0] as string);
  const names = readdirSync(results).filter((name) => name !== 'manifest.json');
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(results, name), 'utf8')]));
}
