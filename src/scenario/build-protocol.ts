/** The protocol of a point: its options held against the nodes, the delays and the faults, and what it says of itself. */
import { type AnyProtocol, type ClientRule, quorumOf } from '../protocols/protocol.ts';
import { protocols } from '../protocols/registry.ts';
import type { ProtocolChoice } from '../simulation/run-spec.ts';
import type { Setting, Traffic } from '../units/definition.ts';
import { type BuildContext, flagOptionProblems } from './build-context.ts';
import { restarts } from './build-faults.ts';
import type { RoundTrips } from './build-network.ts';
import { type Known, knownOf, wholeOf } from './fragments.ts';
import { settingsAt } from './option-problems.ts';
import { placeIn } from './own-protocol.ts';
import type { Sections } from './sections.ts';
import type { NamedValue } from './write.ts';

/** The protocol of a point and where it stands in the file. */
export interface Contender {
  readonly label: string;
  /** null: what stands there is no known protocol, and only its surroundings can be judged. */
  readonly protocol: Known<NamedValue> | null;
  /** Of the protocol's options. */
  readonly path: readonly string[];
  /** Where its nodes stand: its own, or those of the file. */
  readonly nodesPath: readonly string[];
  readonly nodes: Sections['nodes'];
}

export interface ProtocolGround {
  /** null: not known. */
  readonly nodes: number | null;
  readonly trips: RoundTrips;
  readonly losesMessages: boolean;
  /** null: not known. */
  readonly traffic: Traffic | null;
  readonly faults: NonNullable<Sections['faults']>;
}

export interface BuiltProtocol {
  readonly choice: ProtocolChoice;
  readonly definition: AnyProtocol;
  /** Faulty nodes that it tolerates here. */
  readonly tolerated: number;
  /** Nodes that must be up, and reach each other, for anything to become final. */
  readonly quorum: number;
}

/** The protocol that a file names; null where it is not known (which is flagged elsewhere). */
function definitionOf(value: Known<NamedValue>, own: BuildContext['own']): AnyProtocol | null {
  const { name = '' } = knownOf(value);
  if (Object.hasOwn(protocols, name)) return protocols[name as keyof typeof protocols];
  return own.get(name)?.definition ?? null;
}

/** The name under which results know a protocol: its own, also where the file names it by a path. */
export function protocolName(value: Known<NamedValue>, own: BuildContext['own']): string {
  return definitionOf(value, own)?.name ?? knownOf(value).name ?? '';
}

/** null after flagging, and where something of it is not known: then only what is wrong all the same is flagged. */
export function buildProtocol(
  contender: Contender,
  ground: ProtocolGround,
  context: BuildContext,
): BuiltProtocol | null {
  const { path } = contender;
  if (contender.protocol === null) return null;
  const definition = definitionOf(contender.protocol, context.own);
  if (definition === null) return null;
  const { nodes, trips, losesMessages, faults, traffic } = ground;
  const setting: Omit<Setting, 'nodes'> = {
    longestRoundTrip: trips.longest,
    medianRoundTrip: trips.median,
    restarts: restarts(faults),
    losesMessages,
    ...(traffic === null ? {} : { traffic }),
  };
  const protocol = wholeOf(contender.protocol);
  if (protocol === null || nodes === null) {
    // What a protocol of the user's own says of guesses, nobody knows.
    const { name = '', options } = knownOf(contender.protocol);
    if (!context.own.has(name)) flagOptionProblems(definition, options, settingsAt(nodes, setting), path, context);
    return null;
  }
  const options = resolveDurable(contender, protocol, setting.restarts, context);
  const build = (): BuiltProtocol | null => {
    if (!flagOptionProblems(definition, options, settingsAt(nodes, setting), path, context)) return null;
    const tolerated = definition.faults(options, nodes);
    if (tolerated === 0) warnOfNoTolerance(contender, definition, options, nodes, context);
    return {
      choice: { name: definition.name, options },
      definition,
      tolerated,
      quorum: quorumOf(definition, options, nodes),
    };
  };
  const own = context.own.get(protocol.name);
  if (!own) return build();
  try {
    const built = build();
    const wrong = built === null ? null : wrongAnswer(definition, options, nodes);
    if (wrong !== null) context.source.flag(path, `${protocol.name}: ${wrong}`);
    if (built === null || wrong !== null) return null;
    context.assume(
      `Protocol ${definition.name} is the user's own, from ${protocol.name} (SHA-256 ${own.sha256}); what that file imports is not part of this hash. Its runs repeat only if it uses no clock and no randomness of its own, which \`quorumlab rerun --check\` looks into.`,
    );
    return { ...built, choice: { ...built.choice, module: { path: own.path, sha256: own.sha256 } } };
  } catch (thrown) {
    context.source.flag(path, `${protocol.name} throws: ${String(thrown).split('\n')[0]}${placeIn(own.path, thrown)}`);
    return null;
  }
}

