// The repository's own tidiness, as tests: headers, names, sizes, nothing skipped in silence, and proof that the
// import-order check really looks at the modules (with a TypeScript it cannot use it would pass over none).
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const root = new URL('..', import.meta.url);
const allFiles = listFiles();
const sourceFiles = allFiles.filter((path) => path.startsWith('src/') && path.endsWith('.ts'));
const testFiles = allFiles.filter((path) => path.startsWith('test/') && path.endsWith('.ts'));

const mostLinesPerSourceFile = 400;

describe('source files', () => {
  test('there are some, so that the tests below mean something', () => {
    expect(sourceFiles.length).toBeGreaterThan(0);
    expect(testFiles).toContain('test/tidy.test.ts');
  });

  test('each begins with a comment that says what it is and why', () => {
    expect(sourceFiles.filter((path) => !/^(#!.*\n)?(\/\/ |\/\*\*)/.test(textOf(path)))).toEqual([]);
  });

  test(`none has more than ${mostLinesPerSourceFile} lines`, () => {
    const long = sourceFiles
      .map((path) => ({ path, lines: textOf(path).trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > mostLinesPerSourceFile);
    expect(long).toEqual([]);
  });

  test('what they export names no type of Node, so that the declarations work without @types/node', () => {
    // Up to the body of a function, or to the end of an interface, type or class.
    const exported = /^export (?:(?:async )?function[*\s][^{]*\{|(?:interface|type|class)[^;]*?(?:;$|^\}))/gm;
    const bound = sourceFiles.flatMap((path) =>
      (textOf(path).match(exported) ?? []).filter((text) => /\bBuffer\b|\bNodeJS\./.test(text)).map(() => path),
    );
    expect(bound).toEqual([]);
  });

  test('no file or folder is named after nothing (utils, helpers, common)', () => {
    const nameless = /(^|[/.-])(utils?|helpers?|common|misc)([/.-]|$)/i;
    const code = allFiles.filter((path) => /^(src|test|bench)\//.test(path));
    expect(code.filter((path) => nameless.test(path))).toEqual([]);
  });
});

describe('tests', () => {
  test('none is singled out, switched off, or skipped without a reason that is printed', () => {
    // `context.skip('reason')` and `context.skip(condition, 'reason')` print their reason; the other ways print none.
    const singledOut =
      /\.only\b|\.(todo|skipIf|runIf)\(|\b(test|it|describe|suite)(\.\w+)*\.skip\b|\bx(it|test|describe)\(/;
    const skip = /\bskip\(([^;]*)/g;
    const offences = testFiles
      .filter((path) => path !== 'test/tidy.test.ts')
      .flatMap((path) => {
        const text = textOf(path);
        const lines = text.split('\n').filter((line) => singledOut.test(line));
        const withoutReason = [...text.matchAll(skip)].filter((match) => !/['"`]/.test(match[1] ?? ''));
        return [...lines, ...withoutReason.map((match) => match[0])].map((found) => `${path}: ${found.trim()}`);
      });
    expect(offences).toEqual([]);
  });
});

describe('the checks', () => {
  test('dependency-cruiser looks at every source file, follows their imports and finds the order kept', () => {
    const output = execFileSync(
      process.execPath,
      ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', '--output-type', 'json', 'src'],
      { cwd: root, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
    );
    const { modules, summary } = JSON.parse(output) as CruiseResult;
    const cruised = new Set(modules.map((module) => module.source));
    expect(sourceFiles.filter((path) => !cruised.has(path))).toEqual([]);
    const imports = modules
      .filter((module) => module.source.startsWith('src/'))
      .flatMap((module) => module.dependencies);
    const importing = sourceFiles.filter((path) => /^(import|export) .*from '\.\.?\//m.test(textOf(path)));
    expect(imports.length).toBeGreaterThanOrEqual(importing.length);
    expect(summary.violations).toEqual([]);
  });

  test('the folders without ambient types are the folders that lint and import order call pure', () => {
    const pureTypes = listOf(textOf('tsconfig.pure.json'), /"src\/(\w+)"/g);
    const pureLint = listOf(textOf('biome.json').split('biome-pure.grit')[0] ?? '', /"src\/(\w+)\/\*\*"/g);
    const order = listOf(textOf('.dependency-cruiser.cjs'), /^ {2}\['(\w+)'/gm);
    expect(pureTypes.length).toBeGreaterThan(0);
    expect(pureLint).toEqual(pureTypes);
    expect(order.slice(0, order.indexOf('experiment') + 1)).toEqual(pureTypes);
  });
});

describe('the repository', () => {
  test('cites no document that is not in it', () => {
    const name = ['DES', 'IGN'].join('');
    const citing = allFiles.filter(
      (path) => /\.(ts|js|md|ya?ml)$/.test(path) && new RegExp(`\\b${name}\\b`).test(textOf(path)),
    );
    expect(citing).toEqual([]);
  });

  test('names no place of the machine it was written on', () => {
    // Put together from pieces, so that this file does not find itself.
    const places = ['main', 'shared', '.library'].map((folder) => ['', 'work', folder].join('/'));
    const forbidden = [
      ...places,
      ['..', 'shared', ''].join('/'),
      ['', '.library'].join('/'),
      ['bash', 'jobs'].join('_'),
    ];
    const offences = allFiles.flatMap((path) => {
      const bytes = readFileSync(new URL(path, root));
      return forbidden.filter((place) => bytes.includes(place)).map((place) => `${path}: ${place}`);
    });
    expect(offences).toEqual([]);
  });

  test('locks its dependencies to no registry but the public one', () => {
    const hosts = listOf(textOf('package-lock.json'), /"resolved": "\w+:\/\/([^/"]+)/g);
    expect([...new Set(hosts)].filter((host) => host !== 'registry.npmjs.org')).toEqual([]);
  });

  test('names every dependency by an exact version', () => {
    const { dependencies, devDependencies } = JSON.parse(textOf('package.json')) as Record<
      string,
      Record<string, string>
    >;
    const versions = Object.entries({ ...dependencies, ...devDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });
});

interface CruiseResult {
  readonly modules: readonly { readonly source: string; readonly dependencies: readonly unknown[] }[];
  readonly summary: { readonly violations: readonly unknown[] };
}

/** Everything git keeps or would keep, so that a file is judged before it is committed, too. */
function listFiles(): string[] {
  const arguments_ = ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const output = execFileSync('git', arguments_, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return output.split('\0').filter((path) => path !== '' && existsSync(new URL(path, root)));
}

function textOf(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

function listOf(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}
