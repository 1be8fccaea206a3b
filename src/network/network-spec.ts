/** The network of one run as plain data: sites, one-way delays, cards, loss and transport (docs/MODEL.md section 3). */
import type { DistributionSpec } from '../kernel/sampler.ts';
import type { BitRate, Duration, Ratio } from '../units/quantities.ts';

export interface NetworkSpec {
  readonly sites: readonly string[];
  /** One-way base delay in ns from site a to site b at [a * sites.length + b]. The diagonal holds the intra-site delay. */
  readonly oneWay: Float64Array;
  /** The site of each node. */
  readonly nodeSites: Int32Array;
  /** Added to the base delay of every message; never negative. */
  readonly jitter: DistributionSpec;
  readonly egress: CardSpec;
  readonly ingress: { readonly bitsPerSecond: BitRate };
  /** Per segment. */
  readonly loss: Ratio;
  readonly transport: 'tcp' | 'datagram';
  /** Header bytes added to every segment of at most `segmentBytes` (66 and 1448 for tcp over Ethernet). */
  readonly headerBytes: number;
  readonly segmentBytes: number;
  readonly connectionTimeout: Duration;
  /** TLS adds one round trip to a reconnection. */
  readonly tls: boolean;
}

export interface CardSpec {
  /** Infinity: the card costs nothing. */
  readonly bitsPerSecond: BitRate;
  readonly discipline: 'fair' | 'fifo';
}
