// A small sound scenario, and the problems of variations on it as they are printed.
import { loadScenario } from '../../src/scenario/load.ts';
import { formatProblem } from '../../src/scenario/problem.ts';
import { readTextFile } from '../../src/scenario/profiles.ts';

/** Without a protocol. */
export const BARE = `scenario: 1
name: small
question: How fast?
seed: 5
nodes: { count: 4 }
clients: [{ site: lan, load: { open: { poisson: 500/s } } }]
workload: opaque
`;
export const BASE = `${BARE}protocol: raft
`;

/** Problems (or warnings) as printed, without the file's name. `files`: what other files hold, by their last name. */
export function problemsOf(
  text: string,
  overrides: readonly string[] = [],
  files: Readonly<Record<string, string>> = {},
): readonly string[] {
  const all: Readonly<Record<string, string>> = { ...files, 'f.yaml': text };
  const result = loadScenario('f.yaml', {
    overrides,
    readText: (path) => all[path.split('/').at(-1) as string] ?? readTextFile(path),
  });
  return (result.ok ? result.scenario.warnings : result.problems).map((problem) =>
    formatProblem(problem).replace('f.yaml:', ''),
  );
}
