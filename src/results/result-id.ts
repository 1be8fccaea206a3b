/** The identity of a result: what was asked for (the resolved scenario) and which model answered. */
import { createHash } from 'node:crypto';

/** SHA-256 as 64 hex digits. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** First 12 hex digits of the SHA-256 of the resolved scenario's text followed by the model version. */
export function resultId(resolvedScenario: string, modelVersion: string): string {
  return sha256(resolvedScenario + modelVersion).slice(0, 12);
}

/** One digest over the digests of a point's replications, in order; null when one of them has none. 16 hex digits, as a run's. */
export function digestOver(runDigests: readonly (string | null)[]): string | null {
  if (runDigests.length === 0 || runDigests.includes(null)) return null;
  return sha256(runDigests.join('\n')).slice(0, 16);
}
