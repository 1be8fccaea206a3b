// What a new view begins with, by certificates (OSDI'99 4.4) and by agreement of claims (TOCS'02 4.5), for hand-made view-changes.
import { describe, expect, test } from 'vitest';
import { VIEW_CHANGE, type ViewChange } from '../../src/protocols/pbft/messages.ts';
import { decideByAgreement, decideByCertificates } from '../../src/protocols/pbft/new-view.ts';
import { quorumsOf } from '../../src/protocols/pbft/quorum.ts';

type Entry = readonly [seq: number, view: number, digest: number];
const A = 11;
const B = 22;
const WINDOW = 8;

function viewChange(
  replica: number,
  low: number,
  prepared: Entry[],
  prePrepared = prepared,
  held: number[] = [],
): ViewChange {
  return {
    type: VIEW_CHANGE,
    view: 9,
    replica,
    low,
    checkpoints: [low, ...held].map((seq) => ({ seq, digest: seq * 1000, proof: null })),
    prepared: prepared.map(([seq, view, digest]) => ({ seq, view, digest, prePrepareSignature: 0, proof: null })),
    prePrepared: prePrepared.map(([seq, view, digest]) => ({ seq, view, digest })),
    signature: 0,
  };
}

describe('by certificates', () => {
  test('nothing prepared: nothing is proposed', () => {
    expect(decideByCertificates([0, 1, 2].map((replica) => viewChange(replica, 0, []))).digests).toEqual([]);
  });

  test('gaps below the highest prepared sequence number become null requests', () => {
    const decision = decideByCertificates([
      viewChange(0, 0, []),
      viewChange(1, 0, [[2, 0, A]]),
      viewChange(2, 0, [[4, 0, B]]),
    ]);
    expect(decision.digests).toEqual([0, A, 0, B]);
  });

  test('of two certificates for a sequence number the one of the later view decides', () => {
    const early = viewChange(0, 0, [[1, 2, A]]);
    const late = viewChange(1, 0, [[1, 3, B]]);
    expect(decideByCertificates([early, late, viewChange(2, 0, [])]).digests).toEqual([B]);
    expect(decideByCertificates([late, early, viewChange(2, 0, [])]).digests).toEqual([B]);
  });

  test('it starts after the latest stable checkpoint and leaves out what that covers', () => {
    const decision = decideByCertificates([
      viewChange(0, 0, [[1, 0, A]]),
      viewChange(1, 2, [[3, 0, B]]),
      viewChange(2, 0, []),
    ]);
    expect(decision.checkpoint).toMatchObject({ seq: 2, digest: 2000 });
    expect(decision.digests).toEqual([B]);
  });
});

describe('by agreement of claims', () => {
  const four = quorumsOf(4, null);

  test('a request that Q replicas do not contradict and f + 1 pre-prepared is chosen (A1, A2)', () => {
    const set = [viewChange(0, 0, [[1, 0, A]]), viewChange(1, 0, [], [[1, 0, A]]), viewChange(2, 0, [])];
    expect(decideByAgreement(set, four, WINDOW)?.digests).toEqual([A]);
  });

  test('a request that only one replica vouches for decides nothing: more view-changes are needed', () => {
    const liar = viewChange(0, 0, [[1, 5, B]]);
    const set = [liar, viewChange(1, 0, []), viewChange(2, 0, [])];
    expect(decideByAgreement(set, four, WINDOW)).toBe(null);
    // With a third honest replica, Q prepared nothing (B): a null request.
    expect(decideByAgreement([...set, viewChange(3, 0, [])], four, WINDOW)?.digests).toEqual([0]);
  });

  test('an invented claim of a later view cannot displace what prepared', () => {
    const liar = viewChange(0, 0, [[1, 5, B]]);
    const prepared = [1, 2, 3].map((replica) => viewChange(replica, 0, [[1, 2, A]]));
    expect(decideByAgreement([liar, ...prepared.slice(1)], four, WINDOW)).toBe(null);
    expect(decideByAgreement([liar, ...prepared], four, WINDOW)?.digests).toEqual([A]);
  });

  test('it starts at the latest checkpoint that f + 1 hold and Q are not beyond', () => {
    const set = [
      viewChange(0, 4, [[5, 1, A]]),
      viewChange(1, 2, [[5, 1, A]], [[5, 1, A]], [4]),
      viewChange(2, 2, [[5, 1, A]]),
    ];
    const decision = decideByAgreement(set, four, WINDOW);
    expect(decision?.checkpoint.seq).toBe(4);
    expect(decision?.digests).toEqual([A]);
  });

  test('a checkpoint that one replica alone claims is not believed', () => {
    const set = [viewChange(0, 4, []), viewChange(1, 2, []), viewChange(2, 2, [])];
    expect(decideByAgreement(set, four, WINDOW)).toBe(null);
    expect(decideByAgreement([...set, viewChange(3, 2, [])], four, WINDOW)?.checkpoint.seq).toBe(2);
  });

  test('a claim beyond the window above the checkpoint that is agreed on is left out', () => {
    // Replica 0 invents a checkpoint far ahead, and with it room for a claim.
    const liar = viewChange(0, 1_000_000, [[1_000_001, 5, B]]);
    const prepared = [1, 2, 3].map((replica) => viewChange(replica, 0, [[1, 2, A]]));
    expect(decideByAgreement([liar, ...prepared], four, WINDOW)?.digests).toEqual([A]);
    const atEdge = [1, 2, 3].map((replica) => viewChange(replica, 0, [[WINDOW, 2, A]]));
    expect(decideByAgreement([liar, ...atEdge], four, WINDOW)?.digests).toEqual([0, 0, 0, 0, 0, 0, 0, A]);
  });

  test('a null request that prepared last keeps its sequence number', () => {
    const set = [0, 1, 2].map((replica) =>
      viewChange(replica, 0, [
        [1, 1, A],
        [2, 1, 0],
      ]),
    );
    expect(decideByAgreement(set, four, WINDOW)?.digests).toEqual([A, 0]);
  });
});
