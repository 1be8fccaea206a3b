/** Faults of the file as a run carries them: sites become nodes, and what can't take effect is flagged. */
import type { FaultSpec, FaultTarget } from '../faults/fault-spec.ts';
import { faultDefinitions } from '../faults/registry.ts';
import { formatDuration } from '../units/format.ts';
import type { BuildContext } from './build-context.ts';
import type { Matrix } from './build-matrix.ts';
import { nodeNumbers, siteIndex } from './build-network.ts';
import type { FaultValue, RunValue, TargetValue } from './file-value.ts';
import { type Broken, isBroken } from './sections.ts';

/** Where faults can strike; null: not known, since something else is wrong. */
export interface Ground {
  readonly run: RunValue | undefined;
  readonly matrix: Matrix | null;
  readonly nodes: number | null;
  readonly nodeSites: Int32Array | null;
}

/** The schedule of faults; null after flagging. */
export function buildFaults(
  faults: readonly (FaultValue | Broken<FaultValue>)[],
  ground: Ground,
  context: BuildContext,
): readonly FaultSpec[] | null {
  const { run } = ground;
  const built = faults.map((fault, i): FaultSpec | null => {
    const path = ['faults', String(i)];
    if (isBroken(fault)) {
      const { name: kind, target: struck } = fault.broken;
      if (kind !== undefined && struck !== undefined) buildTarget(struck, [...path, kind], ground, context);
      return null;
    }
    const { name, at, spread } = fault;
    const target = buildTarget(fault.target, [...path, name], ground, context);
    if (run === undefined) return null;
    if (at + spread >= run.duration) {
      context.source.flag(
        [...path, at >= run.duration ? 'at' : 'spread'],
        `falls at or after the end of the run, expected less than ${formatDuration(run.duration)}`,
      );
      return null;
    }
    if (fault.for !== null && at + spread + fault.for >= run.duration)
      context.source.flag(
        [...path, 'for'],
        `lasts until the end of the run at ${formatDuration(run.duration)} or beyond: recovery will not be seen`,
        'warning',
      );
    if (target === null) return null;
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

/** What the definition of this fault has for options, as they were read. */
function ownOptions(fault: FaultValue): Partial<Record<string, unknown>> {
  const values = fault as unknown as Record<string, unknown>;
  return Object.fromEntries(Object.keys(faultDefinitions[fault.name].options).map((key) => [key, values[key]]));
}

/** True when a node comes back after a crash. */
export function restarts(faults: readonly (FaultValue | Broken<FaultValue>)[]): boolean {
  return faults.some((fault) => !isBroken(fault) && fault.name === 'crash' && fault.for !== null);
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
