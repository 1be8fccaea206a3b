// Which outages are a fault's doing: hand-made courses of a run, times in ms, the fault at 10,000.
import { describe, expect, test } from 'vitest';
import { type Aftermath, aftermathOf, type Course, type StruckAt } from '../../src/simulation/aftermath.ts';

const AT = 10_000;
const REACH = 100;
const END = 60_000;

type Span = readonly [number, number];

function seen(
  fault: Partial<StruckAt>,
  spans: readonly Span[],
  { leaders = [0], faults = [AT], ...rest }: Partial<Course> = {},
): Aftermath & { readonly own: readonly Span[]; readonly rest: readonly Span[] } {
  const at = fault.at ?? AT;
  const held = { tookLeader: false, leadsOn: false, quorumAt: at, leaderless: false };
  const struck = { at, endedAt: null, lasts: false, ...held, ...fault };
  const outages = spans.map(([from, to]) => ({ from, to }));
  const found = aftermathOf(struck, { outages, leaders, faults, reach: REACH, end: END, ...rest });
  const pairs = (all: Aftermath['later']): readonly Span[] => all.map(({ from, to }) => [from, to]);
  return { ...found, own: pairs(found.outages), rest: pairs(found.later) };
}

describe('a crash', () => {
  test('without an outage costs nothing', () => {
    expect(seen({}, [])).toMatchObject({ own: [], recovery: 0, leaderAt: null, rest: [] });
  });

  test('began the outage that was open at its instant, and one that begins while what was under way still becomes final', () => {
    expect(seen({}, [[9990, 11_500]])).toMatchObject({ own: [[9990, 11_500]], recovery: 1500 });
    expect(seen({}, [[10_100, 11_500]])).toMatchObject({ own: [[10_100, 11_500]], recovery: 1500 });
    expect(seen({}, [[10_500, 11_500]], { reach: 600 }).recovery).toBe(1500);
  });

  test('of a follower has nothing to do with a later one, however long, nor with what was over before', () => {
    const course = [
      [8000, 10_000],
      [10_101, 10_300],
      [40_000, 45_000],
    ] as const;
    // The election that the last one was for is no doing of a crash that took no leader.
    expect(seen({}, course, { leaders: [0, 44_000] })).toMatchObject({
      own: [],
      recovery: 0,
      leaderAt: null,
      rest: course.slice(1),
    });
  });

  test('the first outage is taken, not the longest', () => {
    const found = seen(
      { tookLeader: true },
      [
        [9995, 10_400],
        [30_000, 36_000],
      ],
      { leaders: [0, 10_350, 35_000] },
    );
    expect(found).toMatchObject({ own: [[9995, 10_400]], recovery: 400, leaderAt: 10_350, rest: [[30_000, 36_000]] });
  });

  test('of the leader began whatever is open when the next one comes: who asks only later finds nobody who leads', () => {
    const found = seen({ tookLeader: true }, [[13_000, 14_100]], { leaders: [0, 14_000] });
    expect(found).toMatchObject({ own: [[13_000, 14_100]], recovery: 4100, leaderAt: 14_000 });
    expect(seen({ tookLeader: true }, [[13_000, 14_100]], { leaders: [0, 12_900] }).recovery).toBe(0);
  });

  test('of the leader is not over with a reply that trickles in before the next one comes', () => {
    const found = seen(
      { tookLeader: true },
      [
        [9995, 10_200],
        [10_200, 11_600],
      ],
      { leaders: [0, 11_550] },
    );
    expect(found).toMatchObject({ recovery: 1600, rest: [] });
    expect(found.own.length).toBe(2);
  });

  test('of the leader, after which none ever leads, began all that follows', () => {
    expect(
      seen({ tookLeader: true }, [
        [20_000, 21_000],
        [22_000, END],
      ]),
    ).toMatchObject({
      leaderAt: null,
      recovery: null,
      rest: [],
    });
  });

  test('of a node that leads on when it is back began nothing that begins long after, unless another leader came by then', () => {
    const back = { tookLeader: true, leadsOn: true, endedAt: 12_000 };
    const later = [24_000, 29_000] as const;
    const leaders = [0, 28_900];
    expect(seen(back, [later], { leaders })).toMatchObject({ own: [], recovery: 0, leaderAt: null, rest: [later] });
    expect(seen({ ...back, leadsOn: false }, [later], { leaders })).toMatchObject({ own: [later], leaderAt: 28_900 });
    // Its turn came while it was away, or just before it was back: what it began goes on to its end.
    const missed = [11_000, 12_060] as const;
    const just = [12_100, 12_900] as const;
    const found = seen(back, [missed, just, later], { leaders });
    expect(found).toMatchObject({ own: [missed, just], recovery: 2900, leaderAt: null, rest: [later] });
    // A change of views ends the outage that it left behind, and what begins before that is its own, too.
    const open = [11_000, 14_000] as const;
    expect(seen(back, [open], { leaders: [0, 13_900] })).toMatchObject({ own: [open], leaderAt: 13_900 });
    expect(seen(back, [[11_000, 11_700]], { leaders: [0, 11_600] })).toMatchObject({
      recovery: 1700,
      leaderAt: 11_600,
    });
    // One that does not come back is led without.
    expect(seen({ ...back, endedAt: null }, [later], { leaders })).toMatchObject({ own: [later], leaderAt: 28_900 });
  });

  test('that left no quorum began whatever is open when there is one again: who asks only later finds too few', () => {
    const spans = [
      [10_700, 14_000],
      [14_050, 20_400],
      [20_001, 20_400],
    ] as const;
    const { own, recovery, leaderAt, rest } = seen({ quorumAt: 20_000 }, spans);
    expect(own).toEqual(spans.slice(0, 2));
    expect({ recovery, leaderAt, rest }).toEqual({ recovery: 10_400, leaderAt: null, rest: spans.slice(2) });
    // With a quorum all along they have nothing to do with it.
    expect(seen({}, spans)).toMatchObject({ own: [], recovery: 0, rest: spans });
  });

  test('that left no quorum began what follows its return as long as nobody leads, and all of it where none returns', () => {
    const spans = [[20_100, 21_500]] as const;
    const lost = { quorumAt: 20_000, leaderless: true };
    // One that led while there was a quorum elsewhere is none that leads now.
    const leaders = [0, 15_000, 21_400];
    expect(seen(lost, spans, { leaders })).toMatchObject({ own: spans, recovery: 11_500, leaderAt: null });
    expect(seen({ ...lost, leaderless: false }, spans, { leaders })).toMatchObject({ own: [], recovery: 0 });
    expect(seen(lost, spans, { leaders: [0, 20_050] })).toMatchObject({ own: [], recovery: 0 });
    expect(seen({ quorumAt: null }, [[50_000, END]])).toMatchObject({ own: [[50_000, END]], recovery: null });
  });

  test('did not begin one that was an outage before, unless there is no other', () => {
    const before = [9000, 10_020] as const;
    const since = [10_020, 15_000] as const;
    expect(seen({}, [before, since])).toMatchObject({ own: [since], recovery: 5000 });
    expect(seen({}, [before])).toMatchObject({ own: [before], recovery: 20 });
  });

  test('is not recovered from where its outage goes on to the end, whatever came before', () => {
    expect(seen({}, [[10_000, END]]).recovery).toBe(null);
    expect(
      seen({}, [
        [10_000, 10_500],
        [40_000, END],
      ]),
    ).toMatchObject({ recovery: 500, rest: [[40_000, END]] });
  });

  test('shares an outage with another within reach of it: either can have begun it', () => {
    const faults = [AT, AT + 50];
    expect(seen({}, [[10_060, 12_000]], { faults }).recovery).toBe(2000);
    expect(seen({ at: AT + 50 }, [[10_060, 12_000]], { faults }).recovery).toBe(1950);
  });
});

