// The irregular path: loss and its repair, partitions, broken connections, crashes, by the rules of docs/MODEL.md section 3. The rig
// fails when anything is posted earlier than the link allows, delivered twice, or sent through a message that is gone.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NetworkSpec } from '../../src/network/network-spec.ts';
import { segmentsOf } from '../../src/network/wire.ts';
import { binomialCdf } from '../../src/statistics/order-statistics.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { NetworkRig, type Sent } from '../support/network-rig.ts';

const ms = MILLISECOND;
/** Of the link 0 → 1 and back. */
const THERE = 10 * ms;
const ROUND_TRIP = 30 * ms;
const TIMEOUT = 200 * ms;

/** Rejects a right share with probability 1e-6. */
function expectShare(hits: number, of: number, share: number): void {
  expect(binomialCdf(hits, of, share)).toBeGreaterThan(5e-7);
  expect(1 - binomialCdf(hits - 1, of, share)).toBeGreaterThan(5e-7);
}

/** How much later than without loss a message arrived. */
function delay(rig: NetworkRig, sent: Sent): number {
  return (rig.arrival(sent) as number) - (sent.departures.get(1) as number) - THERE;
}

describe('loss', () => {
  test.each([
    [100, 0.01],
    [1448 * 5, 0.01],
    [1448 * 40, 0.002],
  ])('hits a datagram of %d B with 1 − (1 − p)^s at p = %d', (bytes, loss) => {
    const rig = new NetworkRig(2, { transport: 'datagram', loss });
    const count = 20_000;
    for (let i = 0; i < count; i++) rig.send(i * 1000, 0, 1, bytes);
    rig.run();
    expectShare(rig.transport.dropped, count, 1 - (1 - loss) ** segmentsOf(rig.spec, bytes));
    expect(rig.sent.filter((m) => m.arrivals.size === 1).length).toBe(count - rig.transport.dropped);
    expect(rig.flights.inFlight).toBe(0);
  });

  test('costs a lone tcp message timeouts that double, each as often as the repair is lost again', () => {
    const loss = 0.2;
    const rig = new NetworkRig(2, { loss });
    const count = 20_000;
    for (let i = 0; i < count; i++) rig.send(i * 100 * SECOND, 0, 1);
    rig.run();
    const delays = rig.sent.map((sent) => delay(rig, sent) / TIMEOUT);
    [0, 1, 3, 7, 15].forEach((timeouts, lost) => {
      expectShare(delays.filter((d) => d === timeouts).length, count, loss ** lost * (1 - loss));
    });
    expect(rig.transport.dropped).toBe(0);
    expect(rig.transport.retransmitted).toBe(delays.reduce((sum, d) => sum + Math.log2(d + 1), 0));
  });

  test('waits SRTT + 4 RTTVAR where that is more than 200 ms', () => {
    // Uniform jitter from 0 to 100 ms: mean 50 ms, quartiles 50 ms apart. SRTT = 30 + 100 ms.
    const rig = new NetworkRig(2, { loss: 0.3, jitter: { kind: 'uniform', min: 0, max: 100 * ms } });
    for (let i = 0; i < 50; i++) rig.send(i * 100 * SECOND, 0, 1);
    rig.run();
    const timeouts = rig.sent.map((sent) => delay(rig, sent) - rig.links.jitterOf(0, sent.sequence, 1));
    const once = timeouts.filter((t) => t > 0 && t < 400 * ms);
    expect(once.length).toBeGreaterThan(5);
    for (const timeout of once) expect(Math.abs(timeout - 330 * ms)).toBeLessThan(1000);
  });

  test('is repaired after one round trip when three segments follow within it, else by timeout', () => {
    let fast = 0;
    let both = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const delayWith = (...followers: number[]): number => {
        const rig = new NetworkRig(2, { loss: 0.2 }, seed);
        const sent = rig.send(1 * SECOND, 0, 1);
        for (const at of followers) rig.send(1 * SECOND + at, 0, 1);
        rig.run();
        return delay(rig, sent);
      };
      const alone = delayWith();
      expect(delayWith(1 * ms, 2 * ms)).toBe(alone);
      expect(delayWith(1 * ms, 2 * ms, ROUND_TRIP)).toBe(alone);
      const followed = delayWith(1 * ms, 2 * ms, ROUND_TRIP - 1);
      if (alone === 0) expect(followed).toBe(0);
      else if (followed === ROUND_TRIP) fast++;
      else {
        both++;
        expect([1, 3, 7, 15].map((n) => ROUND_TRIP + n * TIMEOUT)).toContain(followed);
      }
    }
    expectShare(fast + both, 300, 0.2);
    expectShare(both, fast + both, 0.2);
  });

  test('within a long message counts the segments behind the lost one', () => {
    // Of six segments the three first ones have three behind them.
    const count = 8000;
    const rig = new NetworkRig(2, { loss: 0.001 });
    for (let i = 0; i < count; i++) rig.send(i * 100 * SECOND, 0, 1, 6 * 1448);
    rig.run();
    const hit = rig.sent.map((sent) => delay(rig, sent)).filter((d) => d > 0);
    expectShare(hit.length, count, 1 - 0.999 ** 6);
    const fast = hit.filter((d) => d % TIMEOUT === ROUND_TRIP).length;
    const slow = hit.filter((d) => d % TIMEOUT === 0).length;
    expect(fast + slow).toBe(hit.length);
    expectShare(fast, hit.length, 0.5);
  });

  test('delays what follows on the link until the repair, in order, and nothing else', () => {
    let holes = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const rig = new NetworkRig(3, { loss: 0.3 }, seed);
      const first = rig.send(0, 0, 1);
      const second = rig.send(5 * ms, 0, 1);
      const apart = rig.send(6 * ms, 0, 2);
      const back = rig.send(6 * ms, 1, 0);
      rig.run();
      const arrival = rig.arrival(first) as number;
      if (arrival === THERE) continue;
      holes++;
      expect(rig.arrival(second)).toBe(arrival);
      for (const [sent, base] of [
        [apart, 10],
        [back, 20],
      ] as const)
        expect([0, 1, 3, 7, 15].map((n) => 6 * ms + base * ms + n * TIMEOUT)).toContain(rig.arrival(sent));
    }
    expect(holes).toBeGreaterThan(5);
  });

  test('a message that overtook a long one in the card still stays behind it on the link when the long one is lost', () => {
    // At 10 Mbit/s the long message leaves 60 ms after its hand-over, long after the hole in front of it is decided.
    let seen = 0;
    for (let seed = 1; seed <= 400; seed++) {
      const rig = new NetworkRig(2, { loss: 0.2, egress: { bitsPerSecond: 10e6, discipline: 'fair' } }, seed);
      const lost = rig.send(0, 0, 1);
      const long = rig.send(1 * ms, 0, 1, 50 * 1448);
      const small = rig.send(2 * ms, 0, 1);
      rig.run();
      expect(small.departures.get(1) as number).toBeLessThan(long.departures.get(1) as number);
      expect(rig.arrival(small) as number).toBeGreaterThanOrEqual(rig.arrival(long) as number);
      if (delay(rig, lost) > 0 && delay(rig, long) > 0) seen++;
    }
    expect(seen).toBeGreaterThan(20);
  });
});

