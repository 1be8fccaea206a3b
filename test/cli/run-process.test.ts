// The command line as a process: it sets the exit code, stops at Ctrl-C on real worker threads, and minds a closed pipe.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
const main = ['--import', 'tsx', 'src/cli/main.ts'];
let folder: string;
let child: ChildProcess | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorumlab-process-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function scenario(duration: string): string {
  const file = join(folder, 'trial.yaml');
  writeFileSync(
    file,
    `scenario: 1
name: trial
question: Does it end?
seed: 7
run: { warmup: 100ms, duration: ${duration}, replications: 2 }
network: { matrix: lan }
nodes: { count: 3 }
clients: [{ node: 0, load: { open: { poisson: 1000/s } } }]
workload: opaque
protocol: raft
`,
  );
  return file;
}

function start(...argv: string[]): ChildProcess {
  child = spawn(process.execPath, [...main, ...argv], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  return child;
}

describe('the process', () => {
  test('prints its version and ends with 0', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(execFileSync(process.execPath, [...main, '--version'], { cwd: root, encoding: 'utf8' })).toBe(
      `${version}\n`,
    );
  });

  test('ends with 130 at Ctrl-C, promptly, while real runs are under way, and writes no result of nothing', async () => {
    const running = start('run', scenario('10000s'), '--threads', '2', '--out', join(folder, 'reports'));
    let pressedAt = 0;
    running.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (pressedAt > 0 || !text.includes('simulated')) return;
      pressedAt = performance.now();
      running.kill('SIGINT');
    });
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
      running.on('exit', (...how) => resolve(how));
    });
    expect([code, signal]).toEqual([130, null]);
    expect(performance.now() - pressedAt).toBeLessThan(5000);
    expect(existsSync(join(folder, 'reports', 'trial'))).toBe(false);
  });

  test('says that its output is lost, with 1 and no stack, when the disk is full', (context) => {
    context.skip(!existsSync('/dev/full'), 'this system has no /dev/full');
    const full = openSync('/dev/full', 'w');
    for (const command of [['list'], ['run', scenario('300ms'), '--inline', '--out', join(folder, 'reports')]]) {
      const { status, stderr } = spawnSync(process.execPath, [...main, ...command], {
        cwd: root,
        stdio: ['ignore', full, 'pipe'],
        encoding: 'utf8',
      });
      expect(status).toBe(1);
      expect(stderr).toContain('output: no space is left\n');
      expect(stderr).not.toContain('    at ');
    }
    closeSync(full);
  });

  test('does not fail when its reader stops reading', async () => {
    const running = start('run', scenario('1s'), '--inline', '--json', '--out', join(folder, 'reports'));
    running.stdout?.destroy();
    const code = await new Promise((resolve) => {
      running.on('exit', resolve);
    });
    expect(code).toBe(0);
  });
});
