/** The clients of a site as an island of the reference kernel: no card and no cores. */
import type { NodeId, RequestId } from '../../units/quantities.ts';
import type { ClientGroup, ClientPort } from '../client-group.ts';
import type { World } from '../world.ts';
import { Machine } from './machine.ts';
import { ReferenceClients } from './reference-clients.ts';
import type { ReferenceNetwork } from './reference-network.ts';

export class ReferenceSite extends Machine implements ClientPort {
  readonly clients: ReferenceClients;
  private readonly world: World;
  private readonly network: ReferenceNetwork;
  private sequence = 0;

  constructor(world: World, network: ReferenceNetwork, self: number) {
    super(network, self);
    this.world = world;
    this.network = network;
    this.clients = new ReferenceClients(this, world);
    network.arrive[self] = (flight) => this.clients.receive(flight);
  }

  submit(_group: ClientGroup, to: NodeId, id: RequestId): void {
    const flight = this.world.launchRequest(this.self, this.sequence++, id, this.now);
    this.network.depart(this.network.make(this.self, to, flight));
  }
}
