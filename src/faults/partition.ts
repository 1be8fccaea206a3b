/** Partition and heal: the nodes named cannot reach the others, nor be reached; connections wait or break by the transport's rules. */
import type { FaultDefinition } from './fault.ts';

export const partition: FaultDefinition = {
  name: 'partition',
  summary:
    'The nodes named, and clients on their side, are cut off from all others; with `for` the cut heals after that time.',
  reference: 'docs/MODEL.md section 3 (RFC 6298 retransmission)',
  options: {},
  beginning: () => 'partition',
  ending: 'healing',
  begin: (subject, nodes, at) => subject.partition(nodes, at),
};
