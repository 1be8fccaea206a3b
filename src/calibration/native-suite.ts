/** The cryptography of Node itself: OpenSSL by node:crypto. */
import { createHash, createHmac, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { bytes, signatureVectors } from './known-answers.ts';
import type { HashFunction, SignatureScheme, Suite } from './suite.ts';

const sha256: HashFunction = { name: 'sha256', digest: (data) => createHash('sha256').update(data).digest() };

export function nativeSuite(): Suite {
  return {
    name: 'native',
    summary: `node:crypto of Node ${process.version} (OpenSSL ${process.versions.openssl}).`,
    schemes: [edwards(), ecdsa('ecdsa-p256', 'P-256'), ecdsa('secp256k1', 'secp256k1')],
    hash: sha256,
    mac: { hash: sha256, mac: (key, data) => createHmac('sha256', key).update(data).digest() },
  };
}

function edwards(): SignatureScheme {
  const { privateKey, publicKey } = signatureVectors.ed25519;
  const [d, x] = [base64url(privateKey), base64url(publicKey)];
  const secret = createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', d, x }, format: 'jwk' });
  return schemeOf('ed25519', null, secret);
}

function ecdsa(name: 'ecdsa-p256' | 'secp256k1', crv: string): SignatureScheme {
  const { privateKey, publicKey } = signatureVectors[name];
  const [x, y] = [base64url(publicKey.slice(0, 64)), base64url(publicKey.slice(64))];
  const secret = createPrivateKey({ key: { kty: 'EC', crv, d: base64url(privateKey), x, y }, format: 'jwk' });
  return schemeOf(name, 'sha256', secret);
}

function schemeOf(name: SignatureScheme['name'], hash: string | null, secret: KeyObject): SignatureScheme {
  const open = createPublicKey(secret);
  return {
    name,
    signatureFrom: (vector) => vector,
    sign: (message) => sign(hash, message, { key: secret, dsaEncoding: 'ieee-p1363' }),
    verify: (signature, message) =>
      verify(hash, message, { key: open, dsaEncoding: 'ieee-p1363' }, signature as Uint8Array),
  };
}

function base64url(hex: string): string {
  return Buffer.from(bytes(hex)).toString('base64url');
}
