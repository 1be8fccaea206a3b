/** Bytes and time on the wire: segments with their headers, and how long a card needs for them. */
import type { BitRate, Bytes } from '../units/quantities.ts';
import type { NetworkSpec } from './network-spec.ts';

/** Segments of a message of `bytes`; an empty message still takes one. */
export function segmentsOf(spec: NetworkSpec, bytes: Bytes): number {
  return bytes <= spec.segmentBytes ? 1 : Math.ceil(bytes / spec.segmentBytes);
}

/** Bytes on the wire: payload plus the headers of every segment. */
export function wireBytes(spec: NetworkSpec, bytes: Bytes): Bytes {
  return bytes + segmentsOf(spec, bytes) * spec.headerBytes;
}

/**
 * ns per byte as a multiple of 2⁻²⁴, so that service times carry their remainder exactly instead of being rounded per message.
 * 0 for an infinite rate.
 */
export function nanosecondsPerByte(rate: BitRate): number {
  return rate === Number.POSITIVE_INFINITY ? 0 : Math.round((8e9 / rate) * 2 ** 24) / 2 ** 24;
}
