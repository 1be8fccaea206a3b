// A real redis-server for tests: on a free loopback port, with a folder of its own and a log that survives a restart. Who starts one
// ends it, by its process.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const candidates = [
  process.env.REDIS_SERVER_PATH,
  '/usr/bin/redis-server',
  '/usr/local/bin/redis-server',
  '/usr/bin/valkey-server',
];
const program = candidates.find((path) => path !== undefined && existsSync(path));

const noRedisServer = 'no redis-server: install it (apt-get install redis-server), or name it in REDIS_SERVER_PATH';

/** Whether there is none. Without one tests are skipped and say so. @throws in CI, where its absence is a failure. */
export function lacksRedisServer(): boolean {
  if (program === undefined && process.env.CI === 'true') throw new Error(noRedisServer);
  return program === undefined;
}

export class RedisServer {
  readonly port: number;
  private readonly folder = mkdtempSync(join(tmpdir(), 'quorumlab-redis-'));
  private readonly password: string | null;
  private process: ChildProcess | null = null;

  private constructor(port: number, password: string | null) {
    this.port = port;
    this.password = password;
  }

  static async started(password: string | null = null): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), password);
    await server.start();
    return server;
  }

  /** Without the password. */
  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** With everything that it held when it was stopped. */
  async start(): Promise<void> {
    const child = spawn(
      program as string,
      [
        ...['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder, '--save', ''],
        ...['--appendonly', 'yes', '--appendfsync', 'always'],
        ...(this.password === null ? [] : ['--requirepass', this.password]),
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    this.process = child;
    await new Promise<void>((resolve, reject) => {
      let said = '';
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (said.includes('Ready to accept connections')) resolve();
      });
      child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}: ${said}`)));
    });
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.process;
    this.process = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  async destroy(): Promise<void> {
    await this.stop('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits for a condition, never for a time; `what` is named where it does not come. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 40_000): Promise<void> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > withinMs) throw new Error(`not within ${withinMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
