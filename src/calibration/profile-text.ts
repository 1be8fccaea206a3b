/** Profiles as files: what `machine.crypto.profile` and `machine.disk` name by their path, with machine, date and versions. */
import { stringify } from 'yaml';
import { log } from '../kernel/elementary.ts';
import { formatDuration } from '../units/format.ts';
import type { DiskTimes } from './disk.ts';
import type { Measured, SuiteTimes } from './measure-suite.ts';

export interface ProfileAbout {
  readonly name: string;
  /** Processor, cores and system. */
  readonly machine: string;
  /** `2026-01-31`. */
  readonly date: string;
}

/** 99 % of a standard normal law lie below it. */
const Z99 = 2.3263478740408408;
/** The widest lognormal law that scenarios take. */
const GREATEST_SIGMA = 2.4;

/** null: too much was refused for a profile, which must have a scheme, a MAC and a hash. */
export function cryptoProfileText(about: ProfileAbout, times: SuiteTimes, extras: readonly Measured[]): string | null {
  const { suite, schemes, macNs, hashPerKbNs, measured } = times;
  if (schemes.length === 0 || macNs === null || hashPerKbNs === null) return null;
  const profile = {
    profile: about.name,
    summary: suite.summary,
    origin: `Measured by quorumlab calibrate on ${about.machine}: 64-byte messages, medians, known answers checked.`,
    date: about.date,
    schemes: Object.fromEntries(
      schemes.map(({ name, signNs, verifyNs }) => [name, { sign: time(signNs), verify: time(verifyNs) }]),
    ),
    mac: time(macNs),
    hash_per_kb: time(hashPerKbNs),
  };
  const left = measured.flatMap(({ what, timing }) => (timing.ok ? [] : [`# Left out: ${what}: ${timing.why}.\n`]));
  const known = extras.flatMap(({ what, timing }) =>
    timing.ok ? [`# Not charged by the model, for the record: ${what}: ${time(timing.medianNs)}.\n`] : [],
  );
  const head = '# What cryptography costs on one machine. Times are for one core and one operation.\n';
  return head + stringify(profile, { lineWidth: 0 }) + left.join('') + known.join('');
}

/** A lognormal law with the measured median and 99th percentile. */
export function diskProfileText(about: ProfileAbout, directory: string, times: DiskTimes): string {
  const { p50Ns, p99Ns, bytesPerSecond, writes } = times;
  const sigma = Math.min(GREATEST_SIGMA, log(Math.max(1, p99Ns / p50Ns)) / Z99);
  const profile = {
    disk: about.name,
    summary: `The disk below ${directory}, fdatasync of 4 KiB appends: p50 ${time(p50Ns)}, p99 ${time(p99Ns)}.`,
    origin: `Measured by quorumlab calibrate on ${about.machine}, ${writes} writes.`,
    date: about.date,
    fsync: { lognormal: { median: time(p50Ns), sigma: Number(sigma.toFixed(3)) } },
    bandwidth: `${Math.max(1, Math.round(bytesPerSecond / 1e6))}MB/s`,
  };
  return `# How long this disk takes to make a write durable.\n${stringify(profile, { lineWidth: 0 })}`;
}

/** Three significant digits, whole ns. */
export function time(ns: number): string {
  return formatDuration(Math.max(1, Math.round(Number(ns.toPrecision(3)))));
}
