/** How the terminal and the verdict say things: the report's number formats, and words for what result files name by a key. */
import type { Estimate } from '../results/result-file.ts';
import { formatEstimate, formatNumber, formatQuantity, formatShare, type Unit } from './html/format.ts';

export { counted, formatInstant as instant } from './html/format.ts';

export const number = (value: number): string => formatNumber(value);
export const milliseconds = (ms: number): string => formatQuantity(ms, 'ms');
export const quantity = (value: number, unit: Unit): string => formatQuantity(value, unit);
export const percent = (share: number): string => formatShare(share);

/** `512 ms [498–530]`; without an interval `512 ms`; `–` where nothing could be measured. */
export function withInterval(estimate: Estimate | null, unit: Unit): string {
  const { value, interval } = formatEstimate(estimate, unit);
  return interval === null ? value : `${value} ${interval}`;
}

/** What the keys of utilisation mean. */
export function resourceName(resource: string): string {
  return resourceNames[resource] ?? resource;
}

/** `node 2`; null: each run has another busiest node, as where each elects a leader of its own. */
export function nodeWords(node: number | null): string {
  return node === null ? 'the busiest node (another one from run to run)' : `node ${node}`;
}

const resourceNames: Readonly<Record<string, string>> = {
  thread: 'protocol thread',
  cores: 'cores',
  egress: 'network card (out)',
  ingress: 'network card (in)',
  disk: 'disk',
};

/** `a`, `a and b`, `a, b and c`. */
export function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
