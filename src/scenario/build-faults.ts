/** Faults of the file as a run carries them: sites become nodes, and what can't take effect is flagged. */
import type { FaultSpec, FaultTarget } from '../faults/fault-spec.ts';
import { formatDuration } from '../units/format.ts';
import type { BuildContext } from './build-context.ts';
import type { Matrix } from './build-matrix.ts';
import { siteIndex } from './build-network.ts';
import type { FaultValue, RunValue, TargetValue } from './file-value.ts';

/** The schedule of faults; null after flagging. */
export function buildFaults(
  faults: readonly FaultValue[], run: RunValue, matrix: Matrix, nodeSites: Int32Array, context: BuildContext,
): readonly FaultSpec[] | null {
  const built = faults.map((fault, i): FaultSpec | null => {
    const path = ['faults', String(i)];
    const { name, at } = fault;
    const target = buildTarget(fault.target, [...path, name], matrix, nodeSites, context);
    if (at >= run.duration) {
      context.source.flag([...path, 'at'], `falls at or after the end of the run, expected less than ${formatDuration(run.duration)}`);
      return null;
    }
    if (fault.for !== null && at + fault.for >= run.duration)
      context.source.flag([...path, 'for'], `lasts until the end of the run at ${formatDuration(run.duration)} or beyond: recovery will not be seen`, 'warning');
    return target === null ? null : { kind: name, target, at, duration: fault.for };
  });
  return built.includes(null) ? null : (built as readonly FaultSpec[]);
}

/** True when a node comes back after a crash. */
export function restarts(faults: readonly FaultValue[]): boolean {
  return faults.some((fault) => fault.name === 'crash' && fault.for !== null);
}

function buildTarget(target: TargetValue, path: readonly string[], matrix: Matrix, nodeSites: Int32Array, context: BuildContext): FaultTarget | null {
  const { form, value } = target;
  const named = typeof value === 'number' ? [value] : form === 'list' ? (value as readonly number[]) : [];
  const beyond = named.find((node) => node >= nodeSites.length);
  if (beyond !== undefined) {
    context.source.flag(path, `there is no node ${beyond}, expected 0 to ${nodeSites.length - 1}`);
    return null;
  }
  const twice = named.find((node, i) => named.indexOf(node) !== i);
  if (twice !== undefined) {
    context.source.flag(path, `names node ${twice} twice, expected each once`);
    return null;
  }
  if (form !== 'map') return value as FaultTarget;
  const { site } = value as { site: string };
  const index = siteIndex(site, matrix, [...path, 'site'], context);
  if (index === null) return null;
  const nodes = [...nodeSites.keys()].filter((node) => nodeSites[node] === index);
  if (nodes.length > 0) return nodes;
  context.source.flag([...path, 'site'], `no node is at ${site}, expected a site of nodes.sites`);
  return null;
}