/** What a protocol of the user's own answers that no run could use; null: nothing. */
function wrongAnswer(definition: AnyProtocol, options: unknown, nodes: number): string | null {
  const tolerated: unknown = definition.faults(options, nodes);
  if (!Number.isSafeInteger(tolerated) || (tolerated as number) < 0)
    return `faults(options, ${nodes}) gives ${String(tolerated)}, expected a whole number`;
  const needed: unknown = definition.quorum?.(options, nodes) ?? 0;
  if (!Number.isSafeInteger(needed) || (needed as number) < 0 || (needed as number) > nodes)
    return `quorum(options, ${nodes}) gives ${String(needed)}, expected a whole number of at most ${nodes}`;
  const rule = definition.client(options, nodes) as Partial<Record<keyof ClientRule, unknown>> | undefined;
  for (const [key, allowed] of Object.entries(RULE) as [keyof ClientRule, readonly unknown[]][])
    if (!allowed.includes(rule?.[key]))
      return `client(options, ${nodes}).${key} is ${String(rule?.[key])}, expected one of ${allowed.join(', ')}`;
  const quorum = rule?.replyQuorum;
  if (!Number.isSafeInteger(quorum) || (quorum as number) < 1 || (quorum as number) > nodes)
    return `client(options, ${nodes}).replyQuorum is ${String(quorum)}, expected 1 to ${nodes}`;
  const leader: unknown = definition.leaderOf(0, nodes);
  if (!Number.isSafeInteger(leader) || (leader as number) < -1 || (leader as number) >= nodes)
    return `leaderOf(0, ${nodes}) gives ${String(leader)}, expected the number of a node, or -1`;
  return null;
}

const RULE = {
  submit: ['primary', 'nearest', 'all'],
  repliers: ['all', 'taker'],
  retry: ['all', 'next'],
  signed: [true, false],
  reads: ['ordered', 'separate'],
} as const;

/** `durable` left open means: where a crashed node comes back. */
function resolveDurable(
  { label }: Contender,
  protocol: NamedValue,
  comesBack: boolean,
  context: BuildContext,
): unknown {
  const options = protocol.options as Record<string, unknown>;
  if (options.durable !== null) return options;
  const why = comesBack ? 'since a crashed node restarts' : 'since no crashed node restarts';
  context.assume(
    `${label}: votes are ${comesBack ? '' : 'not '}written to disk before they are sent (durable: ${comesBack}), ${why}.`,
  );
  return { ...options, durable: comesBack };
}

/** Too few nodes for a single fault, where more would do; a protocol that tolerates none by design says so in its trust note. */
function warnOfNoTolerance(
  { nodesPath }: Contender,
  definition: AnyProtocol,
  options: unknown,
  nodes: number,
  context: BuildContext,
): void {
  const needed = [1, 2, 3, 4, 5, 6, 7].map((more) => nodes + more).find((n) => definition.faults(options, n) > 0);
  if (needed === undefined) return;
  const spare = nodes - quorumOf(definition, options, nodes);
  const means =
    spare === 0
      ? 'any fault stops it'
      : `it goes on without ${spare}, but one that forges messages can break agreement`;
  const few = nodes === 1 ? 'one node tolerates' : `${nodes} nodes tolerate`;
  context.source.flag(
    nodesPath,
    `${few} no ${definition.trust === 'byzantine' ? 'Byzantine' : 'crashed'} node under ${definition.name}: ${means}, expected at least ${needed} nodes`,
    'warning',
  );
}
