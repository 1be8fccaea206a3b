/** Election safety: at most one node leads in a term; where the term names its leader (PBFT: view mod n), it is that node. */
import type { Instant, NodeId } from '../units/quantities.ts';
import type { Finding } from './violation.ts';

export class LeadershipCheck {
  private readonly leaders = new Map<number, NodeId>();
  private readonly leaderOf: (term: number) => NodeId;

  constructor(leaderOf: (term: number) => NodeId) {
    this.leaderOf = leaderOf;
  }

  leads(node: NodeId, at: Instant, term: number): Finding | null {
    const named = this.leaderOf(term);
    const known = this.leaders.get(term);
    if (known === undefined) this.leaders.set(term, node);
    const expected = named >= 0 ? named : (known ?? node);
    if (expected === node) return null;
    return {
      check: 'one leader per term',
      kind: 'safety',
      at,
      node,
      detail: `node ${node} leads in term ${term}, where node ${expected} does`,
    };
  }
}
