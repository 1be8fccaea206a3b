/** Faults that take more nodes than points can do without: gathered from all points, and told once for each fault. */
import type { Source } from './source.ts';

interface Strain {
  readonly path: readonly string[];
  /** What the fault does (`takes 2 of 4 nodes`), and to whom it is too much (`raft needs 3`). */
  readonly by: Map<string, Set<string>>;
}

export class Strains {
  private readonly strains = new Map<string, Strain>();

  readonly add = (path: readonly string[], what: string, whom: string): void => {
    const key = path.join('.');
    const strain = this.strains.get(key) ?? { path, by: new Map<string, Set<string>>() };
    this.strains.set(key, strain);
    strain.by.set(what, (strain.by.get(what) ?? new Set()).add(whom));
  };

  /** One warning a fault. */
  flag(source: Source): void {
    for (const { path, by } of this.strains.values()) {
      const parts = [...by].map(([what, whom]) => `${what}, but ${[...whom].join(' and ')}`);
      source.flag(path, `${parts.join('; ')}: nothing becomes final meanwhile`, 'warning');
    }
  }
}
