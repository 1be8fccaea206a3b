// Clients that may crash with their machine: which of them a drill can take, by who leads first and which sites are lost.
import { expect, test } from 'vitest';
import { refuseClientsThatCrash } from '../../src/cli/clients-on-nodes.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { clientsAt, openLoad, testSpec } from '../support/run-specs.ts';

/** Four nodes at as many sites, clients on the machines of these. */
function refused(
  protocol: 'raft' | 'pbft',
  options: object,
  on: readonly number[],
  losesSites: boolean,
): string | null {
  const spec = testSpec(protocol, 4, {
    clients: on.map((node) => clientsAt({ node }, openLoad(9))),
    network: { sites: ['a', 'b', 'c', 'd'], oneWay: new Float64Array(16), nodeSites: Int32Array.of(0, 1, 2, 3) },
  });
  const setup = {
    ...spec,
    protocol: { name: protocol, options: { ...(spec.protocol.options as object), ...options } },
  };
  try {
    refuseClientsThatCrash({ file: 'f.yaml', points: [{ label: 'P', setup }] } as unknown as Scenario, losesSites);
    return null;
  } catch (thrown) {
    return (thrown as Error).message;
  }
}

test.each([
  // PBFT's first primary is node 0, Raft's first leader whoever is named, or any.
  ['pbft', {}, [0], false, 'the machine of node 0'],
  ['pbft', {}, [3], false, null],
  ['pbft', { proposer: 'rotating' }, [3], false, 'the machine of node 3'],
  ['raft', { initialLeader: 2 }, [3], false, null],
  ['raft', { initialLeader: 2 }, [2], false, 'the machine of node 2'],
  ['raft', { initialLeader: null }, [3], false, 'the machine of node 3'],
  ['raft', { initialLeader: null }, [2, 3], false, null],
  // Of four sites the leader's and the first of the others are lost.
  ['pbft', {}, [1], true, 'the machine of node 1'],
  ['pbft', {}, [3], true, null],
  ['pbft', {}, [0, 1], true, null],
] as const)('%s %j with clients on %j, sites lost: %s', (protocol, options, on, losesSites, where) => {
  const message = refused(protocol, options, on, losesSites);
  if (where === null) expect(message).toBeNull();
  else expect(message).toContain(`all clients of P stand on ${where}, which may crash here with all of them`);
});
