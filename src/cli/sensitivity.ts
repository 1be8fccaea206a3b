/** `quorumlab sensitivity FILE`: which uncertain input decides the answer, as a table here and a tornado chart in a folder. */
import { type Command, InvalidArgumentError } from 'commander';
import { drive } from '../executor/executor.ts';
import { ESTIMATE_NAMES, type EstimateName } from '../experiment/estimate.ts';
import { sensitivity } from '../experiment/sensitivity.ts';
import { type FactorRange, INPUT_NAMES, type InputName, uncertainInputs } from '../experiment/uncertain-inputs.ts';
import { buildSensitivity, type SensitivityFile } from '../results/sensitivity-file.ts';
import { nearest } from '../scenario/problem.ts';
import { fileLengthOf, runSettings, runSpecFor } from '../scenario/run-spec-for.ts';
import type { DesignPoint } from '../scenario/scenario.ts';
import { checkedRangeOf } from '../validation/checked-range.ts';
import { stoppedWithoutAnswer } from './cache-options.ts';
import { type CommandContext, processContext } from './context.ts';
import { CommandEnd, ExitCode, exitCodeOf } from './exit-codes.ts';
import { keepAnswer } from './keep-answer.ts';
import { refuseBeforehand } from './open-executor.ts';
import type { RunningOptions } from './options.ts';
import { headOf, loadAsked } from './question.ts';
import { addRunningOptions } from './running-options.ts';
import { withExecutor } from './with-executor.ts';

interface SensitivityOptions extends RunningOptions {
  readonly measure?: EstimateName;
  readonly range: Partial<Record<InputName, FactorRange>>;
}

export function sensitivityCommand(program: Command, context: CommandContext = processContext): void {
  const command = program
    .command('sensitivity')
    .description('vary one uncertain input at a time and say which measurement would most narrow the answer')
    .argument('<file>', 'scenario file')
    .option(
      '--measure <name>',
      "what to look at (default: the scenario's first objective, else finality_p99)",
      measureNamed,
    )
    .option(
      '--range <input=low..high>',
      `the range of an input, as factors; may be repeated. ${defaultRanges()}`,
      collectRange,
      {},
    );
  addRunningOptions(command, {
    quick: 'at most two replications of a quarter of the duration, or until 10 s behind the last fault',
    replications: 'each variant',
    answer: 'sensitivity',
  }).action((file: string, options: SensitivityOptions) => run(file, options, context));
}

async function run(file: string, options: SensitivityOptions, context: CommandContext): Promise<void> {
  const one = await loadAsked(file, options, context);
  refuseBeforehand([one], options.out);
  const { scenario } = one;
  const choice = { quick: one.invocation.quick };
  const { warmup, replications } = runSettings(scenario, choice);
  const measure = options.measure ?? scenario.objective[0]?.estimate ?? 'finality_p99_ms';
  const ranges = { ...rangesByDefault(), ...options.range };
  await withExecutor(options, context, async (executor, signal) => {
    const points = await drive(
      sensitivity({
        points: scenario.points.map(() => ({ warmup: warmup as number | 'auto', objectives: scenario.objective })),
        replications,
        measure,
        ranges,
        specFor: (point, replication) => runSpecFor(scenario, point, replication, choice),
      }),
      executor,
      { signal, about: { scenario: scenario.name, warmup } },
    );
    const failed = points.flatMap((point) => point.failed);
    if (signal.aborted) throw new CommandEnd(ExitCode.interrupted, stoppedWithoutAnswer(options, context));
    const answer = buildSensitivity(
      {
        ...headOf('sensitivity', one, optionWords(options)),
        measure,
        replications,
      },
      ranges,
      points,
      ({ busiest }, index) =>
        checkedRangeOf(
          (scenario.points[index] as DesignPoint).setup,
          busiest === null ? [] : [{ resource: busiest.resource, node: busiest.node, share: busiest.utilisation }],
        ),
      // Behind faults --quick is not always one part in so many: then only that runs must be longer can be told.
      scenario.points.some(({ setup }) => setup.faults.length > 0) ? null : fileLengthOf(scenario, choice.quick),
    );
    await keepAndShow(answer, options, context);
    for (const { label, replication, reason } of failed)
      context.err.write(`not finished: ${label}, replication ${replication}: ${reason}\n`);
    const unmeasured = answer.points.some(({ base, unmeasured: why }) => why !== null || base.value === null);
    const code = exitCodeOf([...failed.map(() => ExitCode.crashed), ...(unmeasured ? [ExitCode.missed] : [])]);
    if (code !== ExitCode.ok) throw new CommandEnd(code);
  });
}

