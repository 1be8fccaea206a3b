// The workflow that we hand out: it is YAML, pins its actions by major version, and gives our commands only options that they have.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { quorumlab } from '../support/command.ts';

interface Workflow {
  readonly jobs: Readonly<
    Record<string, { readonly steps: readonly { readonly uses?: string; readonly run?: string }[] }>
  >;
}

const text = readFileSync(new URL('../../docs/ci/quorumlab.yml', import.meta.url), 'utf8');
const readme = readFileSync(new URL('../../docs/ci/README.md', import.meta.url), 'utf8');
const steps = Object.values((parse(text) as Workflow).jobs).flatMap((job) => job.steps);

test('each action is pinned by its major version', () => {
  const used = steps.flatMap(({ uses }) => uses ?? []);
  expect(used.length).toBeGreaterThan(2);
  expect(used.filter((name) => !/^actions\/[a-z-]+@v\d+$/.test(name))).toEqual([]);
});

test('each command and each option that a pipeline is given exists', async () => {
  const mentioned = [...steps.flatMap(({ run }) => run ?? []), ...text.split('\n'), ...readme.split('\n')];
  const commands = mentioned
    .flatMap((line) => /npx quorumlab ([a-z]+)([^`']*)/.exec(line) ?? [])
    .filter((_, i) => i % 3 !== 0);
  expect(commands.length).toBeGreaterThan(10);
  for (let i = 0; i < commands.length; i += 2) {
    const { out } = await quorumlab(commands[i] as string, '--help');
    for (const [option] of (commands[i + 1] as string).matchAll(/--[a-z-]+/g)) expect(out).toContain(option);
  }
});

test('the option whose file may be left out stands last, so that it takes no scenario for its file', () => {
  const lines = steps.flatMap(({ run }) => run ?? []).filter((line) => line.includes('--markdown'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/--markdown$/);
});
