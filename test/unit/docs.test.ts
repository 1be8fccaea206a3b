// The documentation keeps its promises: links lead somewhere, commands and options exist, the example loads, and what is registered
// is described. What can be generated (option tables) is not written by hand.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { faultDefinitions } from '../../src/faults/registry.ts';
import { protocols } from '../../src/protocols/registry.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { formatProblem } from '../../src/scenario/problem.ts';
import { MODEL_VERSION } from '../../src/simulation/model-version.ts';
import { arrivalProcesses } from '../../src/workloads/arrival-registry.ts';
import { workloads } from '../../src/workloads/registry.ts';
import { quorumlab } from '../support/command.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = listPages();

describe('links', () => {
  test('there are pages with links to look at', () => {
    expect(pages).toContain('README.md');
    expect(pages).toContain('docs/MODEL.md');
    expect(pages.flatMap(linksOf).length).toBeGreaterThan(20);
  });

  test('every relative link leads to a file of the repository, and every anchor to a heading', () => {
    const broken = pages.flatMap((page) =>
      linksOf(page)
        .filter((link) => !leadsSomewhere(page, link))
        .map((link) => `${page}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  test('every source file that is named exists', () => {
    const folders = /^(src|test|docs|scenarios|schema|bench)\/[\w./-]+\.\w+$/;
    const inSource =
      /^(units|kernel|statistics|network|machines|ledger|protocols|workloads|faults|checks|simulation|experiment|scenario|results|executor|report|cli)\/[\w./-]+\.ts$/;
    const absent = pages.flatMap((page) =>
      inlineCode(textOf(page)).flatMap((code) => {
        const path = folders.test(code) ? code : inSource.test(code) ? `src/${code}` : null;
        return path === null || existsSync(join(root, path)) ? [] : [`${page}: ${code}`];
      }),
    );
    expect(absent).toEqual([]);
  });

  test('the index of decisions names each of them once', () => {
    const files = pages.filter((page) => /^docs\/decisions\/\d/.test(page)).map((page) => page.split('/').at(-1));
    const listed = linksOf('docs/decisions/README.md').filter((link) => /^\d/.test(link));
    expect(files.length).toBeGreaterThan(0);
    expect(listed.sort()).toEqual(files.sort());
  });
});

describe('commands', () => {
  const commands = pages.flatMap((page) => commandsOf(textOf(page)).map((command) => ({ page, command })));

  test('README shows the two commands that do everything', () => {
    const shown = commandsOf(textOf('README.md'));
    expect(shown).toContain('npm ci && npm start');
    expect(shown).toContain('npm ci && npm test');
  });

  test('each npm script, program and test that is named exists', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const known = new Set([...Object.keys(scripts), 'ci', 'install']);
    const offences = commands.flatMap(({ page, command }) =>
      command.split('&&').flatMap((part) => {
        const [program, verb, name] = part
          .trim()
          .split(/\s+/)
          .filter((word) => !/^\w+=/.test(word));
        if (program === 'npm')
          return known.has(verb === 'run' ? (name ?? '') : (verb ?? '')) ? [] : [`${page}: ${part}`];
        if (program !== 'npx') return [`${page}: ${part}: neither npm nor npx`];
        return verb === 'quorumlab' || verb === 'tsx' || verb === 'vitest' ? [] : [`${page}: ${part}`];
      }),
    );
    expect(commands.length).toBeGreaterThan(5);
    expect(offences).toEqual([]);
  });

  test('each quorumlab command, shown or mentioned, is one, and has the options that it is given', async () => {
    const mentioned = pages.flatMap((page) =>
      [...commandsOf(textOf(page)), ...inlineCode(textOf(page))].flatMap((text) =>
        quorumlabCommands(text).map((command) => ({ page, ...command })),
      ),
    );
    expect(mentioned.length).toBeGreaterThan(10);
    const offences: string[] = [];
    for (const { page, name, options } of mentioned) {
      const help = await helpOf(name);
      if (help === null) offences.push(`${page}: there is no command ${name}`);
      for (const option of options)
        if (help !== null && !new RegExp(`${option}[\\s,]`).test(help))
          offences.push(`${page}: ${name} has no ${option}`);
    }
    expect(offences).toEqual([]);
  });
});

describe('contents', () => {
  test('the scenario in README loads without an error or a warning', () => {
    const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(textOf('README.md')) ?? [];
    const file = 'corridor.yaml';
    const loaded = loadScenario(file, { readText: (path) => (path === file ? yaml : readFileSync(path, 'utf8')) });
    const problems = loaded.ok ? loaded.scenario.warnings : loaded.problems;
    expect(problems.map(formatProblem)).toEqual([]);
    expect(loaded.ok && loaded.scenario.points.map(({ label }) => label)).toEqual(['PBFT', 'Raft']);
  });

  test('MODEL.md describes everything that is registered', () => {
    const model = textOf('docs/MODEL.md');
    const names = [protocols, workloads, arrivalProcesses].flatMap((registry) => Object.keys(registry));
    const undescribed = [...names, ...Object.keys(faultDefinitions)].filter(
      (name) => !new RegExp(`\\b${name}\\b`, 'i').test(model),
    );
    expect(undescribed).toEqual([]);
  });

  test('the changelog is of this version of the model and of the package', () => {
    const { version } = JSON.parse(textOf('package.json')) as { version: string };
    const newest = /^## .*$/m.exec(textOf('CHANGELOG.md'))?.[0];
    expect(newest).toContain(version);
    expect(newest).toContain(`model version ${MODEL_VERSION}`);
    const named = textOf('docs/MODEL.md').matchAll(/model version (\d+)/gi);
    expect([...named].map(([, version]) => version)).toEqual([MODEL_VERSION, MODEL_VERSION]);
  });

  test('no page holds a table of options: `quorumlab explain` prints them from the definitions', () => {
    expect(pages.filter((page) => /^\|\s*options?\s*\|/im.test(textOf(page)))).toEqual([]);
  });

  test('README stays short enough to be read', () => {
    expect(textOf('README.md').split('\n').length).toBeLessThanOrEqual(250);
  });
});

/** Pages that git keeps or would keep. */
function listPages(): string[] {
  const which = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md'];
  const output = execFileSync('git', ['-c', 'safe.directory=*', ...which], { cwd: root, encoding: 'utf8' });
  return output.split('\0').filter((path) => path !== '' && existsSync(join(root, path)));
}

function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Without fenced blocks, in which nothing is a link. */
function proseOf(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '');
}

/** Targets of links that do not leave the repository. */
function linksOf(page: string): string[] {
  const prose = proseOf(textOf(page)).replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] as string)
    .filter((link) => !/^[a-z]+:/.test(link));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(root, target))) return false;
  return anchor === undefined || headingsOf(target).includes(anchor);
}

/** Headings as anchors, the way GitHub makes them. */
function headingsOf(page: string): string[] {
  return [...proseOf(textOf(page)).matchAll(/^#+ (.*)$/gm)].map((match) =>
    (match[1] as string)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

function inlineCode(text: string): string[] {
  return [...proseOf(text).matchAll(/`([^`\n]+)`/g)].map((match) => match[1] as string);
}

/** The lines of all ```sh blocks. */
function commandsOf(text: string): string[] {
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap((match) =>
    (match[1] as string).split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#')),
  );
}

/** `quorumlab run FILE --set a=b`, also through npx, or as `npx tsx src/cli/main.ts run …`. */
function quorumlabCommands(text: string): { readonly name: string; readonly options: readonly string[] }[] {
  const [, name, rest = ''] = /^(?:npx )?(?:quorumlab|tsx src\/cli\/main\.ts) ([a-z]+)(.*)$/.exec(text) ?? [];
  if (name === undefined) return [];
  return [{ name, options: [...rest.matchAll(/(?:^|\s)(--[a-z-]+)/g)].map((match) => match[1] as string) }];
}

/** What `--help` says of a command; null where there is none of this name. */
async function helpOf(name: string): Promise<string | null> {
  const { code, out } = await quorumlab(name, '--help');
  return code === 0 && out.startsWith(`Usage: quorumlab ${name}`) ? out : null;
}
