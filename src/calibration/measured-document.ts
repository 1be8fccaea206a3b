/** What `calibrate` measured on this machine as one JSON document (docs/RESULTS.md): times, and what was refused, with the reason. */
import type { DiskTimes } from './disk.ts';
import type { Measured } from './measure-suite.ts';

export interface SuiteAnswer {
  readonly suite: string;
  /** Why it could not be measured at all; null: it was. */
  readonly leftOut: string | null;
  readonly measured: readonly Measured[];
  /** The profile that was written; null: too much was refused. */
  readonly file: string | null;
}

interface MeasuredAnswer {
  readonly machine: string;
  readonly date: string;
  readonly suites: readonly SuiteAnswer[];
  readonly directory: string;
  readonly disk: DiskTimes;
  /** Why the disk's times are no basis for a profile, or null. */
  readonly doubt: string | null;
  readonly file: string | null;
}

export function measuredDocument({ machine, date, suites, directory, disk, doubt, file }: MeasuredAnswer) {
  return {
    format: 1,
    machine,
    date,
    suites: suites.map((suite) => ({
      suite: suite.suite,
      left_out: suite.leftOut,
      measured: suite.measured.map(({ what, timing }) => ({
        what,
        median_ns: timing.ok ? timing.medianNs : null,
        spread: timing.ok ? timing.spread : null,
        refused: timing.ok ? null : timing.why,
      })),
      profile: suite.file,
    })),
    disk: {
      directory,
      fsync_p50_ns: disk.p50Ns,
      fsync_p99_ns: disk.p99Ns,
      bytes_per_second: disk.bytesPerSecond,
      writes: disk.writes,
      spread: disk.spread,
      refused: doubt,
      profile: file,
    },
  };
}
