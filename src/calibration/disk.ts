/** How long a disk takes to make a small write durable, and how fast it takes a large one: by a file in the chosen directory. */
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export interface DiskTimes {
  /** Of a 4 KiB append with fdatasync, in ns. */
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly bytesPerSecond: number;
  readonly writes: number;
  /** Distance between the quartiles of those appends, as a share of the median. */
  readonly spread: number;
}

const BLOCK = 4096;
const LARGE = 8 * 1024 * 1024;

/** @throws what the system refuses. Leaves nothing behind. */
export function measureDisk(directory: string, writes = 500, now: () => number = () => performance.now()): DiskTimes {
  const path = join(directory, `.quorumlab-calibrate-${process.pid}.tmp`);
  const file = openSync(path, 'wx');
  try {
    const block = Buffer.alloc(BLOCK, 7);
    const timed = (bytes: Buffer): number => {
      const began = now();
      writeSync(file, bytes);
      fdatasyncSync(file);
      return (now() - began) * 1e6;
    };
    for (let i = 0; i < writes / 10; i++) timed(block); // warm-up: the file gets its first extents
    const sorted = Array.from({ length: writes }, () => timed(block)).sort((a, b) => a - b);
    const at = (q: number): number => sorted[Math.ceil(q * sorted.length) - 1] as number;
    const large = Buffer.alloc(LARGE, 7);
    const rates = Array.from({ length: 5 }, () => LARGE / (timed(large) / 1e9)).sort((a, b) => a - b);
    const spread = (at(0.75) - at(0.25)) / at(0.5);
    return { p50Ns: at(0.5), p99Ns: at(0.99), bytesPerSecond: rates[2] as number, writes, spread };
  } finally {
    closeSync(file);
    rmSync(path);
  }
}

/** A write must take so many steps of the clock. */
const STEPS_PER_WRITE = 20;
/** Disks spread more than processors do; beyond this there is no one time to speak of. */
const MOST_SPREAD = 1;

/** Why these times are no basis for a profile, or null. `stepNs`: the step of the clock. */
export function doubtfulDisk({ p50Ns, spread }: DiskTimes, stepNs: number): string | null {
  if (p50Ns < STEPS_PER_WRITE * stepNs)
    return `a write is too short for a clock that moves in steps of ${Math.round(stepNs)} ns`;
  if (spread > MOST_SPREAD)
    return `the middle half of the writes spreads over ${(100 * spread).toFixed(0)} % of the median (at most ${100 * MOST_SPREAD} %): is the disk busy?`;
  return null;
}
