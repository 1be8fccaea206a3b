/** Every protocol by name. Adding one is a folder and a line here. */
import { echo } from './echo/echo.ts';
import { pbft } from './pbft/pbft.ts';
import type { AnyProtocol } from './protocol.ts';
import { raft } from './raft/raft.ts';

export const protocols = { echo, pbft, raft } as const satisfies Record<string, AnyProtocol>;

/** The protocol of this name; throws with the valid names. */
export function protocolNamed(name: string): AnyProtocol {
  const found = Object.hasOwn(protocols, name) ? protocols[name as keyof typeof protocols] : undefined;
  if (found === undefined)
    throw new Error(`there is no protocol ${name}; expected one of ${Object.keys(protocols).join(', ')}`);
  return found;
}
