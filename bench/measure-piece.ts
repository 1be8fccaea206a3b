/** Times a small piece with tinybench: nanoseconds an operation at the median and the fastest of its samples. */
import { Bench } from 'tinybench';
import type { PieceResult } from './bench-report.ts';
import type { Piece } from './pieces/piece.ts';
import { NOISY_SPREAD } from './sample.ts';

/** The best is taken at this share of the samples: the very fastest of thousands may be an error of the clock. */
const FASTEST_SHARE = 0.02;

export function measurePiece(piece: Piece, milliseconds: number): PieceResult {
  const bench = new Bench({
    time: milliseconds,
    iterations: 20,
    warmupTime: milliseconds / 2,
    retainSamples: true,
    throws: true,
  });
  const call = piece.prepare();
  const perCall = call();
  bench.add(piece.name, () => void call(), { async: false });
  bench.runSync();
  const result = bench.tasks[0]?.result;
  if (result === undefined || !('latency' in result)) throw new Error(`${piece.name}: tinybench gave no result`);
  const samples = (result.latency.samples ?? []).toSorted((a, b) => a - b);
  const best = samples[Math.floor(samples.length * FASTEST_SHARE)] as number;
  const spread = result.latency.p50 / best - 1;
  return {
    kind: 'piece',
    name: piece.name,
    per: piece.per,
    ns: (best * 1e6) / perCall,
    repetitions: samples.length,
    spread,
    noisy: spread > NOISY_SPREAD,
  };
}
