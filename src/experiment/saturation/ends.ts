/**
 * Between which loads the boundary is judged to lie, and which loads are worth more replications for that. A single run far from the
 * boundary is enough for a search to turn away from it, but shows nothing of a mean: ends are named of loads whose verdict is decided.
 */
import type { Rate } from '../../units/quantities.ts';
import type { MeasuredLoad } from './load-bench.ts';
import { END_TRIES } from './plan.ts';
import type { JudgedLoad, WantedLoad } from './search.ts';

/** At a stable load a growth of as much as `high` is not excluded: only what is left of the load then is taken to get through. */
export function leastStable(stable: readonly MeasuredLoad[]): Rate | null {
  const met = stable.filter(({ growth, latencies }) => growth !== null && latencies.every(({ decided }) => decided));
  return met.reduce<Rate | null>((most, { rate, growth }) => {
    const left = rate * (1 - Math.max(0, growth?.high ?? 0));
    return most === null || left > most ? left : most;
  }, null);
}

/** The smallest above the largest stable load that is decided not to be stable. */
export function decidedUnstable(loads: readonly MeasuredLoad[], saturation: MeasuredLoad | null): Rate | null {
  const above = loads.filter(({ factor, cause }) => cause !== null && factor > (saturation?.factor ?? 0));
  return above.find(({ decided }) => decided)?.rate ?? null;
}

/**
 * The loads that shall get `level` replications next. First those below the bracket that fewer runs say are not stable: it is chance, or
 * the bracket lies too high. Then one on either side which lies nearer to the boundary than what is decided, and by so much beyond its
 * target, or within, that the scatter at the end of the bracket would be told from it. Empty: none is left. `loads` ascend; `tried`: those
 * that were answered with before, which it adds to.
 */
export function nextEnds(
  loads: readonly MeasuredLoad[],
  [low, high]: readonly [JudgedLoad, JudgedLoad],
  level: number,
  tried: { readonly below: number[]; readonly above: number[] },
): readonly WantedLoad[] {
  const against = loads.filter(
    ({ factor, cause, replications }) => cause !== null && factor < low.factor && replications < level,
  );
  if (against.length > 0) return against.map(({ factor }) => ({ factor, replications: level }));
  const at = ({ factor }: JudgedLoad): MeasuredLoad => loads.find((load) => load.factor === factor) as MeasuredLoad;
  const above = loads.filter(({ factor, cause }) => factor >= high.factor && cause !== null);
  const below = loads.filter(({ factor, cause }) => factor <= low.factor && cause === null).reverse();
  return [
    ...next(above, at(high), level, tried.above),
    // Growth takes its own off a stable load, decided or not: only objectives leave one without an end.
    ...next(
      below.filter(({ latencies }) => latencies.length > 0),
      at(low),
      level,
      tried.below,
    ),
  ];
}

/** `outwards`: from the end of the bracket on. */
function next(
  outwards: readonly MeasuredLoad[],
  end: MeasuredLoad,
  level: number,
  tried: number[],
): readonly WantedLoad[] {
  if (tried.length >= END_TRIES) return [];
  const decided = outwards.findIndex((load) => isDecided(load));
  const nearer = decided < 0 ? outwards : outwards.slice(0, decided);
  const open = nearer.filter(({ factor, replications }) => replications < level && !tried.includes(factor));
  const promising = open.find((load) => isClear(load, end)) ?? (decided < 0 ? open.at(-1) : undefined);
  if (promising === undefined) return [];
  tried.push(promising.factor);
  return [{ factor: promising.factor, replications: level }];
}

function isDecided({ cause, decided, latencies }: MeasuredLoad): boolean {
  return cause === null ? latencies.every((one) => one.decided) : decided;
}

/** Whether its objectives would be decided by intervals as wide as those at the end of the bracket; other causes show for themselves. */
function isClear({ cause, latencies }: MeasuredLoad, end: MeasuredLoad): boolean {
  if (cause !== null && cause !== 'objective') return true;
  const clear = latencies.map(({ value, target }, i) => {
    const half = end.latencies[i]?.half ?? null;
    return value !== null && half !== null && Math.abs(value - target) > half;
  });
  return cause === null ? clear.every(Boolean) : latencies.some(({ met }, i) => !met && clear[i]);
}
