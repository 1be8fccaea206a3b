/**
 * Where to look next for the largest stable load, from the verdicts so far: first a guess from how busy the busiest resource is at a
 * light load (utilisation law: busy share = load × demand), then a bracket around it, then thirds of the bracket until its ends lie
 * within the precision and are decided. Loads are factors on what the scenario offers. Pure: the same verdicts give the same next loads.
 */

/** What is known of one load. */
export interface JudgedLoad {
  readonly factor: number;
  /** Replications asked for so far. */
  readonly replications: number;
  readonly stable: boolean;
  /** False where its runs held too little to say anything: then it is not called stable either. */
  readonly told: boolean;
  /** False where further replications could turn the verdict. */
  readonly decided: boolean;
  /** Busy share of the busiest resource, 0 … 1. */
  readonly busy: number;
  /** Of what was offered, the share that became final. */
  readonly kept: number;
}

export interface SearchSettings {
  /** How far apart the ends of the bracket may be at last, as a share of the lower. */
  readonly precision: number;
  /** Of each load near the boundary; far from it one is enough. */
  readonly replications: number;
  /** Of a load that is not decided. */
  readonly mostReplications: number;
  /** Loads outside are not tried. */
  readonly least: number;
  readonly most: number;
}

/** A load, and how many replications of it there shall be in all. */
export interface WantedLoad {
  readonly factor: number;
  readonly replications: number;
}

export interface Bracket {
  /** The largest load that is stable with no unstable one below it; null: none. */
  readonly low: JudgedLoad | null;
  /** The smallest load that is not stable; null: none. */
  readonly high: JudgedLoad | null;
}

/** From one light run to the next at most so much further: where little is busy, the guess is rough. */
const FURTHEST_STEP = 16;
/** Below this busy share the guess is approached, not tried: batches fill up on the way, and a transaction then costs less. */
const TELLING = 0.5;
/** Downwards, where even the scenario's own load is too much. */
const DEEPEST_STEP = 16;
/** Times a load whose runs say nothing, the least at which others are looked for that do. */
const CLEARLY_MORE = 2;

export function bracketOf(judged: readonly JudgedLoad[]): Bracket {
  const ascending = spokenFor(judged);
  const high = ascending.find(({ stable }) => !stable) ?? null;
  const low = ascending.findLast(({ factor, stable }) => stable && (high === null || factor < high.factor)) ?? null;
  return { low, high };
}

/** Ascending, without those at the light end whose runs say nothing: a search begins at the first load that does. */
function spokenFor(judged: readonly JudgedLoad[]): readonly JudgedLoad[] {
  const ascending = judged.toSorted((a, b) => a.factor - b.factor);
  const first = ascending.findIndex(({ told }) => told);
  return first < 0 ? [] : ascending.slice(first);
}

/** The heaviest load of those at the light end whose runs say nothing; 0 without any. */
function heaviestSilent(judged: readonly JudgedLoad[]): number {
  const [first] = spokenFor(judged);
  return Math.max(0, ...judged.flatMap(({ factor }) => (first === undefined || factor < first.factor ? [factor] : [])));
}

/** Whether no load is stable above one that is not. */
export function isMonotone(judged: readonly JudgedLoad[]): boolean {
  const { high } = bracketOf(judged);
  return high === null || judged.every(({ factor, stable }) => !stable || factor < high.factor);
}

/** Whether a load is the heaviest that may be tried: that it is stable says nothing of a limit. */
export function isHeaviest({ factor }: Pick<JudgedLoad, 'factor'>, { most }: Pick<SearchSettings, 'most'>): boolean {
  return factor >= rounded(most);
}

/** Empty: the search is at its end. */
export function nextLoads(judged: readonly JudgedLoad[], settings: SearchSettings): readonly WantedLoad[] {
  if (judged.length === 0) return once([Math.min(1, settings.most)]);
  const { low, high } = bracketOf(judged);
  const silent = heaviestSilent(judged);
  if (low === null && high !== null) {
    const least = Math.max(settings.least, CLEARLY_MORE * silent);
    if (high.factor <= rounded(least)) return confirmed(judged, [high], settings);
    return once([Math.max(least, high.factor * Math.min(0.5, Math.max(1 / DEEPEST_STEP, fallOf(high))))]);
  }
  if (low === null)
    return isHeaviest({ factor: silent }, settings) ? [] : once([Math.min(settings.most, silent * FURTHEST_STEP)]);
  if (high === null) {
    if (isHeaviest(low, settings)) return confirmed(judged, [low], settings);
    return once(upwards(judged, low, settings));
  }
  const width = high.factor / low.factor - 1;
  // Twelve digits: what is within the precision is not refined because of a rounding.
  if (width <= settings.precision * (1 + 1e-12)) return confirmed(judged, [low, high], settings);
  return within(judged, low, high, settings);
}

