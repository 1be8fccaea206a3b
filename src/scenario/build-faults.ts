/** Faults of the file as a run carries them: sites become nodes, and what can't take effect is flagged. */
import type { FaultSpec, FaultTarget } from '../faults/fault-spec.ts';
import { faultDefinitions } from '../faults/registry.ts';
import { formatDuration } from '../units/format.ts';
import type { BuildContext } from './build-context.ts';
import type { Matrix } from './build-matrix.ts';
import { nodeNumbers, siteIndex } from './build-network.ts';
import type { FaultValue, RunValue, TargetValue } from './file-value.ts';
import { type Fragments, isBroken, type Known, knownOf, wholeOf } from './fragments.ts';

/** Where faults can strike; null: not known, since something else is wrong. */
export interface Ground {
  readonly duration: RunValue['duration'] | undefined;
  readonly matrix: Matrix | null;
  readonly nodes: number | null;
  readonly nodeSites: Int32Array | null;
}

/** The schedule of faults; null after flagging. */
export function buildFaults(
  faults: readonly Known<FaultValue>[],
  ground: Ground,
  context: BuildContext,
): readonly FaultSpec[] | null {
  const built = faults.map((fault, i): FaultSpec | null => {
    const path = ['faults', String(i)];
    const known = knownOf(fault);
    const struck = wholeOf(known.target);
    const target =
      known.name === undefined || struck === null ? null : buildTarget(struck, [...path, known.name], ground, context);
    const timely = judgeTimes(known, path, ground.duration, context);
    if (!timely || target === null || isBroken(fault)) return null;
    const { name, at, spread } = fault;
    return {
      kind: name,
      ...ownOptions(fault),
      target,
      at,
      ...(spread > 0 ? { spread } : {}),
      duration: fault.for,
    } as FaultSpec;
  });
  return built.includes(null) ? null : (built as readonly FaultSpec[]);
}

/** Holds what is known of the times of a fault against the length of the run; false where it can't strike, or none of it is known. */
function judgeTimes(
  { at, spread, for: length }: Fragments<FaultValue>,
  path: readonly string[],
  duration: RunValue['duration'] | undefined,
  context: BuildContext,
): boolean {
  if (at === undefined || duration === undefined) return false;
  if (at + (spread ?? 0) >= duration) {
    context.source.flag(
      [...path, at >= duration ? 'at' : 'spread'],
      `falls at or after the end of the run, expected less than ${formatDuration(duration)}`,
    );
    return false;
  }
  if (length !== null && length !== undefined && at + (spread ?? 0) + length >= duration)
    context.source.flag(
      [...path, 'for'],
      `lasts until the end of the run at ${formatDuration(duration)} or beyond: recovery will not be seen`,
      'warning',
    );
  return true;
}

/** What the definition of this fault has for options, as they were read. */
function ownOptions(fault: FaultValue): Partial<Record<string, unknown>> {
  const values = fault as unknown as Record<string, unknown>;
  return Object.fromEntries(Object.keys(faultDefinitions[fault.name].options).map((key) => [key, values[key]]));
}

/** True when a node comes back after a crash. */
export function restarts(faults: readonly Known<FaultValue>[]): boolean {
  return faults
    .map(knownOf)
    .some(({ name, for: length }) => name === 'crash' && length !== null && length !== undefined);
}

function buildTarget(
  target: TargetValue,
  path: readonly string[],
  ground: Ground,
  context: BuildContext,
): FaultTarget | null {
  const { matrix, nodes, nodeSites } = ground;
  const { form, value } = target;
  const named = typeof value === 'number' ? [value] : form === 'list' ? (value as readonly number[]) : [];
  const beyond = nodes === null ? undefined : named.find((node) => node >= nodes);
  if (beyond !== undefined) {
    context.source.flag(path, `there is no node ${beyond}, expected ${nodeNumbers(nodes as number)}`);
    return null;
  }
  const twice = named.find((node, i) => named.indexOf(node) !== i);
  if (twice !== undefined) {
    context.source.flag(path, `names node ${twice} twice, expected each once`);
    return null;
  }
  if (form !== 'map') return value as FaultTarget;
  const { site } = value as { site: string };
  if (matrix === null || nodeSites === null) return null;
  const index = siteIndex(site, matrix, [...path, 'site'], context);
  if (index === null) return null;
  const struck = [...nodeSites.keys()].filter((node) => nodeSites[node] === index);
  if (struck.length > 0) return struck;
  context.source.flag([...path, 'site'], `no node is at ${site}, expected a site of nodes.sites`);
  return null;
}
