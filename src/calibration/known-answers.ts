/**
 * Answers that every implementation must give before its speed means anything: test vectors of the standards themselves. An
 * implementation that fails one is left out of the profile, and the profile says so.
 */
import type { HashFunction, MacFunction, SignatureScheme } from './suite.ts';

export interface SignatureVector {
  readonly source: string;
  readonly privateKey: string;
  /** Ed25519: as RFC 8032 encodes it. On other curves: the two coordinates, one after the other. */
  readonly publicKey: string;
  /** Hex of the message. */
  readonly message: string;
  /** Ed25519: as RFC 8032 encodes it. On other curves: r, then s. */
  readonly signature: string;
}

export const signatureVectors = {
  ed25519: {
    source: 'RFC 8032 section 7.1, test 2',
    privateKey: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  'ecdsa-p256': {
    source: 'RFC 6979 appendix A.2.5, SHA-256, "sample"',
    privateKey: 'c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721',
    publicKey:
      '60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299',
    message: '73616d706c65',
    signature:
      'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
  },
  secp256k1: {
    source: 'the usual RFC 6979 vector of this curve: key 1, SHA-256, "Satoshi Nakamoto"',
    privateKey: '0000000000000000000000000000000000000000000000000000000000000001',
    publicKey:
      '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8',
    message: '5361746f736869204e616b616d6f746f',
    signature:
      '934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d82442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5',
  },
  sm2: {
    source: 'GB/T 32918.5-2017, identity 1234567812345678, "message digest"',
    privateKey: '3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8',
    publicKey:
      '09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
    message: '6d65737361676520646967657374',
    signature:
      'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa',
  },
} as const satisfies Record<SignatureScheme['name'], SignatureVector>;

const hashVectors: Readonly<Record<HashFunction['name'], { readonly source: string; readonly ofAbc: string }>> = {
  sha256: {
    source: 'FIPS 180-4, "abc"',
    ofAbc: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  },
  sm3: {
    source: 'GB/T 32905-2016, "abc"',
    ofAbc: '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
  },
};

/** What is wrong with an implementation, or null. It never throws: an implementation that does is wrong, too. */
export function wrongSignature(scheme: SignatureScheme): string | null {
  const { source, message, signature } = signatureVectors[scheme.name];
  return attempt(`does not pass ${source}`, () => {
    const text = bytes(message);
    const other = Uint8Array.from([...text, 0]);
    const own = scheme.sign(text);
    return (
      scheme.verify(scheme.signatureFrom(bytes(signature)), text) &&
      !scheme.verify(scheme.signatureFrom(bytes(signature)), other) &&
      scheme.verify(own, text) &&
      !scheme.verify(own, other)
    );
  });
}

export function wrongHash({ name, digest }: HashFunction): string | null {
  const { source, ofAbc } = hashVectors[name];
  return attempt(`does not pass ${source}`, () => hex(digest(ascii('abc'))) === ofAbc);
}

/** RFC 4231 test case 2; for other hashes by HMAC's definition (RFC 2104) from the hash, which was checked before. */
export function wrongMac({ hash, mac }: MacFunction): string | null {
  const [key, text] = [ascii('Jefe'), ascii('what do ya want for nothing?')];
  const expected =
    hash.name === 'sha256'
      ? '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
      : hex(byDefinition(hash, key, text));
  const source = hash.name === 'sha256' ? 'RFC 4231 test case 2' : 'RFC 2104 on its own hash';
  return attempt(`does not pass ${source}`, () => hex(mac(key, text)) === expected);
}

function byDefinition({ digest }: HashFunction, key: Uint8Array, text: Uint8Array): Uint8Array {
  const pad = (value: number) => Uint8Array.from({ length: 64 }, (_, i) => (key[i] ?? 0) ^ value);
  const inner = digest(Uint8Array.from([...pad(0x36), ...text]));
  return digest(Uint8Array.from([...pad(0x5c), ...inner]));
}

function attempt(wrong: string, passes: () => boolean): string | null {
  try {
    return passes() ? null : wrong;
  } catch (thrown) {
    return `${wrong} (${thrown instanceof Error ? thrown.message : String(thrown)})`;
  }
}

export function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'ascii'));
}

function hex(value: Uint8Array): string {
  return Buffer.from(value).toString('hex');
}
