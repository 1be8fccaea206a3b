// Who leads, judged from outside, and which side of a partition clients are on: with worlds made by hand.
import { describe, expect, test } from 'vitest';
import { currentLeader, sidesOf } from '../../src/simulation/leadership.ts';
import type { World } from '../../src/simulation/world.ts';

interface Replica {
  readonly alive?: boolean;
  readonly role?: 'leader' | 'follower' | 'candidate';
  readonly term: number;
  readonly settled?: boolean;
  readonly forgetful?: boolean;
}

/** @param named whether a term names its leader (view mod n); such a protocol tolerates (n − 1) / 3 faults. */
function worldOf(replicas: readonly Replica[], named: boolean): World {
  return {
    spec: { nodes: replicas.length },
    options: {},
    protocol: {
      leaderOf: (term: number, n: number) => (named ? term % n : -1),
      faults: (_options: unknown, n: number) => Math.floor((n - 1) / 3),
    },
    nodes: replicas.map(({ alive = true, role = 'follower', term, settled = true, forgetful = false }, self) => ({
      self,
      forgetful,
      alive,
      status: () => ({ role, term, settled, committed: 0, detail: '' }),
    })),
  } as unknown as World;
}

describe('the leader', () => {
  const leader = (...replicas: Replica[]): number => currentLeader(worldOf(replicas, false));

  test('is the live node that believes itself leader, in the highest term', () => {
    expect(leader({ term: 1 }, { term: 1, role: 'leader' }, { term: 1 })).toBe(1);
    expect(leader({ term: 2, role: 'leader' }, { term: 1, role: 'leader' }, { term: 2 })).toBe(0);
    expect(leader({ term: 1, role: 'leader' }, { term: 3, role: 'candidate' }, { term: 2, role: 'leader' })).toBe(2);
  });

  test('is not a dead node, and nobody where nobody believes it', () => {
    expect(leader({ term: 2, role: 'leader', alive: false }, { term: 1, role: 'leader' }, { term: 2 })).toBe(1);
    expect(leader({ term: 2, role: 'leader', alive: false }, { term: 2 })).toBe(-1);
    expect(leader({ term: 2, role: 'candidate' }, { term: 2 })).toBe(-1);
  });
});

describe('the primary', () => {
  const primary = (...replicas: Replica[]): number => currentLeader(worldOf(replicas, true));

  test('is that of the highest view that f + 1 live replicas have entered', () => {
    expect(primary({ term: 0 }, { term: 0 }, { term: 0 }, { term: 0 })).toBe(0);
    expect(primary({ term: 1 }, { term: 0 }, { term: 0 }, { term: 0 })).toBe(0);
    expect(primary({ term: 1 }, { term: 1 }, { term: 0 }, { term: 0 })).toBe(1);
    expect(primary({ term: 6 }, { term: 1 }, { term: 6 }, { term: 0 })).toBe(2);
  });

  test('is not made by a replica without its memory, which leaves one fault less to the others', () => {
    expect(primary({ term: 2, forgetful: true }, { term: 2 }, { term: 2 }, { term: 1 })).toBe(2);
    expect(primary({ term: 6, forgetful: true }, { term: 6 }, { term: 1 }, { term: 1 })).toBe(-1);
    expect(primary({ term: 6, forgetful: true }, { term: 5 }, { term: 5 }, { term: 5 })).toBe(1);
    expect(primary({ term: 9, forgetful: true }, { term: 1 }, { term: 1 }, { term: 0 })).toBe(1);
  });

  test('does not exist during a view change, nor while it is dead or has not entered the view itself', () => {
    const changing = { term: 1, settled: false };
    expect(primary(changing, changing, changing, changing)).toBe(-1);
    expect(primary({ term: 0 }, changing, changing, changing)).toBe(-1);
    expect(primary({ term: 0, alive: false }, { term: 0 }, { term: 0 }, { term: 0 })).toBe(-1);
    expect(primary({ term: 1 }, { term: 1, settled: false }, { term: 1 }, { term: 0 })).toBe(-1);
  });
});

describe('the sides of a partition', () => {
  // Nodes 0 and 1 at site 0, node 2 at site 1; clients at sites 0, 1 and 2.
  const sites = Int32Array.of(0, 0, 1, 0, 1, 2);
  const world = worldOf([{ term: 0 }, { term: 0 }, { term: 0 }], false);
  const sides = (...nodes: number[]): number[] => [...sidesOf(world, nodes, sites)];

  test('put clients with the nodes of their site when all of these are cut off', () => {
    expect(sides(0)).toEqual([1, 0, 0, 0, 0, 0]);
    expect(sides(0, 1)).toEqual([1, 1, 0, 1, 0, 0]);
    expect(sides(2)).toEqual([0, 0, 1, 0, 1, 0]);
  });

  test('leave clients where no node is with the rest, and everybody where nobody is cut off', () => {
    expect(sides(0, 1, 2)).toEqual([1, 1, 1, 1, 1, 0]);
    expect(sides()).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
