/** Protocols of the user's own where runs are made: each thread imports the file itself, since functions cannot cross to it. */
import { checkedProtocol } from '../scenario/checked-protocol.ts';
import { importProtocol, type OwnProtocol } from '../scenario/own-protocol.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import type { SimulateOptions } from '../simulation/simulate.ts';

/** By path and hash. A failed import is tried again. */
const imported = new Map<string, OwnProtocol>();

/** What `simulate` must be told to run this specification; nothing where its protocol is registered. */
export async function protocolsOf({ protocol }: RunSpec): Promise<Pick<SimulateOptions, 'protocols'>> {
  const { name, module } = protocol;
  if (module === undefined) return {};
  const key = `${module.sha256} ${module.path}`;
  let own = imported.get(key);
  if (own === undefined) {
    try {
      const found = await importProtocol(module.path, module.sha256);
      own = { ...found, definition: checkedProtocol(found.definition, module.path) };
    } catch (thrown) {
      throw new Error(`${module.path} ${(thrown as Error).message}`);
    }
    imported.set(key, own);
  }
  return { protocols: { [name]: own.definition } };
}
