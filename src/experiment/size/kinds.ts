/** When two candidates count as alike: for answers that differ in kind, and for what weaker hardware can be expected to do. */
import type { Candidate } from './space.ts';

/** Answers are of different kinds: placements and settings alone make none. */
export function kindOf({ variant, nodes, machine, bandwidth }: Candidate): string {
  return `${variant.protocol} ${nodes} ${machine.name} ${bandwidth.rate}`;
}

/** All but the hardware. */
export function configurationOf({ variant, counts }: Candidate): string {
  return `${variant.protocol} ${variant.text} ${counts.join(',')}`;
}

/** At least as many cores and as much bandwidth, with the same cryptography and disk: only then is one machine surely no weaker. */
export function isAsStrong(a: Candidate, b: Candidate): boolean {
  const [x, y] = [a.machine.spec, b.machine.spec];
  return x.cores >= y.cores && a.bandwidth.rate >= b.bandwidth.rate && x.crypto === y.crypto && x.disk === y.disk;
}