describe('a partition', () => {
  const cut = (changes: Partial<NetworkSpec> = {}): NetworkRig => new NetworkRig(3, changes);

  test('lets pass what has left the card, and what stays on one side', () => {
    const rig = cut();
    rig.partition([1, 2], 5 * ms, null);
    const left = [rig.send(0, 0, 1), rig.send(4 * ms, 1, 0)];
    const inside = [rig.send(6 * ms, 1, 2), rig.send(6 * ms, 2, 1)];
    const held = [rig.send(6 * ms, 0, 1), rig.send(6 * ms, 1, 0)];
    rig.run();
    expect(left.map((m) => rig.arrival(m))).toEqual([10 * ms, 24 * ms]);
    expect(inside.map((m) => rig.arrival(m))).toEqual([16 * ms, 26 * ms]);
    expect(held.map((m) => rig.arrival(m))).toEqual([undefined, undefined]);
    expect(rig.transport.dropped).toBe(0);
  });

  test('releases what it held at the first retransmission after healing: 200 ms after the first departure, doubling', () => {
    const rig = cut();
    rig.partition([0], 100 * ms, 1000 * ms);
    const held = [rig.send(150 * ms, 0, 1), rig.send(160 * ms, 0, 1), rig.send(999 * ms, 0, 1)];
    const after = rig.send(1100 * ms, 0, 1);
    const late = rig.send(2000 * ms, 0, 1);
    const otherLink = rig.send(900 * ms, 0, 2);
    rig.run();
    // Tries at 350, 750 and 1550 ms.
    for (const message of [...held, after]) expect(rig.arrival(message)).toBe(1550 * ms + THERE);
    expect(rig.arrival(late)).toBe(2000 * ms + THERE);
    expect(rig.arrival(otherLink)).toBe(1100 * ms + THERE);
    expect(rig.flights.inFlight).toBe(0);
  });

  test('holds a copy that had not left the card, and sends it as usual when it leaves after healing', () => {
    // 100,000 B take 80 ms and more at 10 Mbit/s.
    const egress = { bitsPerSecond: 10e6, discipline: 'fifo' } as const;
    const rig = cut({ egress });
    rig.partition([1], 50 * ms, 70 * ms);
    const healed = rig.send(0, 0, 1, 100_000);
    rig.run();
    expect(rig.arrival(healed)).toBe((healed.departures.get(1) as number) + THERE);
    const held = cut({ egress });
    held.partition([1], 50 * ms, 120 * ms);
    const sent = held.send(0, 0, 1, 100_000);
    held.run();
    expect(sent.departures.get(1) as number).toBeGreaterThan(80 * ms);
    expect(held.arrival(sent)).toBe((sent.departures.get(1) as number) + TIMEOUT + THERE);
  });

  test('splits a broadcast: copies that have left arrive, the others wait', () => {
    const rig = new NetworkRig(4, { egress: { bitsPerSecond: 8e6, discipline: 'fifo' } });
    const sent = rig.broadcast(0, 0, 934);
    rig.partition([0], 2 * ms, 3 * SECOND);
    rig.run();
    expect(rig.arrival(sent, 1)).toBe(1 * ms + THERE);
    expect(rig.arrival(sent, 2)).toBe(2 * ms + THERE);
    // Left at 3 ms: tries at 203, 603, 1403 and 3003 ms.
    expect(rig.arrival(sent, 3)).toBe(3003 * ms + THERE);
  });

  test('leaves no trace of a caught copy in the order of its link', () => {
    // The second message would have left the card at about 1.6 s; it is caught, and so is out of the way of the first.
    const rig = cut({ egress: { bitsPerSecond: 10e6, discipline: 'fifo' } });
    const first = rig.send(0, 0, 1, 10_000);
    const second = rig.send(1 * ms, 0, 1, 2_000_000);
    rig.partition([1], 2 * ms, 50 * ms);
    rig.run();
    const left = first.departures.get(1) as number;
    expect(left).toBeLessThan(50 * ms);
    expect(rig.arrival(first)).toBe(left + TIMEOUT + THERE);
    expect(rig.arrival(second)).toBe((second.departures.get(1) as number) + THERE);
  });

  test.each([
    [false, 1],
    [true, 2],
  ])(
    'breaks a connection whose next try would come too late; reconnecting (tls: %s) costs %d round trips',
    (tls, trips) => {
      const rig = cut({ tls });
      rig.partition([1], 100 * ms, 4 * SECOND);
      // Tries until 3150 ms, then at 6350 ms, more than 5 s after the departure.
      const lost = [rig.send(150 * ms, 0, 1), rig.send(3 * SECOND, 0, 1)];
      const next = [rig.send(4100 * ms, 0, 1), rig.send(4100 * ms + 1, 0, 1), rig.send(5 * SECOND, 0, 1)];
      rig.run();
      expect(lost.map((m) => rig.arrival(m))).toEqual([undefined, undefined]);
      expect(rig.transport.dropped).toBe(2);
      const connected = 4100 * ms + trips * ROUND_TRIP + THERE;
      expect(next.map((m) => rig.arrival(m))).toEqual([connected, connected, 5 * SECOND + THERE]);
      expect(rig.flights.inFlight).toBe(0);
    },
  );

  test('begins a new connection within a long partition, which pays for its handshake when the partition is over', () => {
    const rig = cut();
    rig.partition([1], 100 * ms, 6500 * ms);
    const lost = rig.send(150 * ms, 0, 1);
    const held = rig.send(6 * SECOND, 0, 1);
    rig.run();
    expect(rig.arrival(lost)).toBeUndefined();
    // Tries at 6200 and 6600 ms.
    expect(rig.arrival(held)).toBe(6600 * ms + ROUND_TRIP + THERE);
  });

  test('keeps a queued message that leaves the card long after healing from breaking the connection before it', () => {
    // 7,500,000 B take 6 s at 10 Mbit/s, longer than the connection timeout.
    const rig = cut({ egress: { bitsPerSecond: 10e6, discipline: 'fifo' } });
    rig.partition([1], 1 * ms, 500 * ms);
    const first = rig.send(2 * ms, 0, 1, 1000);
    const last = rig.send(3 * ms, 0, 1, 7_500_000);
    rig.run();
    const left = first.departures.get(1) as number;
    expect(rig.arrival(first)).toBe(left + 3 * TIMEOUT + THERE);
    expect(rig.arrival(last)).toBe((last.departures.get(1) as number) + THERE);
  });

  test('does not let a message that never left the card pay for the handshake of the connection', () => {
    const egress = { bitsPerSecond: 10e6, discipline: 'fifo' } as const;
    const rig = cut({ egress });
    rig.crash(1, 1 * ms);
    rig.restart(1, 2 * ms);
    const caught = rig.send(3 * ms, 0, 1, 100_000);
    rig.partition([1], 10 * ms, 1 * SECOND);
    rig.run();
    const left = caught.departures.get(1) as number;
    expect(left).toBeGreaterThan(10 * ms);
    expect(rig.arrival(caught)).toBe(left + 7 * TIMEOUT + ROUND_TRIP + THERE);
  });

  test('loses datagrams for good', () => {
    const rig = cut({ transport: 'datagram', egress: { bitsPerSecond: 8e6, discipline: 'fifo' } });
    rig.partition([1], 2 * ms, 4 * ms);
    const messages = [0, 1.5 * ms, 3 * ms, 4 * ms].map((at) => rig.send(at, 0, 1, 934));
    rig.run();
    expect(messages.map((m) => rig.arrival(m))).toEqual([1 * ms + THERE, undefined, undefined, 5 * ms + THERE]);
    expect(rig.transport.dropped).toBe(2);
  });

  test('that overlaps another holds a link until both are over', () => {
    const rig = cut();
    rig.partition([0], 100 * ms, 300 * ms);
    rig.partition([1], 200 * ms, 2 * SECOND);
    const both = rig.send(110 * ms, 0, 1);
    const one = rig.send(110 * ms, 0, 2);
    rig.run();
    expect(rig.arrival(one)).toBe(310 * ms + THERE);
    expect(rig.arrival(both)).toBe(110 * ms + 15 * TIMEOUT + THERE);
  });

  test('takes over a hole: what was lost and what waited behind it leave after healing, in order', () => {
    let holes = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const rig = new NetworkRig(2, { loss: 0.3 }, seed);
      const lost = rig.send(0, 0, 1);
      const behind = rig.send(1 * ms, 0, 1);
      rig.partition([1], 5 * ms, 1 * SECOND);
      rig.run();
      const arrivals = [rig.arrival(lost), rig.arrival(behind)];
      if (arrivals[0] === THERE) continue;
      holes++;
      expect(arrivals).toEqual([7 * TIMEOUT + THERE, 7 * TIMEOUT + THERE]);
    }
    expect(holes).toBeGreaterThan(5);
  });
});

