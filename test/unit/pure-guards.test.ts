// What the guards of the pure folders refuse, and what they let through: each line is linted as a file of a pure folder, by the rules
// of this repository. A pattern that fails to load guards nothing, and would be seen here first.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;

const refused = [
  'export const draw = () => Math.random();',
  'const m = Math; export const draw = () => m.random();',
  "export const draw = Reflect.get(Math, 'random');",
  "export const draw = () => Math['random']();",
  'const { random } = Math; export const draw = random;',
  'export const parts = { Math };',
  'export const draw = () => Math?.random();',
  'export const draw = () => Math.max(...[Math].map((one) => one.random()));',
  ...[
    'acos',
    'atan2',
    'cbrt',
    'cos',
    'cosh',
    'exp',
    'expm1',
    'hypot',
    'log',
    'log10',
    'log1p',
    'log2',
    'pow',
    'sin',
    'tan',
    'tanh',
  ].map((name) => `export const inexact = Math.${name}(2, 3);`),
  'export const inexact = 2.5 ** 0.3;',
  'export const inexact = (k: number) => 2 ** k;',
  'export const inexact = 2 ** -0.5;',
  'export const inexact = 10 ** 23;',
  'export let inexact = 3; inexact **= 0.5;',
  'export const text = (1000).toLocaleString();',
  "export const text = 'I'.toLocaleLowerCase();",
  "export const order = ['b', 'a'].sort((a, b) => a.localeCompare(b));",
  "export const order = (a: string) => a['localeCompare']('b');",
  "const { localeCompare } = 'a'; export const order = localeCompare;",
  'export const text = new Intl.NumberFormat();',
  'export const now = () => Date.now();',
  'export const now = () => globalThis;',
  'export const later = async () => 1;',
  "export const later = () => import('./quantile-table.ts');",
  "import { readFileSync } from 'node:fs'; export const text = readFileSync;",
];

const allowed = [
  'export const exact = Math.floor(1.5) + Math.sqrt(2) + Math.SQRT2 + Math.imul(3, 4) + Math.clz32(7);',
  'export const exact = Math.max(Math.min(1, 2), Math.trunc(1.5));',
  'export const exact = 2 ** 53 - 2 ** 31;',
  'export const exact = (digits: number) => 10n ** BigInt(digits);',
  "export const text = String(1000).toLowerCase() + 'mathematics';",
  'export let counted = 1; counted += 2;',
];

let folder = '';
let found = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pure-guards-'));
  mkdirSync(join(folder, 'src/kernel'), { recursive: true });
  mkdirSync(join(folder, 'src/report'), { recursive: true });
  for (const file of ['biome.json', 'biome-pure.grit']) copyFileSync(join(root, file), join(folder, file));
  for (const [name, lines] of Object.entries({ refused, allowed }))
    lines.forEach((line, i) => {
      writeFileSync(join(folder, `src/kernel/${name}-${i}.ts`), `${line}\n`);
    });
  writeFileSync(join(folder, 'src/report/elsewhere.ts'), 'export const inexact = Math.log(2).toLocaleString();\n');
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const asked = [biome, 'lint', '--reporter=github', '--max-diagnostics=1000', '--diagnostic-level=error', 'src'];
  try {
    found = execFileSync(process.execPath, asked, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (failure) {
    found = (failure as { stdout: string }).stdout;
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The lines of a list that a guard told of. */
function told(name: string, lines: readonly string[]): readonly string[] {
  const rules = /title=(plugin|lint\/style\/noRestricted(?:Globals|Imports)),/;
  const errors = found.split('\n').filter((line) => rules.test(line));
  return lines.filter((_, i) => errors.some((error) => error.includes(`src/kernel/${name}-${i}.ts,`)));
}

describe('the guards of the pure folders', () => {
  test('refuse what depends on the machine: chance, clock, locale, and functions that are not exactly rounded', () => {
    expect(told('refused', refused)).toEqual(refused);
  });

  test('let exact arithmetic through, and leave the other folders alone', () => {
    expect(told('allowed', allowed)).toEqual([]);
    expect(found).not.toContain('elsewhere.ts');
  });
});
