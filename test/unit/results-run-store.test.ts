/** Kept runs: what is read back is what was kept, to the bit; what is damaged, foreign or of other code is never believed. */
import { spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FOLDERS_OF_A_RUN, fingerprintOf, ownFingerprint } from '../../src/results/build-fingerprint.ts';
import { mergeStores } from '../../src/results/merge-stores.ts';
import { decodeRun, peekHead, RUN_MEASURES } from '../../src/results/run-file.ts';
import { runIdentity } from '../../src/results/run-identity.ts';
import { openRunStore, runPath } from '../../src/results/run-store.ts';
import { MODEL_VERSION } from '../../src/simulation/model-version.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { SECOND } from '../../src/units/quantities.ts';
import { fakeRun, fakeSpec } from '../support/fake-run.ts';
import { testSpec } from '../support/run-specs.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorumlab-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function keep(spec: RunSpec, build = 'this'): { readonly identity: string; readonly path: string } {
  const identity = runIdentity(spec);
  openRunStore(folder, { build }).keep(identity, spec, fakeRun(spec));
  return { identity, path: runPath(folder, identity) };
}

/** What the store finds, and what it says of files that it does not believe. */
function find(identity: string, build = 'this') {
  const told: string[] = [];
  const store = openRunStore(folder, { build, onDamaged: (_, reason) => told.push(reason) });
  return { result: store.find(identity), told };
}

describe('a kept run', () => {
  test('of the real model is read back equal to the bit, faults and all', () => {
    const crash = { kind: 'crash', target: 'leader', at: 0.3 * SECOND, duration: 0.2 * SECOND } as const;
    const spec = testSpec('raft', 3, { faults: [crash], boundaries: [0.2 * SECOND] });
    const result = simulate(spec);
    const store = openRunStore(folder);
    store.keep('ab'.repeat(32), spec, result);
    expect(store.find('ab'.repeat(32))).toEqual(result);
  });

  test('is one file, named by its identity, with no temporary one left beside it', () => {
    const { identity, path } = keep(fakeSpec());
    expect(readdirSync(folder)).toEqual([identity.slice(0, 2)]);
    expect(readdirSync(join(folder, identity.slice(0, 2)))).toEqual([`${identity}.json.gz`]);
    expect(decodeRun(readFileSync(path)).head.identity).toBe(identity);
  });

  test('has a flat head for SQL: who it was, and its own value for every measure but availability', () => {
    const spec = fakeSpec({ label: 'Here, "there",\n"result":' });
    const identity = runIdentity(spec);
    openRunStore(folder, { build: 'this' }).keep(identity, spec, fakeRun(spec), { scenario: 'trial', warmup: SECOND });
    const bytes = readFileSync(runPath(folder, identity));
    const { sha256, result, ...head } = JSON.parse(gunzipSync(bytes).toString());
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(result.seed).toBe(1);
    expect(head).toEqual(decodeRun(bytes).head);
    expect(head).toMatchObject({
      format: 2,
      identity,
      model_version: MODEL_VERSION,
      build: 'this',
      scenario: 'trial',
      label: spec.label,
      protocol: 'pbft',
      nodes: 4,
      horizon_ms: 10_000,
      warmup_ms: 1000,
      warmup_rule: 'given',
      throughput_per_s: 200,
    });
    expect(Object.keys(head)).toEqual(expect.arrayContaining([...RUN_MEASURES]));
    expect(head).not.toHaveProperty('availability');
    expect(Object.values(head).every((value) => value === null || typeof value !== 'object')).toBe(true);
    // The head can be read from the begin of the file alone.
    expect(peekHead(bytes.subarray(0, 4096))).toEqual(head);
  });

  test('is used anew when it is found, so that the age of its file is that of its last use', () => {
    const { identity, path } = keep(fakeSpec());
    utimesSync(path, new Date(0), new Date(0));
    find(identity);
    expect(Date.now() - statSync(path).mtimeMs).toBeLessThan(60_000);
  });

  test('of other code is not reused, and is no damage', () => {
    const { identity } = keep(fakeSpec(), 'earlier code');
    expect(find(identity)).toEqual({ result: null, told: [] });
    expect(find(identity, 'earlier code').result).not.toBeNull();
  });

  test('that is not there is simply not there', () => {
    expect(find('0'.repeat(64))).toEqual({ result: null, told: [] });
  });
});