describe('a crash', () => {
  test('loses what is on its way to the node, what is handed over to it, and nothing else', () => {
    const rig = new NetworkRig(3);
    rig.crash(1, 5 * ms);
    const lost = [rig.send(0, 0, 1), rig.send(4 * ms, 2, 1), rig.send(7 * ms, 0, 1)];
    const others = [rig.send(0, 0, 2), rig.send(7 * ms, 2, 0)];
    rig.run();
    expect(lost.map((m) => rig.arrival(m))).toEqual([undefined, undefined, undefined]);
    expect(others.map((m) => rig.arrival(m))).toEqual([10 * ms, 27 * ms]);
    expect(rig.transport.dropped).toBe(3);
    expect(rig.transport.isDown(1)).toBe(true);
    expect(rig.flights.inFlight).toBe(0);
  });

  test('loses the copies whose last byte had not left the card', () => {
    const rig = new NetworkRig(4, { egress: { bitsPerSecond: 8e6, discipline: 'fifo' } });
    const sent = rig.broadcast(0, 0, 934);
    const queued = rig.send(0, 0, 1, 934);
    rig.crash(0, 2 * ms);
    rig.run();
    expect([...sent.arrivals]).toEqual([
      [1, 11 * ms],
      [2, 12 * ms],
    ]);
    expect(rig.arrival(queued)).toBeUndefined();
    expect(rig.transport.dropped).toBe(2);
    expect(rig.cards.busyUntil(0, 2 * ms)).toBe(2 * ms);
  });

  test('breaks connections at once: what waited for a repair or behind a partition is lost', () => {
    const rig = new NetworkRig(3);
    rig.partition([1], 1 * ms, 300 * ms);
    const held = rig.send(2 * ms, 0, 1);
    rig.crash(1, 100 * ms);
    rig.run();
    expect(rig.arrival(held)).toBeUndefined();
    for (let seed = 1; seed <= 20; seed++) {
      const lossy = new NetworkRig(2, { loss: 0.5 }, seed);
      const messages = [lossy.send(0, 0, 1), lossy.send(1 * ms, 0, 1)];
      lossy.crash(1, 5 * ms);
      lossy.run();
      expect(messages.map((m) => lossy.arrival(m))).toEqual([undefined, undefined]);
      expect(lossy.flights.inFlight).toBe(0);
    }
  });

  test.each([
    [false, 1],
    [true, 2],
  ])('and restart (tls: %s): the first message on each link pays %d round trips, the next follows it', (tls, trips) => {
    const rig = new NetworkRig(3, { tls });
    rig.crash(1, 5 * ms);
    rig.restart(1, 50 * ms);
    const lost = rig.send(49 * ms, 0, 1);
    const to = [rig.send(60 * ms, 0, 1), rig.send(61 * ms, 0, 1), rig.send(300 * ms, 0, 1)];
    const from = [rig.send(60 * ms, 1, 2), rig.send(300 * ms, 1, 2)];
    const between = rig.send(60 * ms, 0, 2);
    rig.run();
    expect(rig.arrival(lost)).toBeUndefined();
    const connected = 60 * ms + trips * ROUND_TRIP + THERE;
    expect(to.map((m) => rig.arrival(m))).toEqual([connected, connected, 310 * ms]);
    expect(from.map((m) => rig.arrival(m))).toEqual([connected, 310 * ms]);
    expect(rig.arrival(between)).toBe(70 * ms);
  });
});

