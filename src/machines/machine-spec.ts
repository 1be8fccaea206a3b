/** A machine as plain data: what its cores, cryptography and disk cost. All times in ns; hashing in ns per byte. */
import type { DistributionSpec } from '../kernel/sampler.ts';
import type { BitRate, Duration } from '../units/quantities.ts';

export interface MachineSpec {
  /** One core: it verifies, handles and signs as one job. More: one runs the protocol thread, the others verify and sign. */
  readonly cores: number;
  /** On the protocol thread: for each protocol message received, for each request received, for each transaction executed. */
  readonly handling: Duration;
  readonly requestHandling: Duration;
  readonly execution: Duration;
  /** How much later the thread begins with a message from the network that finds it idle; occupies nothing. Absent: 0. */
  readonly wakeUp?: Duration;
  /** Each transaction takes an exponential time with this mean, the same on all nodes. Absent: every one takes `execution`. */
  readonly executionLaw?: 'exponential';
  readonly crypto: CryptoCosts;
  readonly disk: DiskSpec;
}

/** A named crypto cost table (scenarios/profiles/), reduced to the scheme in use. */
export interface CryptoCosts {
  readonly profile: string;
  readonly scheme: string;
  readonly sign: Duration;
  readonly verify: Duration;
  readonly mac: Duration;
  /** ns per byte hashed, a multiple of 2⁻¹⁶. */
  readonly hashPerByte: number;
}

export interface DiskSpec {
  /** One fsync; concurrent writes share the next one (group commit). A constant 0 with infinite bandwidth costs nothing. */
  readonly fsync: DistributionSpec;
  readonly bitsPerSecond: BitRate;
}
