/**
 * Counter-based randomness: a draw is a hash of (run seed, purpose, ids, counter), so it does not depend on the order of events
 * or on the number of workers. 32-bit integer arithmetic only: the same bits on every platform and V8 version.
 * The finaliser is the well-known 32-bit murmur3 mix (Appleby, public domain) applied over an absorbed word.
 */

/** What a stream is for. Two purposes never share draws. */
export const Purpose = {
  arrival: 1,
  jitter: 2,
  loss: 3,
  timer: 4,
  workload: 5,
  think: 6,
  phase: 7,
  fault: 8,
  disk: 9,
  sign: 10,
  size: 11,
  spread: 12,
  replication: 13,
  protocol: 14,
  execution: 15,
  begin: 16,
} as const;

/** Finalises a 32-bit word so that every input bit reaches every output bit. */
export function mix(h: number): number {
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Absorbs one more word into a hash. */
export function absorb(h: number, word: number): number {
  return mix((Math.imul(h, 0x9e3779b1) + word + 0x7f4a7c15) | 0);
}

/** The start of a stream: the hash of a seed, a purpose and up to two ids. */
export function stream(seed: number, purpose: number, a = 0, b = 0): number {
  return absorb(absorb(absorb(absorb(seed | 0, (seed / 0x100000000) | 0), purpose), a), b);
}

/** Draw number `counter` of a stream: 32 random bits as a signed integer. */
export function draw(streamHash: number, counter: number): number {
  return mix((streamHash ^ mix((Math.imul(counter, 0x9e3779b1) + 0x7f4a7c15) | 0)) | 0);
}

/** 32 bits as a number in (0, 1): never 0 or 1. Exact. */
export function unit(bits: number): number {
  return ((bits >>> 0) + 0.5) / 4294967296;
}

/** 32 bits as an integer in [0, bound), bound < 2²¹. Exact arithmetic; the bias is under bound/2³². */
export function below(bits: number, bound: number): number {
  return Math.floor(((bits >>> 0) * bound) / 4294967296);
}
