/** Whether a crash that a command makes by itself would take all clients with it: they die with the machine that they stand on. */
import { nodesAt, sitesToLose, sitesWithNodes } from '../experiment/drills.ts';
import type { PointSetup, Scenario } from '../scenario/scenario.ts';
import type { NodeId } from '../units/quantities.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';

/**
 * Where nobody is left who sends, no outage can be seen, and a cluster that is dead looks as if nothing had happened.
 * @param losesSites whether whole sites are crashed, too
 * @throws CommandEnd naming the point and what to do
 */
export function refuseClientsThatCrash({ points, file }: Scenario, losesSites: boolean): void {
  for (const { label, setup } of points) {
    const places = setup.clients.map(({ place }) => ('node' in place ? place.node : null));
    if (places.includes(null)) continue;
    const on = [...new Set(places as NodeId[])];
    const leader = leaderOf(setup);
    const isLeader = on.length === 1 && (leader === null || leader === on[0]);
    const lost =
      losesSites && sitesWithNodes(setup).length > 1 ? sitesToLose(setup, leader === null ? [] : [leader]) : [];
    const site = lost.find((one) => on.every((node) => nodesAt(setup, one).includes(node)));
    if (!isLeader && site === undefined) continue;
    const where = on.length === 1 ? `the machine of node ${on[0]}` : `machines of nodes in ${site}`;
    const instead = setup.network.sites[setup.network.nodeSites[on[0] as NodeId] as number];
    throw new CommandEnd(
      ExitCode.usage,
      `${file}: all clients of ${label} stand on ${where}, which may crash here with all of them, so that nothing is sent and no outage can be seen, expected clients at a site, such as 'site: ${instead}'`,
    );
  }
}

/** Who leads first, and so is crashed; null: it is drawn, or not known. */
function leaderOf({ protocol: { name, options } }: PointSetup): NodeId | null {
  const { initialLeader, proposer } = options as { initialLeader?: NodeId | null; proposer?: string };
  if (name === 'raft') return initialLeader ?? null;
  return name === 'pbft' && proposer === 'primary' ? 0 : null;
}