describe('whatever happens', () => {
  const step = fc.record({
    at: fc.integer({ min: 0, max: 3000 }),
    source: fc.integer({ min: 0, max: 3 }),
    hops: fc.integer({ min: 0, max: 3 }),
    bytes: fc.constantFrom(0, 100, 1448, 1449, 6000, 60_000),
  });
  const faults = fc.record({
    crashes: fc.array(
      fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 1500 }), fc.integer({ min: 1, max: 1400 })),
      { maxLength: 2 },
    ),
    partitions: fc.array(
      fc.tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 0, max: 2500 }), fc.integer({ min: 1, max: 2500 })),
      { maxLength: 3 },
    ),
  });
  const network = fc.record({
    transport: fc.constantFrom('tcp' as const, 'datagram' as const),
    loss: fc.constantFrom(0, 0.02, 0.3),
    bits: fc.constantFrom(Number.POSITIVE_INFINITY, 10e6, 1e9),
    discipline: fc.constantFrom('fair' as const, 'fifo' as const),
    jitter: fc.constantFrom(0, 5 * ms),
    connectionTimeout: fc.constantFrom(500 * ms, 5000 * ms),
    seed: fc.integer({ min: 0, max: 1000 }),
  });

  test('every copy arrives once or is counted as dropped, is freed once, and tcp keeps the order of each connection', () => {
    fc.assert(
      fc.property(network, fc.array(step, { maxLength: 120 }), faults, (net, steps, { crashes, partitions }) => {
        const { transport, loss, bits, discipline, jitter, connectionTimeout, seed } = net;
        const rig = new NetworkRig(
          4,
          {
            transport,
            loss,
            connectionTimeout,
            egress: { bitsPerSecond: bits, discipline },
            jitter: { kind: 'uniform', min: 0, max: jitter },
          },
          seed,
        );
        const lives: { node: number; from: number; to: number }[] = [];
        for (const [node, at, lasts] of crashes) {
          if (lives.some((life) => life.node === node)) continue;
          lives.push({ node, from: at * ms, to: (at + lasts) * ms });
          rig.crash(node, at * ms);
          rig.restart(node, (at + lasts) * ms);
        }
        for (const [mask, at, lasts] of partitions)
          rig.partition(
            [0, 1, 2, 3].filter((node) => (mask >> node) & 1),
            at * ms,
            (at + lasts) * ms,
          );
        let copies = 0;
        for (const { at, source, hops, bytes } of steps) {
          if (lives.some((life) => life.node === source && at * ms >= life.from && at * ms < life.to)) continue;
          copies += hops === 0 ? 3 : 1;
          if (hops === 0) rig.broadcast(at * ms, source, bytes);
          else rig.send(at * ms, source, (source + hops) % 4, bytes);
        }
        rig.run();
        const arrived = rig.sent.reduce((sum, sent) => sum + sent.arrivals.size, 0);
        expect(arrived + rig.transport.dropped).toBe(copies);
        expect(rig.flights.inFlight).toBe(0);
        if (transport === 'datagram') return;
        // Two messages of one link with a crash of either end between them went over different connections.
        const restarts = (sent: Sent, receiver: number): number =>
          lives.filter((l) => (l.node === sent.source || l.node === receiver) && sent.handedOver >= l.from).length;
        const last = new Map<string, number>();
        for (const sent of [...rig.sent].sort((a, b) => a.source - b.source || a.handedOver - b.handedOver))
          for (const [receiver, arrival] of sent.arrivals) {
            const link = `${sent.source}>${receiver} ${restarts(sent, receiver)}`;
            expect(arrival).toBeGreaterThanOrEqual(last.get(link) ?? 0);
            last.set(link, arrival);
          }
      }),
      { numRuns: 400, seed: 20260101 },
    );
  });
});
