/**
 * The quantities everything else is measured in. Values are plain numbers at run time; the flavours keep the compiler from
 * taking a duration for an instant or bytes for a count. Arithmetic between them gives a plain number, which fits any flavour.
 */
type Flavour<Name extends string> = number & { readonly __unit?: Name };

/** Whole nanoseconds of virtual time since the start of the run: exact in a double for 104 days. */
export type Instant = Flavour<'instant'>;
/** Whole nanoseconds between two instants. */
export type Duration = Flavour<'duration'>;
/** Whole bytes. */
export type Bytes = Flavour<'bytes'>;
/** Bits per second (`1Gbps` = 10⁹ bit/s). */
export type BitRate = Flavour<'bit-rate'>;
/** Events per second. */
export type Rate = Flavour<'rate'>;
/** A share between 0 and 1. */
export type Ratio = Flavour<'ratio'>;

/** A replica on its machine: 0 … n−1. */
export type NodeId = Flavour<'node'>;
/** A request: `k * groups + group`, k counting the requests of one client group from 0. An int32. */
export type RequestId = Flavour<'request'>;
/** A place in the order that consensus agrees on, from 1: a PBFT sequence number or a Raft log index. */
export type Position = Flavour<'position'>;
/** A 32-bit hash as a signed integer (a small integer to V8). */
export type Digest = Flavour<'digest'>;

export const MICROSECOND: Duration = 1_000;
export const MILLISECOND: Duration = 1_000_000;
export const SECOND: Duration = 1_000_000_000;
/** The longest run: 104 days, beyond which nanoseconds are no longer exact in a double. */
export const LONGEST_RUN: Duration = 104 * 86_400 * SECOND;
/** The longest delay or think time of a scenario: 1 h. What takes longer is a slip of the unit. */
export const LONGEST_DELAY: Duration = 3_600 * SECOND;
/** No event: later than any instant of a run. */
export const NEVER: Instant = Number.POSITIVE_INFINITY;
