/** A node's machine: its cost table of cryptography and its disk, from profiles by name or figures in the scenario. */
import type { CryptoCosts, DiskSpec, MachineSpec } from '../machines/machine-spec.ts';
import { type BuildContext, buildDistribution } from './build-context.ts';
import { reasonOf } from './data-files.ts';
import type { MachineValue } from './file-value.ts';
import { isBroken, type Known, knownOf, wholeOf } from './fragments.ts';
import { nearest } from './problem.ts';
import { type ProfileRead, readCryptoProfile, readDiskProfile } from './profiles.ts';
import { profileNames, profilePath } from './shipped-data.ts';
import type { NamedValue } from './write.ts';

/** The machine of every node; null after flagging. */
export function buildMachine(machine: Known<MachineValue>, context: BuildContext): MachineSpec | null {
  const known = knownOf(machine);
  const crypto = known.crypto === undefined ? null : buildCrypto(known.crypto, context);
  const disk = known.disk === undefined ? null : buildDisk(known.disk, context);
  if (crypto === null || disk === null || isBroken(machine)) return null;
  const { cores, handling, requestHandling, wakeUp, execution, executionLaw } = machine;
  const law = executionLaw === 'constant' ? {} : { executionLaw };
  const sleep = wakeUp === 0 ? {} : { wakeUp };
  return { cores, handling, requestHandling, ...sleep, execution, ...law, crypto, disk };
}

/** null after flagging, and where something of it is not known. */
export function buildCrypto(crypto: Known<MachineValue['crypto']>, context: BuildContext): CryptoCosts | null {
  const { profile: name, scheme, mode } = knownOf(crypto);
  if (name === undefined) return null;
  const path = ['machine', 'crypto', 'profile'];
  const profile = openProfile('crypto', name, path, readCryptoProfile, context);
  if (profile === null || scheme === undefined) return null;
  const schemes = profile.schemes.map(([known]) => known);
  const costs = profile.schemes.find(([known]) => known === scheme)?.[1];
  if (costs === undefined) {
    context.source.flag(
      ['machine', 'crypto', 'scheme'],
      `profile ${name} has no scheme '${scheme}'${nearest(scheme, schemes)}, expected one of: ${schemes.join(', ')}`,
    );
    return null;
  }
  if (mode === 'none') {
    context.assume('Cryptography costs nothing (mode: none).');
    return { profile: name, scheme, sign: 0, verify: 0, mac: 0, hashPerByte: 0 };
  }
  const from = profile.date === null ? profile.origin : `${profile.origin} (${profile.date})`;
  context.assume(`Cryptography is charged from the table ${name}, scheme ${scheme}: ${profile.summary} ${from}`);
  // The contract wants a multiple of 2^-16 ns, so that sums stay exact.
  const hashPerByte = Math.round((profile.hashPerKb / 1000) * 65_536) / 65_536;
  return { profile: name, scheme, sign: costs.sign, verify: costs.verify, mac: profile.mac, hashPerByte };
}

/** null after flagging, and where something of it is not known. */
export function buildDisk(disk: Known<MachineValue['disk']>, context: BuildContext): DiskSpec | null {
  const path = ['machine', 'disk'];
  const { form, value } = knownOf(disk);
  if (form === 'map') {
    const own = knownOf(value as Known<{ fsync: NamedValue; bandwidth: number }>);
    const law = wholeOf(own.fsync);
    const fsync = law === null ? null : buildDistribution(law, [...path, 'fsync'], context);
    return fsync === null || own.bandwidth === undefined ? null : { fsync, bitsPerSecond: own.bandwidth };
  }
  const name = value as string;
  const profile = openProfile('disk', name, path, readDiskProfile, context);
  if (profile === null) return null;
  const fsync = buildDistribution(profile.fsync, path, context);
  context.assume(`Disk ${name}: ${profile.summary} ${profile.origin}`);
  return fsync === null ? null : { fsync, bitsPerSecond: profile.bandwidth };
}

/** A profile by name or path, with its own file's problems passed on. */
function openProfile<T>(
  kind: 'crypto' | 'disk',
  name: string,
  path: readonly string[],
  read: (file: string, text: string) => ProfileRead<T>,
  context: BuildContext,
): T | null {
  const names = profileNames(kind);
  const own = /[/\\.]/.test(name);
  if (!own && !names.includes(name)) {
    context.source.flag(
      path,
      `there is no ${kind} profile '${name}'${nearest(name, names)}, expected one of: ${names.join(', ')}, or the path of a file`,
    );
    return null;
  }
  try {
    const file = profilePath(kind, name, context.file);
    const result = read(own ? name : file, context.data.text(file, name));
    if (result.ok) return result.profile;
    context.source.problems.push(...result.problems);
  } catch (error) {
    context.source.flag(path, `${reasonOf(error)}, expected a profile`);
  }
  return null;
}
