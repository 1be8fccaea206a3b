/** Whether a crash that a command makes by itself would take all clients with it: they die with the machine that they stand on. */
import { nodesAt, sitesWithNodes } from '../experiment/drills.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { NodeId } from '../units/quantities.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';

/**
 * Where nobody is left who sends, no outage can be seen, and a cluster that is dead looks as if nothing had happened.
 * @param losesSites whether whole sites are crashed, too
 * @throws CommandEnd naming the point and what to do
 */
export function refuseClientsThatCrash({ points, file }: Scenario, losesSites: boolean): void {
  for (const { label, setup } of points) {
    const nodes = setup.clients.map(({ place }) => ('node' in place ? place.node : null));
    if (nodes.includes(null)) continue;
    const on = [...new Set(nodes as NodeId[])];
    const site = sitesWithNodes(setup).find((one) => on.every((node) => nodesAt(setup, one).includes(node)));
    const isSite = losesSites && site !== undefined && sitesWithNodes(setup).length > 1;
    if (on.length > 1 && !isSite) continue;
    const where = on.length === 1 ? `the machine of node ${on[0]}` : `machines of nodes in ${site}`;
    throw new CommandEnd(
      ExitCode.usage,
      `${file}: all clients of ${label} stand on ${where}, which crashes here with all of them, so that nothing is sent and no outage can be seen, expected clients at a site${site === undefined ? '' : `, such as 'site: ${site}'`}`,
    );
  }
}