/** What throughput under too much load says of how much there may be; where only latency is too long, a quarter. */
function fallOf({ kept }: JudgedLoad): number {
  return kept < 0.95 ? 0.8 * kept : 0.25;
}

/** The load at which the busiest resource would be busy all the time, by the two busiest stable loads; null where nothing is busy. */
function predictedSaturation(judged: readonly JudgedLoad[]): number | null {
  const [last, before] = judged
    .filter(({ stable, busy }) => stable && busy > 0)
    .toSorted((a, b) => b.factor - a.factor);
  if (last === undefined) return null;
  const slope = before === undefined ? 0 : (last.busy - before.busy) / (last.factor - before.factor);
  // A slope that is far from the ratio is noise, or another resource's.
  const ratio = last.busy / last.factor;
  const used = slope > ratio / 4 && slope < 2 * ratio ? slope : ratio;
  return last.factor + Math.max(0, 1 - last.busy) / used;
}

function upwards(judged: readonly JudgedLoad[], low: JudgedLoad, { precision, most }: SearchSettings): number[] {
  const guess = predictedSaturation(judged) ?? Number.POSITIVE_INFINITY;
  const furthest = Math.min(most, low.factor * FURTHEST_STEP);
  if (low.busy < TELLING) return [Math.min(furthest, Math.max(2 * low.factor, 0.75 * guess))];
  const first = Math.max(guess * (1 - 2 * precision), low.factor * (1 + 2 * precision));
  const second = Math.max(guess * (1 + 2 * precision), low.factor * (1 + 6 * precision));
  return [...new Set([Math.min(furthest, first), Math.min(furthest, second)])];
}

/** Wide brackets are cut at the guesses and in the middle by single runs, narrow ones in three by all replications. */
function within(
  judged: readonly JudgedLoad[],
  low: JudgedLoad,
  high: JudgedLoad,
  settings: SearchSettings,
): readonly WantedLoad[] {
  const { precision } = settings;
  const replications = levelOf(judged, settings);
  const [from, to] = [low.factor, high.factor];
  const width = to / from - 1;
  if (width <= 2 * precision) return [{ factor: rounded((from + to) / 2), replications }];
  if (width <= 6 * precision)
    return [1, 2].map((third) => ({ factor: rounded(from + ((to - from) * third) / 3), replications }));
  // The geometric mean of a wide bracket; its square root is exactly rounded, so the same everywhere.
  const middle = width > 1 ? Math.sqrt(from * to) : (from + to) / 2;
  const guesses = [predictedSaturation(judged), high.kept < 0.98 ? high.kept * to : null].filter(
    (guess): guess is number => guess !== null && guess > from && guess < to,
  );
  const around = guesses.flatMap((guess) => [guess * (1 - precision), guess * (1 + precision)]);
  const inside = around.filter((factor) => factor > from * (1 + precision) && factor < to / (1 + precision));
  return once(apart([middle, ...inside], precision));
}

/** Of loads that lie closer together than half the precision, the first only. */
function apart(factors: readonly number[], precision: number): number[] {
  return factors.filter((factor, i) =>
    factors.slice(0, i).every((other) => Math.abs(factor / other - 1) > precision / 2),
  );
}

function once(factors: readonly number[]): readonly WantedLoad[] {
  return factors.map((factor) => ({ factor: rounded(factor), replications: 1 }));
}

/** Near the boundary all loads get the same replications, so that they differ by the load alone: as many as any has got so far. */
function levelOf(judged: readonly JudgedLoad[], { replications }: SearchSettings): number {
  return Math.max(replications, ...judged.map((load) => load.replications));
}

/** All replications for what the answer rests on, and more of them while it is not decided. */
function confirmed(
  judged: readonly JudgedLoad[],
  ends: readonly JudgedLoad[],
  settings: SearchSettings,
): readonly WantedLoad[] {
  const level = levelOf(judged, settings);
  const short = ends.filter(({ replications }) => replications < level);
  if (short.length > 0) return short.map(({ factor }) => ({ factor, replications: level }));
  if (level >= settings.mostReplications || ends.every(({ decided }) => decided)) return [];
  const more = Math.min(settings.mostReplications, level + settings.replications);
  return ends.map(({ factor }) => ({ factor, replications: more }));
}

/** Six digits: a load that can be written down and offered again. */
function rounded(factor: number): number {
  return Number(factor.toPrecision(6));
}
