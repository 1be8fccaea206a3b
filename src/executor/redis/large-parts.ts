/**
 * What many runs have in common and is large (arrival traces, matrices of delays) is stored in Redis once, under the hash of its
 * content; a run's payload only names it. Works on the text of `toExactJson`, in which such a part is a long base64 text.
 */
import { createHash } from 'node:crypto';

/** Characters of base64 from which on a part is stored apart. */
export const LARGE = 16_384;

export interface Divided {
  /** The text with `{"$part": "<tag> <sha256>"}` where large parts stood. */
  readonly text: string;
  /** The large parts (base64) by their SHA-256. */
  readonly parts: ReadonlyMap<string, string>;
}

// In the text of a string every quotation mark is escaped, so these patterns match keys only.
const array = /"(\$\w+)":"([A-Za-z0-9+/=]*)"/g;
const named = /"\$part":"(\$\w+) ([0-9a-f]{64})"/g;

export function dividedText(exactJson: string): Divided {
  const parts = new Map<string, string>();
  const text = exactJson.replace(array, (whole, tag: string, base64: string) => {
    if (base64.length < LARGE) return whole;
    const sha256 = hashOf(base64);
    parts.set(sha256, base64);
    return `"$part":"${tag} ${sha256}"`;
  });
  return { text, parts };
}

/** The SHA-256 of each part that a divided text names. */
export function partsNamed(text: string): readonly string[] {
  return [...new Set(Array.from(text.matchAll(named), ([, , sha256]) => sha256 as string))];
}

/** The text as it was. @throws where a part is missing, or is not what its name says. */
export function joinedText({ text, parts }: Divided): string {
  const checked = new Set<string>();
  return text.replace(named, (_whole, tag: string, sha256: string) => {
    const base64 = parts.get(sha256);
    if (base64 === undefined) throw new Error(`its part ${sha256.slice(0, 12)}… is no longer in Redis`);
    if (!checked.has(sha256) && hashOf(base64) !== sha256)
      throw new Error(`its part ${sha256.slice(0, 12)}… is damaged`);
    checked.add(sha256);
    return `"${tag}":"${base64}"`;
  });
}

function hashOf(base64: string): string {
  return createHash('sha256').update(base64, 'latin1').digest('hex');
}
