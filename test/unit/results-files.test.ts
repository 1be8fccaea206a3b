// Result files: their bytes follow from their content alone, and they appear whole or not at all.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/results/canonical-json.ts';
import { repeatCommand, repeatRunCommand } from '../../src/results/repeat-command.ts';
import { holdsCompleteResult, resultFolder, writeFiles } from '../../src/results/result-folder.ts';
import { digestOver, resultId, sha256 } from '../../src/results/result-id.ts';

describe('canonical JSON', () => {
  test('keeps the order of keys, prints lists of plain values on one line, and reads back as the same value', () => {
    const value = { b: 1, a: [1.5, null, -2e-7], list: [{ x: 'é"\n' }], empty: {}, none: [], yes: true };
    const text = canonicalJson(value);
    expect(JSON.parse(text)).toEqual(value);
    expect(text).toBe(
      '{\n  "b": 1,\n  "a": [1.5, null, -2e-7],\n  "list": [\n    {\n      "x": "é\\"\\n"\n    }\n  ],\n  "empty": {},\n  "none": [],\n  "yes": true\n}\n',
    );
  });

  test('refuses what JSON would silently change, and says where it is', () => {
    expect(() => canonicalJson({ a: [1, Number.NaN] })).toThrow('$.a[1] is NaN');
    expect(() => canonicalJson({ a: { b: Number.POSITIVE_INFINITY } })).toThrow('$.a.b is Infinity');
    expect(() => canonicalJson({ a: undefined })).toThrow('$.a is undefined');
    expect(() => canonicalJson({ a: new Float64Array(1) })).toThrow('$.a is [object Float64Array], not plain data');
  });
});

describe('an id', () => {
  test('is the first 12 digits of the SHA-256 of the scenario followed by the model version', () => {
    // The published test vector for "abc".
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(resultId('ab', 'c')).toBe('ba7816bf8f01');
  });

  test('over the digests of replications changes with each and with their order, and is null when one is missing', () => {
    expect(digestOver(['a', 'b'])).toMatch(/^[0-9a-f]{16}$/);
    expect(digestOver(['a', 'b'])).not.toBe(digestOver(['b', 'a']));
    expect(digestOver(['a', null])).toBeNull();
    expect(digestOver([])).toBeNull();
  });
});

describe('a repeat command', () => {
  const plain = { file: 'scenarios/a.yaml', set: [], quick: false, replications: null };

  test('names all that decides the numbers, quoted as a shell needs it', () => {
    expect(repeatCommand(plain)).toBe('npx quorumlab run scenarios/a.yaml');
    expect(repeatCommand({ file: "it's.yaml", set: ['a.b=1 2', 'c=3'], quick: true, replications: 4 })).toBe(
      `npx quorumlab run 'it'\\''s.yaml' --replications 4 --quick --set 'a.b=1 2' --set c=3`,
    );
  });

  test('of one run names its point and replication', () => {
    expect(repeatRunCommand({ ...plain, set: ['c=3'], replications: 9 }, 'Raft n=5', 2)).toBe(
      "npx quorumlab rerun scenarios/a.yaml --point 'Raft n=5' --replication 2 --set c=3 --set run.replications=9",
    );
  });
});

describe('a result folder', () => {
  let out: string;
  beforeEach(() => {
    out = mkdtempSync(join(tmpdir(), 'quorumlab-results-'));
  });
  afterEach(() => rmSync(out, { recursive: true, force: true }));

  test('is made where it is missing, and its files replaced whole', () => {
    const folder = resultFolder(out, 'quickstart', '0123456789ab');
    expect(folder).toBe(join(out, 'quickstart', '0123456789ab'));
    writeFiles(folder, { 'a.txt': 'one', 'b.txt': 'two' });
    writeFiles(folder, { 'a.txt': 'three' });
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('three');
    expect(readdirSync(folder).sort()).toEqual(['a.txt', 'b.txt']);
  });

  test('keeps no half-written file when writing fails', () => {
    mkdirSync(join(out, 'taken', 'inside'), { recursive: true });
    expect(() => writeFiles(out, { taken: 'a folder stands here' })).toThrow();
    expect(readdirSync(out)).toEqual(['taken']);
  });

  test('holds a complete result only where no run is missing', () => {
    expect(holdsCompleteResult(out)).toBe(false);
    writeFileSync(join(out, 'result.json'), '{ "failed_runs": [{}] }');
    expect(holdsCompleteResult(out)).toBe(false);
    writeFileSync(join(out, 'result.json'), '{ "failed_ru');
    expect(holdsCompleteResult(out)).toBe(false);
    writeFileSync(join(out, 'result.json'), '{ "failed_runs": [] }');
    expect(holdsCompleteResult(out)).toBe(true);
  });
});
