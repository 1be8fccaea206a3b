/** An implementation of cryptography as `calibrate` measures it: schemes, hashes and MACs behind one shape. */
export interface Suite {
  /** As profiles are named after it. */
  readonly name: 'native' | 'noble' | 'sm2-sm3';
  /** What it is and its version, for the profile's summary. */
  readonly summary: string;
  readonly schemes: readonly SignatureScheme[];
  readonly hash: HashFunction;
  readonly mac: MacFunction;
}

/** With the key of the known answer. */
export interface SignatureScheme {
  readonly name: 'ed25519' | 'ecdsa-p256' | 'secp256k1' | 'sm2';
  /** A signature in the form that `verify` takes, made of the vector's bytes. */
  signatureFrom(vector: Uint8Array): unknown;
  sign(message: Uint8Array): unknown;
  verify(signature: unknown, message: Uint8Array): boolean;
}

export interface HashFunction {
  readonly name: 'sha256' | 'sm3';
  digest(data: Uint8Array): Uint8Array;
}

export interface MacFunction {
  readonly hash: HashFunction;
  mac(key: Uint8Array, data: Uint8Array): Uint8Array;
}

/** What is not installed, and how to get it. */
export interface MissingSuite {
  readonly name: Suite['name'];
  readonly why: string;
}

/** Loads a package by its name; rejects where it is not installed. */
export type LoadPackage = (name: string) => Promise<Readonly<Record<string, unknown>>>;
