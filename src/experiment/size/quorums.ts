/**
 * Quorum arithmetic of a candidate: how many nodes must answer, and what is left when some are lost. Exact, so what it excludes
 * needs no run.
 */
import { type AnyProtocol, quorumOf } from '../../protocols/protocol.ts';
import { protocols } from '../../protocols/registry.ts';
import type { ByzantineDemand, ProtocolVariant, Space, Survival } from './space.ts';

export interface QuorumFigures {
  /** Nodes that must be up for anything to become final. */
  readonly quorum: number;
  /** Matching replies that make a request final. */
  readonly replies: number;
  /** Byzantine nodes that are tolerated; 0 of a protocol that trusts its nodes. */
  readonly byzantine: number;
}

export function quorumFigures({ protocol, options }: ProtocolVariant, nodes: number): QuorumFigures {
  const definition = protocols[protocol as keyof typeof protocols];
  const faults = definition.faults(options as never, nodes);
  const { replyQuorum } = definition.client(options as never, nodes);
  return {
    quorum: quorumOf(definition as AnyProtocol, options, nodes),
    replies: replyQuorum,
    byzantine: definition.trust === 'byzantine' ? faults : 0,
  };
}

/** Why no cluster of a space can survive such a loss, whatever its quorums: nothing of it would be left. null: some may. */
export function whyUnsurvivable(
  { count, of }: Survival,
  { sites, nodes }: Pick<Space, 'sites' | 'nodes'>,
): string | null {
  const most = Math.max(...nodes);
  const allowed = sites.filter(({ atMost }) => atMost > 0).length;
  const there = of === 'site' ? Math.min(allowed, most) : most;
  if (count < there) return null;
  const counted = (number: number): string => `${number} ${of}${number === 1 ? '' : 's'}`;
  const where = of === 'site' ? `stands at ${counted(there)}` : `has ${counted(there)}`;
  const wider = of === 'site' && allowed <= most ? 'more sites to choose from' : 'more nodes';
  return `would lose a whole cluster, which ${where} at most in this space: expected ${there === 1 ? '' : `at most ${counted(there - 1)}, or `}${wider}`;
}

/** The most nodes that a loss can take from a placement. */
export function mostLost(counts: readonly number[], { count, of }: Survival): number {
  if (of === 'node') return count;
  return counts
    .toSorted((a, b) => b - a)
    .slice(0, count)
    .reduce((sum, nodes) => sum + nodes, 0);
}

/** By how many nodes the rest falls short of a quorum in the worst loss; 0 or less: it suffices, with so many to spare. */
export function shortOfQuorum(
  counts: readonly number[],
  { quorum }: QuorumFigures,
  survive: Survival,
  byzantine: ByzantineDemand | null,
): number {
  const nodes = counts.reduce((sum, here) => sum + here, 0);
  // A Byzantine node may keep silent, so it does not count as one that answers.
  const silent = byzantine?.meanwhile ? byzantine.faults : 0;
  return quorum - (nodes - mostLost(counts, survive) - silent);
}
