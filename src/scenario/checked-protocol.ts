/**
 * A protocol of the user's own with its answers checked as a run asks for them: a size that is no number would spoil every result
 * behind it in silence. The protocols that come with quorumlab run without this.
 */
import type { AnyProtocol, ProtocolMessage, Replica, Work } from '../protocols/protocol.ts';
import { placeIn } from './own-protocol.ts';

const WORK = ['signs', 'macs', 'verifies', 'macChecks', 'hashBytes'] as const satisfies readonly (keyof Work)[];
const HANDLERS = [
  'start',
  'requestsArrived',
  'receive',
  'timeout',
  'persisted',
  'executed',
] as const satisfies readonly (keyof Replica<never>)[];

/** The same definition, which throws an Error that names `file`, the method and what it gave. */
export function checkedProtocol(definition: AnyProtocol, file: string): AnyProtocol {
  const refuse = (call: string, given: unknown, expected: string): never => {
    throw new Error(`${file}: ${call} gives ${String(given)}, expected ${expected}`);
  };
  const nameOf = ({ type }: ProtocolMessage): string => definition.messages[type] ?? String(type);
  const made = (given: Parameters<AnyProtocol['create']>): unknown => {
    try {
      return definition.create(...given);
    } catch (thrown) {
      throw new Error(`${file}: create throws: ${String(thrown).split('\n')[0]}${placeIn(file, thrown)}`);
    }
  };
  // Whatever else it has (getters, methods of a class) is reached through the prototype.
  return Object.assign(Object.create(definition) as AnyProtocol, {
    create(...given: Parameters<AnyProtocol['create']>) {
      const replica = made(given);
      if (typeof replica !== 'object' || replica === null) return refuse('create', replica, 'a replica');
      for (const handler of HANDLERS)
        if (typeof (replica as Record<string, unknown>)[handler] !== 'function')
          refuse('create', 'an object', `a replica with a method ${handler}`);
      return replica as Replica<ProtocolMessage>;
    },
    // Asked when somebody starts to lead, a client hears of a later term, or a fault looks for the leader: never for a message.
    leaderOf(term: number, n: number) {
      const leader: unknown = definition.leaderOf(term, n);
      const sound = Number.isSafeInteger(leader) && (leader as number) >= -1 && (leader as number) < n;
      return sound ? leader : refuse(`leaderOf(${term}, ${n})`, leader, 'the number of a node, or -1');
    },
    sizeOf(message: ProtocolMessage, n: number) {
      const bytes: unknown = definition.sizeOf(message, n);
      return isCount(bytes) ? bytes : refuse(`sizeOf(${nameOf(message)})`, bytes, 'a whole number of bytes');
    },
    workOf(message: ProtocolMessage, n: number, options: unknown) {
      const work = definition.workOf(message, n, options) as Partial<Record<keyof Work, unknown>> | null | undefined;
      for (const key of WORK)
        if (!isCount(work?.[key])) refuse(`workOf(${nameOf(message)}).${key}`, work?.[key], 'a whole number');
      return work as Work;
    },
  });
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
