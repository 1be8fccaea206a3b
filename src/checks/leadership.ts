/** Election safety: at most one node leads in a term; where the term names its leader (PBFT: view mod n), it is that node. */
import type { Instant, NodeId } from '../units/quantities.ts';
import type { Finding } from './violation.ts';

/** A cluster that elects for ever is not remembered for ever: two leaders of a term this far behind the latest are not told apart. */
const TERMS_KEPT = 4096;

interface Leader {
  readonly node: NodeId;
  readonly at: Instant;
}

export class LeadershipCheck {
  /** Who led first in each term so far. Islands are not run in order of time, so another may turn out to have been before. */
  private readonly leaders = new Map<number, Leader>();
  private readonly leaderOf: (term: number) => NodeId;

  constructor(leaderOf: (term: number) => NodeId) {
    this.leaderOf = leaderOf;
  }

  leads(node: NodeId, at: Instant, term: number): Finding | null {
    const named = this.leaderOf(term);
    if (named >= 0) return named === node ? null : finding({ node, at }, named, term);
    const known = this.leaders.get(term);
    const leader = { node, at };
    const isFirst = known === undefined || at < known.at || (at === known.at && node < known.node);
    if (isFirst) this.leaders.set(term, leader);
    if (this.leaders.size > 2 * TERMS_KEPT) this.forget();
    if (known === undefined || known.node === node) return null;
    return isFirst ? finding(known, node, term) : finding(leader, known.node, term);
  }

  /** Terms that are remembered. */
  get size(): number {
    return this.leaders.size;
  }

  private forget(): void {
    let latest = 0;
    for (const term of this.leaders.keys()) latest = Math.max(latest, term);
    for (const term of this.leaders.keys()) if (term < latest - TERMS_KEPT) this.leaders.delete(term);
  }
}

function finding({ node, at }: Leader, expected: NodeId, term: number): Finding {
  return {
    check: 'one leader per term',
    kind: 'safety',
    at,
    node,
    detail: `node ${node} leads in term ${term}, where node ${expected} does`,
  };
}
