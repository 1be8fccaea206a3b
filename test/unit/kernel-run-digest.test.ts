// The run digest: the same for any order of events, another one for any other set of events.
import { describe, expect, test } from 'vitest';
import { draw, stream } from '../../src/kernel/random.ts';
import { type DigestEvent, EventClass, RunDigest } from '../../src/kernel/run-digest.ts';

type Event = readonly [kind: number, island: number, at: number, content: number];

const bits = stream(1, 99);
const events: readonly Event[] = Array.from({ length: 500 }, (_, i) => [
  1 + (i % 7),
  i % 13,
  (draw(bits, i) >>> 0) * 1000,
  draw(bits, 10_000 + i),
]);

function digestOf(list: readonly Event[]): string {
  const digest = new RunDigest();
  for (const event of list) digest.add(...event);
  return digest.text;
}

describe('a run digest', () => {
  test('is 16 hexadecimal digits, all zero for no event', () => {
    expect(digestOf([])).toBe('0000000000000000');
    expect(digestOf(events)).toMatch(/^[0-9a-f]{16}$/);
  });

  test('does not depend on the order of events', () => {
    const shuffled = events.map((event, i) => ({ event, key: draw(bits, 20_000 + i) })).sort((a, b) => a.key - b.key);
    expect(digestOf(shuffled.map(({ event }) => event))).toBe(digestOf(events));
    expect(digestOf(events.toReversed())).toBe(digestOf(events));
  });

  test('changes with each part of each event, in both halves', () => {
    const whole = digestOf(events);
    const changes: ((event: Event) => Event)[] = [
      ([kind, island, at, content]) => [kind === 1 ? 7 : 1, island, at, content],
      ([kind, island, at, content]) => [kind, island + 1, at, content],
      ([kind, island, at, content]) => [kind, island, at + 1, content],
      ([kind, island, at, content]) => [kind, island, at + 2 ** 32, content],
      ([kind, island, at, content]) => [kind, island, at, content ^ 1],
      ([kind, island, at, content]) => [kind, island, at, content ^ 0x80000000],
    ];
    for (const change of changes)
      for (let i = 0; i < events.length; i++) {
        const other = digestOf(events.with(i, change(events[i] as Event)));
        expect(other.slice(0, 8)).not.toBe(whole.slice(0, 8));
        expect(other.slice(8)).not.toBe(whole.slice(8));
      }
  });

  test('tells an event that happened twice or never', () => {
    const whole = digestOf(events);
    for (const event of events) expect(digestOf([...events, event])).not.toBe(whole);
    for (let i = 0; i < events.length; i++) expect(digestOf(events.toSpliced(i, 1))).not.toBe(whole);
  });

  test('tells that two events exchanged their instants or their islands', () => {
    const [a, b]: [Event, Event] = [
      [EventClass.delivery, 1, 1000, 5],
      [EventClass.delivery, 2, 2000, 9],
    ];
    const digests = [
      digestOf([a, b]),
      digestOf([
        [a[0], a[1], b[2], a[3]],
        [b[0], b[1], a[2], b[3]],
      ]),
      digestOf([
        [a[0], b[1], a[2], a[3]],
        [b[0], a[1], b[2], b[3]],
      ]),
      digestOf([
        [a[0], a[1], a[2], b[3]],
        [b[0], b[1], b[2], a[3]],
      ]),
    ];
    expect(new Set(digests).size).toBe(4);
  });

  test('takes a column of events as it takes them one by one, noted or not', () => {
    const own = events.map(([, , at, content]): Event => [3, 12, at, content]);
    const times = Float64Array.from(own, ([, , at]) => at);
    const contents = Int32Array.from(own, ([, , , content]) => content);
    for (const [from, to] of [
      [0, 500],
      [7, 8],
      [9, 9],
    ] as const) {
      const [whole, noted] = [new RunDigest(), new RunDigest()];
      const notes: DigestEvent[] = [];
      noted.recordTo(notes);
      for (const digest of [whole, noted]) digest.addAll(3, 12, times, contents, from, to);
      expect([whole.text, noted.text]).toEqual(Array(2).fill(digestOf(own.slice(from, to))));
      expect(notes).toHaveLength(to - from);
    }
  });
});