async function keepAndShow(
  answer: SensitivityFile,
  options: SensitivityOptions,
  context: CommandContext,
): Promise<void> {
  const { renderSensitivityHtml } = await import('../report/sensitivity/html.ts');
  const { renderSensitivity } = await import('../report/sensitivity/table.ts');
  keepAnswer('sensitivity', answer, { html: renderSensitivityHtml, text: renderSensitivity }, options, context);
}

function rangesByDefault(): Record<InputName, FactorRange> {
  return Object.fromEntries(INPUT_NAMES.map((input) => [input, uncertainInputs[input].range])) as Record<
    InputName,
    FactorRange
  >;
}

function defaultRanges(): string {
  return `Default: ${INPUT_NAMES.map((input) => `${input}=${uncertainInputs[input].range.low}..${uncertainInputs[input].range.high}`).join(', ')}.`;
}

function optionWords({ measure, range }: SensitivityOptions): readonly string[] {
  return [
    ...(measure === undefined ? [] : ['--measure', shortName(measure)]),
    ...Object.entries(range).flatMap(([input, { low, high }]) => ['--range', `${input}=${low}..${high}`]),
  ];
}

/** Measures are named as in objectives: without their unit. */
function shortName(measure: EstimateName): string {
  return measure.replace(/_(ms|per_s)$/, '');
}

function measureNamed(text: string): EstimateName {
  const found = ESTIMATE_NAMES.find((name) => name === text || shortName(name) === text);
  if (found !== undefined) return found;
  const names = ESTIMATE_NAMES.map(shortName);
  throw new InvalidArgumentError(`There is no such measure${nearest(text, names)}; there are ${names.join(', ')}.`);
}

/** Inputs that a run cannot be without. */
const NEVER_NOTHING: readonly InputName[] = ['link-delay', 'bandwidth'];
/** Beyond it a scenario is another one, and its timeouts mean nothing. */
const GREATEST_FACTOR = 1000;

function collectRange(
  text: string,
  before: Partial<Record<InputName, FactorRange>>,
): Partial<Record<InputName, FactorRange>> {
  const [, name = '', low, high] = /^([a-z-]+)=(\d+(?:\.\d+)?)\.\.(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (name === '') throw new InvalidArgumentError('It must be like link-delay=0.8..1.25.');
  const input = INPUT_NAMES.find((known) => known === name);
  if (input === undefined)
    throw new InvalidArgumentError(
      `There is no input '${name}'${nearest(name, INPUT_NAMES)}; there are ${INPUT_NAMES.join(', ')}.`,
    );
  const range = { low: Number(low), high: Number(high) };
  if (range.low > range.high)
    throw new InvalidArgumentError(
      `The low end, ${low}, lies above the high end, ${high}: the lower one comes first (${name}=${high}..${low}).`,
    );
  if (range.low > 1 || range.high < 1)
    throw new InvalidArgumentError('The range must hold 1, which is what the scenario says.');
  if (range.low === 0 && NEVER_NOTHING.includes(input))
    throw new InvalidArgumentError(
      `The low end must be above 0: there is no such thing as no ${uncertainInputs[input].title}.`,
    );
  if (range.high > GREATEST_FACTOR)
    throw new InvalidArgumentError(`The high end must be at most ${GREATEST_FACTOR}; for another scenario use --set.`);
  return { ...before, [input]: range };
}
