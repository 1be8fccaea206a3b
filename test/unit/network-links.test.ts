// The regular path from a departed copy to its arrival: base delay + jitter, in order per link under tcp (docs/MODEL.md section 3).
import { describe, expect, test } from 'vitest';
import { FlightColumn as F, INTS } from '../../src/network/flights.ts';
import type { Links } from '../../src/network/links.ts';
import { MILLISECOND } from '../../src/units/quantities.ts';
import { NetworkRig } from '../support/network-rig.ts';

const uniform = { kind: 'uniform', min: 0, max: 5 * MILLISECOND } as const;

describe('a link', () => {
  test('adds its own base delay to the departure, each direction for itself', () => {
    const rig = new NetworkRig(3);
    expect([rig.links.base(0, 2), rig.links.base(2, 0), rig.links.base(1, 1)]).toEqual([10e6, 20e6, 1e6]);
    const there = rig.send(7, 0, 2);
    const back = rig.send(7, 2, 0);
    rig.run();
    expect([rig.arrival(there), rig.arrival(back)]).toEqual([7 + 10e6, 7 + 20e6]);
  });

  test('adds jitter by (source, sequence, receiver), whole, within its law, and different on each', () => {
    const { links } = new NetworkRig(4, { jitter: uniform });
    const seen = new Set<number>();
    for (let source = 0; source < 3; source++)
      for (let sequence = 0; sequence < 100; sequence++)
        for (let receiver = 0; receiver < 3; receiver++) {
          const jitter = links.jitterOf(source, sequence, receiver);
          expect(jitter).toBe(Math.floor(jitter));
          expect(jitter >= 0 && jitter <= 5e6).toBe(true);
          seen.add(jitter);
        }
    expect(seen.size).toBeGreaterThan(890);
    expect(new NetworkRig(4, { jitter: uniform }).links.jitterOf(2, 50, 1)).toBe(links.jitterOf(2, 50, 1));
    expect(new NetworkRig(4, { jitter: uniform }, 2).links.jitterOf(2, 50, 1)).not.toBe(links.jitterOf(2, 50, 1));
  });

  test('keeps order under tcp: the arrival is the latest of all arrivals due so far', () => {
    const rig = new NetworkRig(2, { jitter: uniform });
    const sent = Array.from({ length: 300 }, (_, i) => rig.send(i * 100_000, 0, 1));
    rig.run();
    let last = 0;
    let heldBack = 0;
    for (const message of sent) {
      const due = message.handedOver + 10e6 + rig.links.jitterOf(0, message.sequence, 1);
      if (due < last) heldBack++;
      last = Math.max(last, due);
      expect(rig.arrival(message)).toBe(last);
    }
    expect(heldBack).toBeGreaterThan(100);
  });

  test('takes a row to one receiver as it takes rows to any, into a ring from wherever it begins', () => {
    const [one, any] = [new NetworkRig(3, { jitter: uniform }), new NetworkRig(3, { jitter: uniform })].map(
      ({ links }) => links,
    ) as [Links, Links];
    for (const [round, first] of [0, 61, 130].entries()) {
      const times = Float64Array.from({ length: 50 }, (_, i) => 1e6 * round + i * 10_000);
      const ring = new Float64Array(64);
      one.arriveInto(ring, first, 0, 50 * round, 2, times, 50);
      any.arrive(0, 50 * round, new Int32Array(50).fill(2), times, 50);
      expect(Array.from(times, (_, i) => ring[(first + i) % 64])).toEqual([...times]);
    }
  });

  test('does not keep order under datagram', () => {
    const rig = new NetworkRig(2, { jitter: uniform, transport: 'datagram' });
    const sent = Array.from({ length: 300 }, (_, i) => rig.send(i * 100_000, 0, 1));
    rig.run();
    for (const message of sent)
      expect(rig.arrival(message)).toBe(message.handedOver + 10e6 + rig.links.jitterOf(0, message.sequence, 1));
  });
});

describe('the regular path', () => {
  const egress = { bitsPerSecond: 100e6, discipline: 'fair' } as const;

  test.each(['tcp', 'datagram'] as const)(
    'posts broadcasts and single messages as the irregular one does (%s)',
    (transport) => {
      const irregular = new NetworkRig(5, { jitter: uniform, egress, transport });
      const regular = new NetworkRig(5, { jitter: uniform, egress, transport });
      for (const rig of [irregular, regular])
        for (let i = 0; i < 200; i++) {
          if (i % 3 === 0)
            rig.send(i * 200_000, i % 5, (i * 7 + 1) % 5 === i % 5 ? (i + 1) % 5 : (i * 7 + 1) % 5, 50 * i);
          else rig.broadcast(i * 200_000, i % 5, 30 * i);
        }
      // The second one sends by the way that runs without loss or faults take.
      const { transport: other, links } = regular;
      let pending: number | null = null;
      other.send = (source, receiver, flight) => {
        if (flight === pending) return;
        pending = flight;
        if (regular.flights.ints[flight * INTS + F.wide] === 0) return links.post(source, receiver, flight);
        links.arriveAll(source, flight).forEach((at, node) => {
          if (node !== source) regular.post(node, at, flight);
        });
      };
      irregular.run();
      regular.run();
      expect(regular.sent.map((m) => [...m.arrivals].sort())).toEqual(
        irregular.sent.map((m) => [...m.arrivals].sort()),
      );
      expect(regular.sent.flatMap((m) => [...m.arrivals]).length).toBe(67 + 133 * 4);
    },
  );

  test('sends the copies of a broadcast in order of the nodes after the sender, round the ring', () => {
    const { links } = new NetworkRig(4);
    expect([1, 2, 3].map((receiver) => links.orderOf(0, receiver))).toEqual([0, 1, 2]);
    expect([3, 0, 1].map((receiver) => links.orderOf(2, receiver))).toEqual([0, 1, 2]);
    const rig = new NetworkRig(4, { egress: { bitsPerSecond: 8e6, discipline: 'fifo' } });
    const sent = rig.broadcast(0, 2, 934);
    rig.run();
    expect([3, 0, 1].map((receiver) => rig.arrival(sent, receiver))).toEqual([11e6, 22e6, 23e6]);
  });
});
