// What a run measures, against sums made the long way: counts and the integral of outstanding requests by segment, the timeline,
// stages, and when requests were waiting.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBatch } from '../../src/ledger/batch.ts';
import { Meter } from '../../src/simulation/meter.ts';
import { NEVER, SECOND } from '../../src/units/quantities.ts';
import { quietSpec } from '../support/quiet-spec.ts';

const meterOf = (horizon: number, boundaries: readonly number[] = []): Meter =>
  new Meter(quietSpec(1, 1_000_000, { horizon, boundaries }));

describe('a meter', () => {
  const request = fc.record({
    sent: fc.integer({ min: 0, max: 9999 }),
    takes: fc.option(fc.integer({ min: 0, max: 5000 })),
    valid: fc.boolean(),
  });

  test('counts each request in the segments of its sending and its end, and integrates what is outstanding exactly', () => {
    fc.assert(
      fc.property(
        fc.array(request, { maxLength: 60 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 9999 }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 10_000 }),
        (requests, cuts, end) => {
          const boundaries = cuts.sort((a, b) => a - b);
          const meter = meterOf(10_000, boundaries);
          const all = requests
            .filter(({ sent }) => sent < end)
            .map(({ sent, takes, valid }) => {
              const over = takes === null || sent + takes >= end ? null : sent + takes;
              return { sent, over, valid };
            });
          for (const { sent } of all) meter.onSubmit(sent);
          for (const { sent, over, valid } of all) {
            if (over === null) meter.onUnfinished(sent, end);
            else meter.onFinal(sent, over, null, -1, valid);
          }
          const edges = [0, ...boundaries, 10_000];
          const within = (at: number, from: number, to: number): boolean => at >= from && at < to;
          const expected = edges.slice(0, -1).flatMap((from, i) => {
            if (from >= end) return [];
            const to = edges[i + 1] as number;
            const ended = all.filter(({ over }) => over !== null && within(over, from, to));
            let outstandingTime = 0;
            for (let at = from; at < Math.min(to, end); at++)
              outstandingTime += all.filter(({ sent, over }) => sent <= at && (over === null || over > at)).length;
            return [
              {
                from,
                to: Math.min(to, end),
                offered: all.filter(({ sent }) => within(sent, from, to)).length,
                final: ended.length,
                valid: ended.filter(({ valid }) => valid).length,
                latency: ended.reduce((sum, { sent, over }) => sum + (over as number) - sent, 0),
                outstandingTime,
              },
            ];
          });
          const found = meter.results(end).map(({ from, to, offered, final, valid, finality, outstandingTime }) => {
            expect(finality.total).toBe(final);
            return { from, to, offered, final, valid, latency: finality.sum, outstandingTime };
          });
          expect(found).toEqual(expected);
          expect([meter.submitted, meter.finals]).toEqual([all.length, all.filter((r) => r.over !== null).length]);
        },
      ),
      { numRuns: 25, seed: 20260101 },
    );
  });

  test('counts messages, bytes and signatures by the kind and instant of sending', () => {
    const meter = meterOf(1000, [500]);
    meter.onSend(499, 0, 3, 900, 1);
    meter.onSend(500, 0, 1, 100, 0);
    meter.onSend(10, 1, 1, 50, 1);
    meter.onSend(600, 2, 2, 70, 0);
    const [first, second] = meter.results(1000);
    expect(first).toMatchObject({
      protocolMessages: 3,
      requestMessages: 1,
      replyMessages: 0,
      bytes: 950,
      signatures: 2,
    });
    expect(second).toMatchObject({
      protocolMessages: 1,
      requestMessages: 0,
      replyMessages: 2,
      bytes: 170,
      signatures: 0,
    });
  });

  test('adds up where the time of a transaction went, stage by stage', () => {
    const meter = meterOf(1000);
    const batch = createBatch(Int32Array.of(4, 5), Float64Array.of(20, 30), 1, 50, 0);
    batch.stamps.committedAt = 90;
    batch.stamps.executedAt = 140;
    meter.onFinal(10, 200, batch, 0, true);
    meter.onFinal(25, 210, batch, 1, true);
    const [segment] = meter.results(1000);
    expect([...(segment?.stageSums ?? [])]).toEqual([10 + 5, 30 + 20, 80, 100, 60 + 70]);
    expect(segment?.commit).toMatchObject({ total: 2, min: 40, max: 40 });
  });

  test('adds up by client group what has stages, and counts apart what has none', () => {
    const place = { site: 0 };
    const load = { kind: 'closed', clients: 1, outstanding: 1, think: { kind: 'constant', value: 0 } } as const;
    const group = { place, load, submit: null, replyQuorum: null, retryAfter: null };
    const meter = new Meter(quietSpec(1, 1_000_000, { horizon: 1000, clients: [group, group, group] }));
    // Ids 4, 5 and 7 are of groups 1, 2 and 1; a read has no batch.
    const batch = createBatch(Int32Array.of(4, 5, 7), Float64Array.of(20, 30, 40), 1, 50, 0);
    meter.onFinal(10, 200, batch, 0, true);
    meter.onFinal(25, 210, batch, 1, true);
    meter.onFinal(30, 230, batch, 2, true);
    meter.onFinal(30, 45, null, -1, true);
    const [segment] = meter.results(1000);
    expect([segment?.final, segment?.staged]).toEqual([4, 3]);
    expect([...(segment?.groupStaged ?? [])]).toEqual([0, 2, 1]);
    expect([...(segment?.groupLatency ?? [])]).toEqual([0, 190 + 200, 185]);
    expect(segment?.stageSums.reduce((a, b) => a + b)).toBe(190 + 185 + 200);
  });

  test('tells rare requests that wait as usual from outages, but not from stalls', () => {
    const meter = new Meter(quietSpec(1, 1_000_000, { horizon: 6 * SECOND }));
    for (let at = 0; at < 4 * SECOND; at += SECOND / 2) {
      meter.onSubmit(at);
      meter.onFinal(at, at + SECOND / 5, null, -1, true);
    }
    meter.onSubmit(4 * SECOND);
    const open = { from: 4 * SECOND, to: 6 * SECOND };
    expect(meter.outages(0, NEVER, 6 * SECOND)).toEqual([open]);
    expect(meter.stalls(0, 6 * SECOND)).toHaveLength(9);
    expect(meter.stalls(0, 6 * SECOND).at(-1)).toEqual(open);
  });

  test('keeps stages in order where a retry overtook itself: their sum is the latency', () => {
    const meter = meterOf(1000);
    const batch = createBatch(Int32Array.of(4), Float64Array.of(900), 1, 50, 0);
    batch.stamps.committedAt = 5;
    batch.stamps.executedAt = 140;
    meter.onFinal(10, 200, batch, 0, true);
    const sums = [...(meter.results(1000)[0]?.stageSums ?? [])];
    expect(sums.every((sum) => sum >= 0)).toBe(true);
    expect(sums.reduce((a, b) => a + b)).toBe(190);
  });

  test('draws a timeline of equal bins', () => {
    const meter = meterOf(240_000);
    meter.onSubmit(0);
    meter.onSubmit(999);
    meter.onSubmit(1000);
    meter.onFinal(0, 239_999, null, -1, true);
    meter.onFinal(1000, 239_000, null, -1, true);
    const { bin, offered, final, latencySum, latencyMax } = meter.timeline();
    expect(bin).toBe(1000);
    expect([offered[0], offered[1], offered[2]]).toEqual([2, 1, 0]);
    expect([final[239], latencySum[239], latencyMax[239]]).toEqual([2, 239_999 + 238_000, 239_999]);
  });

  test('keeps who led last before a fault and first behind it, and for recovery every leader', () => {
    const meter = meterOf(10_000);
    for (let at = 0; at < 400; at++) meter.event(at, 0, 'mark', `leader ${at}`);
    meter.windowEnd();
    meter.event(500, -1, 'fault', 'crash of node 0');
    for (let at = 501; at < 510; at++) {
      meter.event(at, 1, 'mark', `election ${at}`);
      meter.event(at + 1, 1, 'mark', `leader ${at}`);
    }
    const { events, leftOut } = meter.timeline();
    expect(events.filter(({ text }) => text.startsWith('leader ')).map(({ at }) => at)).toEqual([
      ...Array.from({ length: 300 }, (_, at) => at),
      399,
      502,
    ]);
    expect(leftOut).toEqual([{ name: 'leader', count: 99 + 8 }]);
    expect(meter.leaders).toEqual([
      ...Array.from({ length: 400 }, (_, at) => at),
      ...Array.from({ length: 9 }, (_, i) => 502 + i),
    ]);
  });

  test('keeps every fault and the first 300 marks of a kind, sorted by time, node and text, and counts the rest', () => {
    const meter = meterOf(SECOND);
    for (let i = 0; i < 400; i++) meter.event(5000 - i, i % 3, 'mark', `snapshot ${i % 2}`);
    for (let i = 0; i < 10; i++) meter.event(6000 + i, 0, 'mark', `leader ${i}`);
    for (let i = 0; i < 400; i++) meter.event(7000 + i, -1, 'fault', `crash ${i}`);
    const { events, leftOut } = meter.timeline();
    expect(events).toHaveLength(300 + 10 + 400);
    expect(leftOut).toEqual([{ name: 'snapshot', count: 100 }]);
    // The first in time, though the last were told first.
    expect(events[0]?.at).toBe(4601);
    expect(events[299]?.at).toBe(4900);
    for (let i = 1; i < events.length; i++) expect(events[i]?.at).toBeGreaterThanOrEqual(events[i - 1]?.at as number);
  });

  test('measures from the only boundary on, and from 0 where a warm-up is found afterwards', () => {
    expect(meterOf(1000).measuredFrom).toBe(0);
    expect(meterOf(1000, [300]).measuredFrom).toBe(300);
    expect(meterOf(1000, [300, 600]).measuredFrom).toBe(0);
    const given = quietSpec(1, 1_000_000, { horizon: 1000, boundaries: [300, 600], measuredFrom: 300 });
    expect(new Meter(given).measuredFrom).toBe(300);
  });
});