test('several processes keep the same runs at once, and nobody ever reads half a file', async () => {
  const script = new URL('../support/keep-runs.ts', import.meta.url).pathname;
  const processes = [1, 2].map(() => spawn(process.execPath, ['--import', 'tsx', script, folder]));
  const ended = processes.map((child) => new Promise((resolve) => child.on('exit', resolve)));
  let found = 0;
  const told: string[] = [];
  const store = openRunStore(folder, { build: 'this', onDamaged: (path, reason) => told.push(`${path}: ${reason}`) });
  const read = setInterval(() => {
    for (const seed of [1, 2]) if (store.find(runIdentity(fakeSpec({ seed }))) !== null) found++;
  }, 1);
  expect(await Promise.all(ended)).toEqual([0, 0]);
  clearInterval(read);
  expect(told).toEqual([]);
  expect(found).toBeGreaterThan(2);
  expect(
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.json')),
  ).toHaveLength(2);
});

describe('a file that is damaged', () => {
  const zip = (text: string): Buffer => gzipSync(text);
  const text = (path: string): string => gunzipSync(readFileSync(path)).toString();

  test.each<[string, (path: string) => Uint8Array, RegExp]>([
    ['cut short', (path) => readFileSync(path).subarray(0, 500), /cannot be unzipped: unexpected end/],
    ['empty', () => Buffer.alloc(0), /cannot be unzipped/],
    ['no gzip', () => Buffer.from('half a download'), /cannot be unzipped: incorrect header/],
    ['other JSON', () => zip('{"scenario":"quickstart"}'), /no run file of quorumlab/],
    ['edited', (path) => zip(text(path).replace('"seed":1', '"seed":2')), /does not have the hash that it names/],
    ['longer than it was', (path) => zip(`${text(path)} `), /does not have the hash/],
  ])('because it is %s is not believed, and replaced by the next one that is kept', (_what, damage, reason) => {
    const { identity, path } = keep(fakeSpec());
    writeFileSync(path, damage(path));
    const { result, told } = find(identity);
    expect(result).toBeNull();
    expect(told).toEqual([expect.stringMatching(reason)]);
    keep(fakeSpec());
    expect(find(identity)).toEqual({ result: fakeRun(fakeSpec()), told: [] });
  });

  test('because any one of its bytes was changed is not believed', () => {
    const { identity, path } = keep(fakeSpec());
    const whole = readFileSync(path);
    // The ten bytes of the gzip header tell of a time and a system, not of the content.
    for (let at = 10; at < whole.length; at += Math.ceil(whole.length / 60)) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] as number) ^ 0x10;
      writeFileSync(path, bytes);
      expect([at, find(identity).result]).toEqual([at, null]);
    }
  });

  test('because it holds another run than its name says is not believed', () => {
    const { path } = keep(fakeSpec());
    const other = keep(fakeSpec({ seed: 2 }));
    writeFileSync(other.path, readFileSync(path));
    const { result, told } = find(other.identity);
    expect(result).toBeNull();
    expect(told[0]).toMatch(/holds the run [0-9a-f]{12}…/);
  });
});

describe('the fingerprint of the code', () => {
  const root = new URL('../../src', import.meta.url).pathname;

  test('covers the pure folders down to simulation, which are all that a run can reach', () => {
    const order = readFileSync(new URL('../../.dependency-cruiser.cjs', import.meta.url), 'utf8');
    const folders = [...order.matchAll(/^ {2}\['(\w+)'/gm)].map(([, name]) => name);
    expect(FOLDERS_OF_A_RUN).toEqual(folders.slice(0, folders.indexOf('simulation') + 1));
  });

  test('follows the content and the name of every file, and nothing else', () => {
    const copy = (changed: (name: string) => string, text: string): string => {
      for (const name of FOLDERS_OF_A_RUN) mkdirSync(join(folder, name, 'inner'), { recursive: true });
      const path = join(folder, 'kernel', 'inner', changed('clock.ts'));
      writeFileSync(path, text);
      const print = fingerprintOf(folder, true);
      rmSync(path);
      return print;
    };
    const first = copy((name) => name, 'one');
    expect(copy((name) => name, 'one')).toBe(first);
    expect(copy((name) => name, 'two')).not.toBe(first);
    expect(copy((name) => `other-${name}`, 'one')).not.toBe(first);
    expect(copy((name) => `${name}.md`, 'notes')).toBe(copy((name) => `${name}.md`, 'other notes'));
    expect(ownFingerprint()).toBe(fingerprintOf(root, true));
    expect(ownFingerprint()).toMatch(/^[0-9a-f]{12}$/);
  });
});

describe('merged stores', () => {
  test('keep what this code has made, not what other code had left there', () => {
    const spec = fakeSpec();
    const { identity } = keep(spec, 'other');
    const shard = join(folder, 'shard');
    openRunStore(shard, { build: 'this' }).keep(identity, spec, fakeRun(spec));
    expect(find(identity).result).toBeNull();
    expect(mergeStores([shard], folder, 'this')).toEqual({ added: 1, same: 0, refused: [], conflicts: [] });
    expect(find(identity).result).not.toBeNull();
    expect(mergeStores([shard], folder, 'this')).toMatchObject({ added: 0, same: 1 });
  });
});
