/** Measures one implementation of cryptography: known answers first, then times. What fails either is left out, with its reason. */
import { wrongHash, wrongMac, wrongSignature } from './known-answers.ts';
import type { Suite } from './suite.ts';
import { type Timing, type TimingOptions, timeOperation } from './timing.ts';

export interface Measured {
  /** `sign ed25519`. */
  readonly what: string;
  readonly timing: Timing;
}

export interface SuiteTimes {
  readonly suite: Suite;
  /** Schemes of which both times are good. */
  readonly schemes: readonly { readonly name: string; readonly signNs: number; readonly verifyNs: number }[];
  /** null: refused, so that no profile can be written. */
  readonly macNs: number | null;
  readonly hashPerKbNs: number | null;
  readonly measured: readonly Measured[];
}

export function measureSuite(suite: Suite, options: TimingOptions): SuiteTimes {
  const measured: Measured[] = [];
  const take = (what: string, wrong: string | null, operation: () => void): number | null => {
    const timing: Timing = wrong === null ? timeOperation(operation, options) : { ok: false, why: wrong };
    measured.push({ what, timing });
    return timing.ok ? timing.medianNs : null;
  };
  const message = new Uint8Array(64).fill(7);
  const kilobyte = new Uint8Array(1000).fill(7);
  const key = new Uint8Array(32).fill(9);
  const schemes = suite.schemes.flatMap((scheme) => {
    const wrong = wrongSignature(scheme);
    const signature = wrong === null ? scheme.sign(message) : null;
    const signNs = take(`sign ${scheme.name}`, wrong, () => scheme.sign(message));
    const verifyNs = take(`verify ${scheme.name}`, wrong, () => scheme.verify(signature, message));
    return signNs === null || verifyNs === null ? [] : [{ name: scheme.name, signNs, verifyNs }];
  });
  const { hash, mac } = suite;
  const wrong = wrongHash(hash);
  return {
    suite,
    schemes,
    macNs: take(`HMAC-${hash.name} of 64 bytes`, wrong ?? wrongMac(mac), () => mac.mac(key, message)),
    hashPerKbNs: take(`${hash.name} of 1,000 bytes`, wrong, () => hash.digest(kilobyte)),
    measured,
  };
}

/** What the model does not charge for yet, measured for the record: a Merkle root over 1,000 leaves, and 1,000 bytes encoded. */
export function measureExtras({ hash }: Suite, options: TimingOptions): readonly Measured[] {
  const leaves = Array.from({ length: 1000 }, (_, i) => hash.digest(Uint8Array.of(i & 255, i >> 8)));
  const record = { items: Array.from({ length: 40 }, (_, i) => ({ id: `urn:${i}`, n: i })) };
  const share = 1000 / JSON.stringify(record).length;
  const perKb = (timing: Timing): Timing => (timing.ok ? { ...timing, medianNs: timing.medianNs * share } : timing);
  const text = new TextEncoder();
  return [
    {
      what: `Merkle root of 1,000 leaves (${hash.name})`,
      timing: timeOperation(() => merkleRoot(leaves, hash.digest), options),
    },
    { what: 'JSON of 1,000 bytes', timing: perKb(timeOperation(() => text.encode(JSON.stringify(record)), options)) },
    { what: 'binary form of 1,000 bytes', timing: timeOperation(() => binaryForm(), options) },
  ];
}

function merkleRoot(leaves: readonly Uint8Array[], digest: (data: Uint8Array) => Uint8Array): Uint8Array {
  let level = leaves;
  const pair = new Uint8Array(64);
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2) {
      pair.set(level[i] as Uint8Array, 0);
      pair.set((level[i + 1] ?? level[i]) as Uint8Array, 32);
      above.push(digest(pair));
    }
    level = above;
  }
  return level[0] as Uint8Array;
}

/** 125 numbers of 8 bytes each into a fresh buffer. */
function binaryForm(): Uint8Array {
  const view = new DataView(new ArrayBuffer(1000));
  for (let at = 0; at < 1000; at += 8) view.setFloat64(at, at);
  return new Uint8Array(view.buffer);
}
