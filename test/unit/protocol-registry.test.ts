// The registry names every protocol by its own name and says what there is when asked for another.
import { expect, test } from 'vitest';
import { protocolNamed, protocols } from '../../src/protocols/registry.ts';

test('each protocol is registered under the name its definition gives', () => {
  for (const [name, definition] of Object.entries(protocols)) expect(definition.name).toBe(name);
  expect(protocolNamed('echo')).toBe(protocols.echo);
});

test('an unknown name is an error that lists the valid ones, also where every object has such a property', () => {
  const valid = Object.keys(protocols).join(', ');
  expect(() => protocolNamed('paxos')).toThrow(`there is no protocol paxos; expected one of ${valid}`);
  expect(() => protocolNamed('constructor')).toThrow('there is no protocol constructor');
});
