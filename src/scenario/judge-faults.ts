/**
 * What is unwise about faults that are each possible: so many nodes out of reach at once that no quorum is left, crashes of a
 * node that is down already, cuts that cut nobody off, and effects that the warm-up hides.
 */
import type { FaultSpec } from '../faults/fault-spec.ts';
import { formatDuration } from '../units/format.ts';
import { NEVER, type NodeId } from '../units/quantities.ts';
import type { BuildContext } from './build-context.ts';
import type { RunValue } from './file-value.ts';

export interface Bearing {
  readonly protocol: string;
  readonly nodes: number;
  /** Nodes that must be up, and reach each other, for anything to become final. */
  readonly quorum: number;
  /** Absent: not known. */
  readonly warmup: RunValue['warmup'] | undefined;
  /** Some clients are at a site without nodes. */
  readonly clientsApart: boolean;
}

/** Flags warnings, but for a cut that would count as a fault and cuts nobody off. */
export function judgeFaults(faults: readonly FaultSpec[], bearing: Bearing, context: BuildContext): void {
  faults.forEach((fault, i) => {
    const warn = (message: string, key: string = fault.kind) =>
      context.source.flag(['faults', String(i), key], message, 'warning');
    const inForce = faults.flatMap((other, j) => (isInForce(other, j, fault, i) ? [j] : []));
    if (fault.kind === 'partition' && nodesOf(fault).length === bearing.nodes) {
      judgeCutOfAll(['faults', String(i), fault.kind], bearing, context);
      return;
    }
    if (fault.kind !== 'slow')
      warnOfLostQuorum(faults, i, inForce, bearing, (what, whom) =>
        context.strain(['faults', String(i), fault.kind], what, whom),
      );
    for (const j of inForce)
      if (j !== i && fault.kind === 'crash') warnOfSecondCrash(fault, faults[j] as FaultSpec, j, warn);
    const { warmup } = bearing;
    if (warmup !== undefined && warmup !== 'auto' && fault.at < warmup)
      warn(
        `falls into the warm-up, which is not measured: what it does before ${formatDuration(warmup)} is not in the results, expected ${formatDuration(warmup)} or later`,
        'at',
      );
  });
}

/** All nodes on one side: what is cut off is the clients of other sites, or nobody. */
function judgeCutOfAll(
  path: readonly string[],
  { protocol, nodes, clientsApart }: Bearing,
  { source }: BuildContext,
): void {
  const all =
    nodes === 1
      ? `names the only node of ${protocol}`
      : `names all ${nodes} nodes of ${protocol}, so that none is cut off from another`;
  if (clientsApart)
    source.flag(
      path,
      `${all}: it cuts all of them off from the clients of other sites, and nothing becomes final for these meanwhile`,
      'warning',
    );
  else
    source.flag(path, `${all}, and no client is at a site without nodes: nothing is cut, expected some of the nodes`);
}

/** Whether fault number j has begun when number i begins, and is not over; of two that begin together, the later in the file sees the other. */
function isInForce(other: FaultSpec, j: number, fault: FaultSpec, i: number): boolean {
  return (other.at < fault.at || (other.at === fault.at && j <= i)) && fault.at < endOf(other);
}

function warnOfLostQuorum(
  faults: readonly FaultSpec[],
  i: number,
  inForce: readonly number[],
  { protocol, nodes, quorum }: Bearing,
  strain: (what: string, whom: string) => void,
): void {
  // By its own quorum, not by f: of 6 nodes PBFT tolerates one that lies, and goes on without two.
  const whom = `${protocol} needs ${quorum}`;
  const spare = nodes - quorum;
  const alone = outOfReach([faults[i] as FaultSpec], nodes);
  if (alone > spare) {
    strain(`takes ${alone} of ${nodes} ${nodes === 1 ? 'node' : 'nodes'}`, whom);
    return;
  }
  const together = outOfReach(
    inForce.map((j) => faults[j] as FaultSpec),
    nodes,
  );
  if (together <= spare) return;
  const others = inForce.filter((j) => j !== i && faults[j]?.kind !== 'slow').map((j) => `faults.${j}`);
  const go = others.length === 1 ? 'which goes' : 'which go';
  strain(`together with ${others.join(' and ')}, ${go} on then, takes up to ${together} of ${nodes} nodes`, whom);
}

/** Nodes outside the largest group of live nodes that reach each other. Who leads is not known here, and counts as one more. */
function outOfReach(faults: readonly FaultSpec[], nodes: number): number {
  const down = new Set<NodeId>();
  const cuts: (readonly NodeId[])[] = [];
  let unknown = 0;
  for (const fault of faults) {
    // A slow node answers, however late.
    if (fault.kind === 'slow') continue;
    if (typeof fault.target === 'string') unknown++;
    else if (fault.kind === 'crash') for (const node of nodesOf(fault)) down.add(node);
    else cuts.push(nodesOf(fault));
  }
  const groups = new Map<string, number>();
  for (let node = 0; node < nodes; node++) {
    if (down.has(node)) continue;
    const side = cuts.map((cut) => (cut.includes(node) ? 1 : 0)).join('');
    groups.set(side, (groups.get(side) ?? 0) + 1);
  }
  return Math.min(nodes, nodes - Math.max(0, ...groups.values()) + unknown);
}

function warnOfSecondCrash(fault: FaultSpec, other: FaultSpec, j: number, warn: (message: string) => void): void {
  if (other.kind !== 'crash') return;
  const twice = nodesOf(fault).find((node) => nodesOf(other).includes(node));
  if (twice === undefined) return;
  const until = endOf(other) === NEVER ? 'for good' : `until ${formatDuration(endOf(other))}`;
  warn(
    `node ${twice} is down already, by faults.${j} ${until}: it comes back when the last of these crashes is over, expected crashes one after the other`,
  );
}

/** The nodes that a fault names; none where it strikes whoever leads. */
function nodesOf({ target }: FaultSpec): readonly NodeId[] {
  return typeof target === 'number' ? [target] : typeof target === 'string' ? [] : target;
}

/** From the start of the run; NEVER where it stays. */
function endOf({ at, spread = 0, duration }: FaultSpec): number {
  return duration === null ? NEVER : at + spread + duration;
}
