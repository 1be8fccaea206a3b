/** What a cluster costs a month at a user's prices: cores, what leaves the nodes' cards, and disk. */
import type { Bytes } from '../units/quantities.ts';

/** In `currency`; a missing price is 0, which a report must say. */
export interface Prices {
  readonly currency: string;
  readonly coreHour: number;
  /** For 10⁹ bytes that leave a node. */
  readonly egressGb: number;
  /** For 10⁹ bytes kept on a node's disk for a month. */
  readonly diskGbMonth: number;
  /** For how many days what was ordered is kept. */
  readonly retentionDays: number;
}

/** Of all nodes together, in steady state. */
export interface Consumption {
  readonly cores: number;
  readonly egressBytesPerSecond: number;
  /** On all disks. */
  readonly diskBytes: Bytes;
}

export interface MonthlyCost {
  readonly cores: number;
  readonly egress: number;
  readonly disk: number;
  readonly total: number;
}

/** A month as cloud price lists count it. */
const HOURS_PER_MONTH = 730;
const GB = 1e9;

export function monthlyCost(prices: Prices, { cores, egressBytesPerSecond, diskBytes }: Consumption): MonthlyCost {
  const cost = {
    cores: cores * HOURS_PER_MONTH * prices.coreHour,
    egress: ((egressBytesPerSecond * 3600 * HOURS_PER_MONTH) / GB) * prices.egressGb,
    disk: (diskBytes / GB) * prices.diskGbMonth,
  };
  return { ...cost, total: cost.cores + cost.egress + cost.disk };
}
