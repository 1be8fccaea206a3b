/** Who leads, judged from outside (docs/MODEL.md section 3), and which side of a partition clients are on. */
import type { NodeId } from '../units/quantities.ts';
import type { World } from './world.ts';

/**
 * Where the term names its leader (PBFT): that of the highest view that f+1 live replicas, hence a correct one, have entered, if it is alive. Else the live
 * node that believes itself leader in the highest term. −1 where there is none.
 */
export function currentLeader(world: World): NodeId {
  const { nodes, protocol, spec } = world;
  const live = nodes.filter((node) => node.alive).map((node) => ({ node: node.self, status: node.status() }));
  if (protocol.leaderOf(0, spec.nodes) >= 0) {
    // A replica that came back without its memory is one of the f that may say anything: the others are so much surer.
    const forgetful = new Set(nodes.filter((node) => node.forgetful).map((node) => node.self));
    const views = live
      .filter((r) => r.status.settled && !forgetful.has(r.node))
      .map((r) => r.status.term)
      .sort((a, b) => b - a);
    const enough = views[Math.max(0, protocol.faults(world.options, spec.nodes) - forgetful.size)];
    if (enough === undefined) return -1;
    const primary = protocol.leaderOf(enough, spec.nodes);
    return live.some((r) => r.node === primary && r.status.settled && r.status.term >= enough) ? primary : -1;
  }
  let best: { node: NodeId; term: number } | null = null;
  for (const { node, status } of live)
    if (status.role === 'leader' && (best === null || status.term > best.term)) best = { node, term: status.term };
  return best === null ? -1 : best.node;
}

/**
 * The side of each island when `nodes` are cut off: 1 for them. Clients at a site are on the cut-off side when all nodes of their
 * site are (and there is one).
 */
export function sidesOf(world: World, nodes: readonly NodeId[], siteOf: Int32Array): Uint8Array {
  const sides = new Uint8Array(siteOf.length);
  for (const node of nodes) sides[node] = 1;
  for (let island = world.spec.nodes; island < siteOf.length; island++) {
    let here = 0;
    let cut = 0;
    for (let node = 0; node < world.spec.nodes; node++) {
      if (siteOf[node] !== siteOf[island]) continue;
      here++;
      cut += sides[node] as number;
    }
    if (here > 0 && cut === here) sides[island] = 1;
  }
  return sides;
}
