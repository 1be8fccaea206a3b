/**
 * Cryptography of packages that the user may or may not have installed: pure JavaScript by @noble/curves and @noble/hashes 2.x,
 * and SM2 with SM3 by sm-crypto-v2. They are loaded by name when asked for; what is absent is named with how to install it.
 */
import { bytes, signatureVectors } from './known-answers.ts';
import type { HashFunction, LoadPackage, MissingSuite, SignatureScheme, Suite } from './suite.ts';

/** noble's shape, of what is used here. */
interface Curve {
  sign(message: Uint8Array, privateKey: Uint8Array): Uint8Array;
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array, options: object): boolean;
}

export async function nobleSuite(load: LoadPackage): Promise<Suite | MissingSuite> {
  try {
    const [edwards, nist, koblitz, sha2, hmac] = await Promise.all(
      [
        '@noble/curves/ed25519.js',
        '@noble/curves/nist.js',
        '@noble/curves/secp256k1.js',
        '@noble/hashes/sha2.js',
        '@noble/hashes/hmac.js',
      ].map(load),
    );
    const digest = sha2?.sha256 as (data: Uint8Array) => Uint8Array;
    const keyed = hmac?.hmac as (hash: unknown, key: Uint8Array, data: Uint8Array) => Uint8Array;
    const hash: HashFunction = { name: 'sha256', digest };
    return {
      name: 'noble',
      summary: `@noble/curves and @noble/hashes (pure JavaScript) on Node ${process.version}.`,
      schemes: [
        curveScheme('ed25519', edwards?.ed25519 as Curve),
        curveScheme('ecdsa-p256', nist?.p256 as Curve),
        curveScheme('secp256k1', koblitz?.secp256k1 as Curve),
      ],
      hash,
      mac: { hash, mac: (key, data) => keyed(digest, key, data) },
    };
  } catch (thrown) {
    return { name: 'noble', why: `${reason(thrown)}; npm install @noble/curves @noble/hashes` };
  }
}

function curveScheme(name: SignatureScheme['name'], curve: Curve): SignatureScheme {
  const vector = signatureVectors[name];
  const secret = bytes(vector.privateKey);
  // An uncompressed point begins with 4.
  const open = bytes(name === 'ed25519' ? vector.publicKey : `04${vector.publicKey}`);
  // RFC 6979's own example has a large s, which noble refuses unless told that the standard allows it.
  const options = name === 'ed25519' ? {} : { lowS: false };
  return {
    name,
    signatureFrom: (signature) => signature,
    sign: (message) => curve.sign(message, secret),
    verify: (signature, message) => curve.verify(signature as Uint8Array, message, open, options),
  };
}

/** sm-crypto-v2's shape, of what is used here. */
interface SmTwo {
  doSignature(message: Uint8Array, privateKey: string, options: object): string;
  doVerifySignature(message: Uint8Array, signature: string, publicKey: string, options: object): boolean;
}

export async function smSuite(load: LoadPackage): Promise<Suite | MissingSuite> {
  try {
    const { sm2, sm3 } = await load('sm-crypto-v2');
    const { doSignature, doVerifySignature } = sm2 as SmTwo;
    const { privateKey, publicKey } = signatureVectors.sm2;
    const open = `04${publicKey}`;
    const options = { hash: true, userId: '1234567812345678', publicKey: open };
    const digestHex = sm3 as (data: Uint8Array, options?: object) => string;
    const hash: HashFunction = { name: 'sm3', digest: (data) => bytes(digestHex(data)) };
    const key = (value: Uint8Array) => Buffer.from(value).toString('hex');
    return {
      name: 'sm2-sm3',
      summary: `sm-crypto-v2 (JavaScript) on Node ${process.version}.`,
      schemes: [
        {
          name: 'sm2',
          signatureFrom: key,
          sign: (message) => doSignature(message, privateKey, options),
          verify: (signature, message) => doVerifySignature(message, signature as string, open, options),
        },
      ],
      hash,
      mac: { hash, mac: (secret, data) => bytes(digestHex(data, { key: key(secret) })) },
    };
  } catch (thrown) {
    return { name: 'sm2-sm3', why: `${reason(thrown)}; npm install sm-crypto-v2` };
  }
}

function reason(thrown: unknown): string {
  const code = (thrown as { code?: unknown } | null)?.code;
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return 'not installed';
  return `cannot be used (${thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown)})`;
}
