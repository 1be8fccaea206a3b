/** What `regress` can be told, and which of it contradicts itself: found out before anything is run. */
import { InvalidArgumentError } from 'commander';
import { JUDGED_MEASURES, measureNamed, parseTolerance, shortName } from '../experiment/tolerance.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';
import type { RunningOptions } from './options.ts';

export interface RegressOptions extends RunningOptions {
  readonly baseline: string;
  readonly update?: true;
  readonly speed?: true;
  /** By measure without its unit, as given. */
  readonly tolerance: Readonly<Record<string, string>>;
  readonly junit?: string;
  /** true: to `$GITHUB_STEP_SUMMARY`. */
  readonly markdown?: string | true;
}

/** The name under which `--tolerance` gives that of `--speed`. */
export const SPEED_RATIO = 'ratio';

/** @throws CommandEnd */
export function refuseOptions(
  { baseline, update, speed, junit, markdown, tolerance }: RegressOptions,
  files: readonly string[],
): void {
  const refuse = (sentence: string): never => {
    throw new CommandEnd(ExitCode.usage, sentence);
  };
  if (!baseline.endsWith('.json')) refuse(`--baseline ${baseline}: a baseline is a .json file`);
  if (files.includes(baseline)) refuse(`--baseline ${baseline} is among the scenarios, too`);
  if (junit !== undefined && !junit.endsWith('.xml')) refuse(`--junit ${junit}: it must be a .xml file`);
  // `--markdown` may stand alone, and would else take a scenario behind it for its file, and write over it.
  if (typeof markdown === 'string' && !markdown.endsWith('.md'))
    refuse(`--markdown ${markdown}: it must be a .md file; without one the option stands last`);
  if (markdown === true && !process.env.GITHUB_STEP_SUMMARY)
    refuse(
      '--markdown needs a file here, such as --markdown regress.md: GITHUB_STEP_SUMMARY, which it stands for, is not set',
    );
  if ((update || speed) && (junit !== undefined || markdown !== undefined))
    refuse(`--junit and --markdown are of a comparison: leave them out with ${update ? '--update' : '--speed'}`);
  const other = Object.keys(tolerance).find((name) => (name === SPEED_RATIO) !== (speed ?? false));
  if (other !== undefined)
    refuse(
      speed
        ? `--speed knows the tolerance of ${SPEED_RATIO} only: leave out --tolerance ${other}=…`
        : `--tolerance ${SPEED_RATIO}=… is of the simulator's own speed: add --speed or leave it out`,
    );
}

export function collectTolerance(
  text: string,
  before: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const [, name = '', value = ''] = /^([a-z0-9_]+)=(.+)$/.exec(text) ?? [];
  const measure = name === SPEED_RATIO ? 'throughput_per_s' : measureNamed(name);
  if (measure === null)
    throw new InvalidArgumentError(
      `It must be like finality_p99=5%, with one of ${JUDGED_MEASURES.map(shortName).join(', ')}.`,
    );
  const tolerance = parseTolerance(measure, value);
  if (!tolerance.ok) throw new InvalidArgumentError(`Expected ${tolerance.expected}.`);
  if (name === SPEED_RATIO && Number.parseFloat(value) >= 100)
    throw new InvalidArgumentError('A ratio cannot fall by all of itself: expected less than 100%.');
  return { ...before, [name === SPEED_RATIO ? name : shortName(measure)]: value };
}
