/** Profiles of machines: cost tables of cryptography and presets of disks, read from YAML files by the same rules as scenarios. */
import { readFileSync } from 'node:fs';
import type { CryptoProfile, DiskProfile } from './file-value.ts';
import { distributionShape } from './network-shape.ts';
import type { Problem } from './problem.ts';
import { INVALID, readShape } from './read.ts';
import type { Fields, RecordShape, Shape } from './shape.ts';
import { openSource } from './source.ts';

const text = (meaning: string): Shape => ({ kind: 'text', expected: 'a text', meaning });
const cost = (meaning: string): Shape => ({ kind: 'duration', default: null, meaning });
const about: Fields = {
  summary: { shape: text('What this stands for.'), required: true },
  origin: { shape: text('Where the figures are from.'), required: true },
};

const cryptoProfileShape: RecordShape = {
  kind: 'record',
  meaning: 'A cost table of cryptography: one core, one operation.',
  fields: {
    profile: { shape: text('Its name.'), required: true },
    ...about,
    date: { shape: text('When they were measured.') },
    schemes: {
      required: true,
      shape: {
        kind: 'map',
        keys: 'signature schemes',
        least: 1,
        meaning: 'Signature schemes.',
        of: {
          kind: 'record',
          meaning: 'costs',
          fields: {
            sign: { shape: cost('One signature.'), required: true },
            verify: { shape: cost('One verification.'), required: true },
          },
        },
      },
    },
    mac: { shape: cost('One MAC over a message digest.'), required: true },
    hashPerKb: { shape: cost('Hashing 1,000 bytes.'), required: true },
  },
};

const diskProfileShape: RecordShape = {
  kind: 'record',
  meaning: 'A disk.',
  fields: {
    disk: { shape: text('Its name.'), required: true },
    ...about,
    date: { shape: text('When it was measured or looked up.') },
    fsync: { shape: distributionShape('Time of one fsync.'), required: true },
    bandwidth: { shape: { kind: 'bit-rate', min: 1, meaning: 'Sequential write bandwidth.' }, required: true },
  },
};

export type ProfileRead<T> =
  | { readonly ok: true; readonly profile: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads a profile's text. */
export function readCryptoProfile(file: string, content: string): ProfileRead<CryptoProfile> {
  return readProfile(cryptoProfileShape, file, content) as ProfileRead<CryptoProfile>;
}

export function readDiskProfile(file: string, content: string): ProfileRead<DiskProfile> {
  return readProfile(diskProfileShape, file, content) as ProfileRead<DiskProfile>;
}

function readProfile(shape: RecordShape, file: string, content: string): ProfileRead<unknown> {
  const source = openSource(file, content);
  const profile = source.readable ? readShape(shape, source.document.contents, [], source) : INVALID;
  return profile === INVALID || source.problems.length > 0
    ? { ok: false, problems: source.problems }
    : { ok: true, profile };
}

/** How files are read where nobody says otherwise. */
export function readTextFile(path: string): string {
  return readFileSync(path, 'utf8');
}
