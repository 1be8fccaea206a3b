/**
 * Cryptography in JavaScript: @noble/curves and @noble/hashes, which come with quorumlab, and SM2 with SM3 by sm-crypto-v2, which the user
 * may have installed: it is loaded by name when asked for, and what is absent is named with how to install it.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { versionOf } from './installed-version.ts';
import { bytes, signatureVectors } from './known-answers.ts';
import type { HashFunction, LoadPackage, MissingSuite, SignatureScheme, Suite } from './suite.ts';

/** What the curves of noble have in common, of what is used here. */
interface Curve {
  sign(message: Uint8Array, privateKey: Uint8Array): Uint8Array;
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array, options: object): boolean;
}

export function nobleSuite(): Suite {
  const hash: HashFunction = { name: 'sha256', digest: sha256 };
  return {
    name: 'noble',
    summary: `@noble/curves ${versionOf('@noble/curves', 'ed25519.js')} and @noble/hashes ${versionOf('@noble/hashes', 'sha2.js')} (pure JavaScript) on Node ${process.version}.`,
    schemes: [curveScheme('ed25519', ed25519), curveScheme('ecdsa-p256', p256), curveScheme('secp256k1', secp256k1)],
    hash,
    mac: { hash, mac: (key, data) => hmac(sha256, key, data) },
  };
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
      summary: `sm-crypto-v2 ${versionOf('sm-crypto-v2')} (JavaScript) on Node ${process.version}.`,
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
