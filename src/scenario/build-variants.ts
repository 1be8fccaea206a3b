/** Every setting of the protocols in a `space`: where an option has several values, one variant for each combination. */
import type { ProtocolVariant } from '../experiment/size/space.ts';
import type { AnyProtocol } from '../protocols/protocol.ts';
import { protocols } from '../protocols/registry.ts';
import { defaultsOf, type OptionProblem } from '../units/options.ts';
import type { ChoosableOptions, SpaceValue } from './file-value.ts';
import { problemsWhatever, settingsAt } from './option-problems.ts';
import { type RecordShape, type Shape, snakeCase } from './shape.ts';
import { protocolsShape } from './space-shape.ts';
import type { EitherValue } from './write.ts';
import { fileFormOf } from './write.ts';

/** Timeouts that follow from the placement where the file leaves them open (experiment/size/setup.ts). */
const DERIVED: Readonly<Record<string, readonly string[]>> = {
  pbft: ['requestTimeout', 'viewChangeTimeout'],
  raft: ['heartbeat', 'electionTimeout', 'initialLeader'],
};

/** Reports at a path below `space`. */
export type Flag = (path: readonly string[], message: string) => null;

/** null after flagging: no protocol, or settings that no number of nodes makes sound. */
export function variantsOf(
  asked: SpaceValue['protocols'],
  nodes: readonly number[] | null,
  flag: Flag,
): readonly ProtocolVariant[] | null {
  const given = Object.entries(asked).filter(([, options]) => options !== null) as [string, ChoosableOptions][];
  if (given.length === 0)
    return flag(['protocols'], `is empty, expected one or more of: ${Object.keys(asked).join(', ')}`);
  const variants = given.flatMap(([protocol, options]) => {
    const shape = protocolsShape.fields[protocol]?.shape as RecordShape;
    const defaults = defaultsOf(definitionOf(protocol).options) as ChoosableOptions;
    const derived = (DERIVED[protocol] ?? []).filter((key) => options[key] === null);
    return settingsOf(options, defaults, shape, '').map(
      ({ values, texts }): ProtocolVariant => ({ protocol, options: values, derived, text: texts.join(' ') }),
    );
  });
  const sound = variants.every((variant) => isSound(variant, nodes, flag));
  return sound ? variants : null;
}

interface Settings {
  readonly values: ChoosableOptions;
  /** `batch.max_transactions=400`, of options with several values. */
  readonly texts: readonly string[];
}

/** The last option varies fastest. */
function settingsOf(
  options: ChoosableOptions,
  defaults: ChoosableOptions,
  shape: RecordShape,
  prefix: string,
): readonly Settings[] {
  let all: readonly Settings[] = [{ values: defaults, texts: [] }];
  for (const [key, field] of Object.entries(shape.fields)) {
    const given = options[key];
    if (given === null || given === undefined) continue;
    const name = `${prefix}${snakeCase(key)}`;
    const choices: readonly { readonly value: unknown; readonly texts: readonly string[] }[] =
      field.shape.kind === 'record'
        ? settingsOf(given as ChoosableOptions, defaults[key] as ChoosableOptions, field.shape, `${name}.`).map(
            ({ values, texts }) => ({ value: values, texts }),
          )
        : choicesOf(given as EitherValue, field.shape, name);
    all = all.flatMap(({ values, texts }) =>
      choices.map((choice) => ({ values: { ...values, [key]: choice.value }, texts: [...texts, ...choice.texts] })),
    );
  }
  return all;
}

function choicesOf({ form, value }: EitherValue, shape: Shape, name: string) {
  if (form === 'scalar') return [{ value, texts: [] }];
  const { scalar } = shape as Extract<Shape, { kind: 'either' }>;
  return (value as readonly unknown[]).map((one) => ({
    value: one,
    texts: [`${name}=${String(fileFormOf(scalar as Shape, one))}`],
  }));
}

/** Whether some number of nodes can work with these options; what contradicts each other with all of them is flagged. */
function isSound({ protocol, options }: ProtocolVariant, nodes: readonly number[] | null, flag: Flag): boolean {
  const setting = { longestRoundTrip: 0, medianRoundTrip: 0, restarts: false };
  const isError = ({ severity }: OptionProblem) => severity === 'error';
  const errors =
    nodes === null
      ? [problemsWhatever(definitionOf(protocol), options, settingsAt(null, setting)).find(isError)]
      : nodes.map((count) =>
          definitionOf(protocol)
            .problems?.(options, { ...setting, nodes: count })
            .find(isError),
        );
  const [first] = errors;
  if (first === undefined || errors.includes(undefined)) return true;
  const at = first.path === '' ? [] : first.path.split('.').map(snakeCase);
  flag(
    ['protocols', protocol, ...at],
    `${first.message}${first.expected === undefined ? '' : `, expected ${first.expected}`}`,
  );
  return false;
}

function definitionOf(protocol: string): AnyProtocol {
  return (protocols as unknown as Readonly<Record<string, AnyProtocol>>)[protocol] as AnyProtocol;
}
