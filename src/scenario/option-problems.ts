/**
 * What a definition says of options that are known in part, or of a setting that is: only what it says whatever the rest may be. A
 * contradiction of two options that read well is told beside a third that did not; what may follow from the third alone is not.
 */
import type { Definition, Setting } from '../units/definition.ts';
import type { OptionField, OptionProblem, OptionSchema } from '../units/options.ts';
import { isBroken, knownOf } from './fragments.ts';

/** Numbers of nodes that stand for all, from the least to the most. */
const SOME_NODES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 16, 31, 100, 1000, 10_000];
/** Where an option has no upper limit; as a duration 11 days. */
const LARGE = 1e15;
/** So many values are put in for each option that is not known: no choice has more, and of numbers there are three. */
const GUESSES = 6;

/** The setting at some numbers of nodes where the number is not known. */
export function settingsAt(nodes: number | null, setting: Omit<Setting, 'nodes'>): readonly Setting[] {
  return (nodes === null ? SOME_NODES : [nodes]).map((count) => ({ ...setting, nodes: count }));
}

/** `options`: whole, or what is known of them. `settings`: those that are possible, one where all is known. */
export function problemsWhatever(
  definition: Definition<unknown>,
  options: unknown,
  settings: readonly Setting[],
): readonly OptionProblem[] {
  const possible = isBroken(options)
    ? Array.from({ length: GUESSES }, (_, guess) =>
        filled(definition.options, options.fragments as Readonly<Record<string, unknown>>, guess),
      )
    : [options];
  const [first = [], ...others] = possible.flatMap((values) =>
    settings.map((setting) => definition.problems?.(values, setting) ?? []),
  );
  return first.filter((problem) =>
    others.every((found) => found.some(({ path, message }) => path === problem.path && message === problem.message)),
  );
}

/** The options with a guess at each that is not known. */
function filled(schema: OptionSchema<unknown>, known: Readonly<Record<string, unknown>>, guess: number): unknown {
  const options = Object.entries(schema as Readonly<Record<string, OptionField>>).map(([key, field]) => {
    const value = known[key];
    if (field.kind === 'group' && (value === undefined || isBroken(value)))
      return [key, filled(field.fields, knownOf(value) as Readonly<Record<string, unknown>>, guess)];
    return [key, value === undefined ? guessAt(field, guess) : value];
  });
  return Object.fromEntries(options);
}

/** The default, the least, the most, and so on in turn. */
function guessAt(field: OptionField, guess: number): unknown {
  switch (field.kind) {
    case 'flag':
      return guess % 2 === 0;
    case 'choice':
      return field.choices[guess % field.choices.length];
    case 'duration-range': {
      const { min = 0, max = LARGE } = field;
      return [field.default, { min, max: min }, { min: max, max }][guess % 3];
    }
    case 'group':
    case 'observations':
      return null;
    default: {
      const { min = 0, max = field.kind === 'ratio' ? 1 : LARGE } = field;
      return [field.default, min, max][guess % 3];
    }
  }
}
