// auth: proofs (BFT-SMaRt): the signature of a commit is made while prepares are on their way, so it costs only what it takes longer.
import { describe, expect, test } from 'vitest';
import { simulate } from '../../src/simulation/simulate.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { expectKernelsToAgree } from '../support/kernels-agree.ts';
import { clientsAt, closedLoop, freeMachine, promptPbft, quietSpec } from '../support/quiet-spec.ts';

const delay = 5 * MILLISECOND;
const proofs = { auth: 'proofs', pipeline: 1, clientSignatures: false, submit: 'all', replies: 'quorum' };

function spec(sign: number, changes: { nodes?: number; cores?: number; verify?: number; auth?: string } = {}) {
  const { nodes = 4, cores = 4, verify = 0, auth = 'proofs' } = changes;
  const crypto = { ...freeMachine.crypto, sign, verify };
  return quietSpec(nodes, delay, {
    protocol: promptPbft({ ...proofs, auth }),
    machine: { ...freeMachine, cores, crypto },
    clients: [clientsAt({ site: nodes }, closedLoop(1))],
    horizon: 1 * SECOND,
  });
}

function latencyMs(...asked: Parameters<typeof spec>): number {
  const { segments, violations } = expectKernelsToAgree(spec(...asked));
  expect(violations).toEqual([]);
  const { min, max } = segments[0]!.finality;
  expect(min).toBe(max);
  return min / MILLISECOND;
}

describe('a signed proof of acceptance', () => {
  test('that is made within one delay costs nothing, whatever checking it would cost', () => {
    expect(latencyMs(0)).toBe(25);
    expect(latencyMs(4 * MILLISECOND)).toBe(25);
    expect(latencyMs(4 * MILLISECOND, { verify: 3 * MILLISECOND, nodes: 7 })).toBe(25);
    expect(latencyMs(5 * MILLISECOND)).toBe(25);
  });

  test('delays acceptance by what it takes longer than the prepares', () => {
    // A backup has its quorum of prepares one delay after its own; the primary began a delay earlier, and the third commit counts.
    expect(latencyMs(7 * MILLISECOND)).toBe(27);
    expect(latencyMs(7 * MILLISECOND, { nodes: 10 })).toBe(27);
  });

  test('is counted, one a commit, and weighs what a signature does', () => {
    const all = simulate(spec(0)).segments[0]!;
    const bare = simulate(spec(0, { auth: 'mac' })).segments[0]!;
    const batches = simulate(spec(0)).counts.batches;
    expect(all.signatures).toBe(4 * batches);
    expect(bare.signatures).toBe(0);
    expect(all.bytes - bare.bytes).toBe(4 * 3 * 64 * batches);
  });

  test('holds up the thread where there is no other core', () => {
    expect(latencyMs(4 * MILLISECOND, { cores: 1 })).toBe(25);
    const { utilisation } = simulate(spec(4 * MILLISECOND, { cores: 1 }));
    // 4 ms in each 25.
    expect(utilisation[1]!.thread).toBeCloseTo(4 / 25, 2);
  });

  test('is made anew in a new view, on both kernels', () => {
    const base = spec(3 * MILLISECOND);
    for (const cores of [1, 2, 4]) {
      const result = expectKernelsToAgree({
        ...base,
        horizon: 2 * SECOND,
        protocol: promptPbft({ ...proofs, requestTimeout: 200 * MILLISECOND, viewChangeTimeout: 200 * MILLISECOND }),
        machine: { ...base.machine, cores },
        clients: [clientsAt({ site: 4 }, closedLoop(3), { retryAfter: 300 * MILLISECOND })],
        faults: [{ kind: 'crash', target: 0, at: 411 * MILLISECOND, duration: null }],
      });
      expect(result.violations).toEqual([]);
      expect(result.timeline.events.some(({ text }) => text.startsWith('new-view'))).toBe(true);
      expect(result.segments[0]!.final).toBeGreaterThan(100);
    }
  });
});

// Bessani, Sousa & Alchieri, DSN 2014: one consensus instance at a time. What arrives during one waits for the next, so clients fall
// into two batches in turn: two consensus of three delays each, whatever the number of clients.
test('many clients of one instance at a time wait for two instances', () => {
  for (const clients of [8, 16]) {
    const { segments } = simulate({
      ...spec(0),
      clients: [clientsAt({ site: 4 }, { ...closedLoop(clients), initialSpread: 20 * MILLISECOND })],
      boundaries: [1 * SECOND],
      horizon: 4 * SECOND,
    });
    expect(segments[1]!.finality.sum / segments[1]!.final / MILLISECOND).toBeCloseTo(6 * 5, 1);
  }
});
