/** What is wrong with a scenario file and where: values that the command line prints one a line, as compilers do. */

export interface Problem {
  readonly severity: 'error' | 'warning';
  /** Where to look: `file:line:column`, or `--set path` when an override brought it in. */
  readonly place: string;
  readonly line: number;
  readonly column: number;
  /** Dotted path in the file, such as `clients.0.load`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** `file:line:column: path: what is wrong, what is expected`; warnings say that they are. */
export function formatProblem(problem: Problem): string {
  // `--set path` has said it already.
  const path = problem.path === '' || problem.place === `--set ${problem.path}` ? '' : `${problem.path}: `;
  return `${problem.place}: ${problem.severity === 'warning' ? 'warning: ' : ''}${path}${problem.message}`;
}

/** File by file (the first to be named first), in the order of each, each said once. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  const fresh = problems.filter((problem) => {
    const text = formatProblem(problem);
    return seen.has(text) ? false : seen.add(text);
  });
  // What an override brought has no line, and stands before the file's own.
  const files = [...new Set(fresh.filter(({ line }) => line > 0).map(fileOf))];
  const rank = (problem: Problem) => (problem.line === 0 ? -1 : files.indexOf(fileOf(problem)));
  return fresh.sort((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column);
}

function fileOf({ place }: Problem): string {
  return place.replace(/(:\d+){2}$/, '');
}

/** ` (did you mean 'name'?)` for the nearest of some names, if it is near; else empty. */
export function nearest(name: string, names: readonly string[]): string {
  let best = '';
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of names) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [least, best] = [distance, candidate];
  }
  const near = least <= Math.max(1, Math.ceil(Math.min(name.length, best.length) / 3));
  // Of two names of one letter nothing is alike.
  return near && least < Math.max(name.length, best.length) ? ` (did you mean '${best}'?)` : '';
}

/** Levenshtein's distance with adjacent transpositions (optimal string alignment): `nmae` is one step from `name`. */
function editDistance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i, ...new Array<number>(b.length).fill(0)]);
  for (let j = 0; j <= b.length; j++) rows[0]![j] = j;
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1, rows[i - 1]![j - 1]! + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, rows[i - 2]![j - 2]! + 1);
      rows[i]![j] = least;
    }
  return rows[a.length]![b.length]!;
}