describe('slowness or a cut', () => {
  const lasting = { lasts: true, endedAt: 20_000 };

  test('began the first outage that begins while it lasts', () => {
    const found = seen(lasting, [
      [13_000, 13_400],
      [15_000, 18_000],
      [20_000, 20_500],
    ]);
    expect(found).toMatchObject({
      own: [[13_000, 13_400]],
      recovery: 3400,
      rest: [
        [15_000, 18_000],
        [20_000, 20_500],
      ],
    });
    expect(seen(lasting, [[20_000, 20_500]])).toMatchObject({ own: [], recovery: 0 });
    expect(seen({ lasts: true }, [[50_000, 50_500]]).recovery).toBe(40_500);
  });

  test('did not begin one that was an outage before, unless there is no other', () => {
    expect(
      seen(lasting, [
        [9000, 10_020],
        [10_020, 15_000],
      ]).recovery,
    ).toBe(5000);
    expect(seen(lasting, [[9000, 10_020]])).toMatchObject({ recovery: 20, rest: [] });
  });

  test('did not begin what another fault can have begun, and neither did it later', () => {
    const faults = [AT, 15_000];
    for (const from of [14_950, 15_000, 15_030])
      expect(seen(lasting, [[from, 17_000]], { faults })).toMatchObject({ own: [], recovery: 0, rest: [] });
    // Longer than usual by then, it was under way before that fault.
    expect(seen(lasting, [[14_800, 17_000]], { faults }).recovery).toBe(7000);
  });
});

test('an outage of a crash that is later than usual stays with the fault before it, up to the next one', () => {
  const faults = [AT, 30_000];
  const spans = [
    [12_000, 13_000],
    [29_950, 31_000],
    [35_000, 36_000],
  ] as const;
  expect(seen({}, spans, { faults }).rest).toEqual([[12_000, 13_000]]);
  expect(seen({ at: 30_000 }, spans, { faults })).toMatchObject({ own: [[29_950, 31_000]], rest: [[35_000, 36_000]] });
});
