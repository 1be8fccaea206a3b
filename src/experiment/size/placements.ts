/**
 * Placements of nodes at sites, counted and listed. Nodes of one cluster are alike, so a placement is a number of nodes for each site:
 * which of them is which makes no candidate of its own.
 */

interface SiteLimits {
  readonly atLeast: number;
  readonly atMost: number;
}

/** How many placements there are of `nodes` nodes, without listing them. */
export function countPlacements(nodes: number, sites: readonly SiteLimits[]): number {
  // ways[k]: placements of k nodes at the sites seen so far.
  let ways = [1, ...new Array<number>(nodes).fill(0)];
  for (const { atLeast, atMost } of sites)
    ways = ways.map((_, k) => {
      let sum = 0;
      for (let here = atLeast; here <= Math.min(atMost, k); here++) sum += ways[k - here] as number;
      return sum;
    });
  return ways[nodes] as number;
}

/** Every placement of `nodes` nodes, in lexical order, most nodes at the first site first. */
export function* placementsOf(nodes: number, sites: readonly SiteLimits[]): Generator<readonly number[]> {
  const [first, ...rest] = sites;
  if (first === undefined) {
    if (nodes === 0) yield [];
    return;
  }
  for (let here = Math.min(first.atMost, nodes); here >= first.atLeast; here--)
    for (const others of placementsOf(nodes - here, rest)) yield [here, ...others];
}
