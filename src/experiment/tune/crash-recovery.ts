/** What a setting buys: how soon transactions are final again after whoever leads crashes for good, at a moment drawn anew in each run. */
import { draw, Purpose, stream, unit } from '../../kernel/random.ts';
import type { RunResult } from '../../simulation/run-result.ts';
import type { RunSpec } from '../../simulation/run-spec.ts';
import { quantileOfSorted } from '../../statistics/summary.ts';
import { type Duration, MILLISECOND, SECOND } from '../../units/quantities.ts';
import { type Estimate, estimateOf } from '../estimate.ts';
import type { Knobs } from './knobs.ts';

/** The crash falls between these, so that the moment has nothing to do with heartbeats, and the run has shown its usual gaps before. */
const FROM: Duration = 10 * SECOND;
const SPREAD: Duration = 10 * SECOND;
/** A cluster that needs longer than so many times its patience has not recovered. */
const PATIENCES = 10;

export interface Recovery {
  /** From the crash to the next final transaction; over the runs that recovered. */
  readonly meanMs: Estimate | null;
  readonly p50Ms: number | null;
  readonly worstMs: number | null;
  readonly notRecovered: number;
  readonly runs: number;
}

export function crashed(spec: RunSpec, knobs: Knobs): RunSpec {
  const at = FROM + Math.floor(unit(draw(stream(spec.seed, Purpose.fault, 0), 0)) * (SPREAD + 1));
  const retry = spec.clients.reduce((most, { retryAfter }) => Math.max(most, retryAfter ?? 0), 0);
  const horizon = FROM + SPREAD + PATIENCES * (knobs.patience(spec.protocol.options) + retry) + FROM;
  return {
    ...spec,
    horizon,
    boundaries: [],
    measuredFrom: 0,
    faults: [{ kind: 'crash', target: 'leader', at, duration: null }],
    stopAfter: null,
    progressWithin: horizon,
  };
}

export function recoveryOf(runs: readonly RunResult[]): Recovery {
  const struck = runs.filter(({ faults: [fault] }) => fault !== undefined && fault.at !== null);
  const took = struck.map(recovered);
  const known = took.filter((ns) => ns !== null).map((ns) => ns / MILLISECOND);
  const sorted = Float64Array.from(known).sort();
  return {
    meanMs: estimateOf(known),
    p50Ms: sorted.length === 0 ? null : quantileOfSorted(sorted, 0.5),
    worstMs: sorted.at(-1) ?? null,
    notRecovered: took.length - known.length,
    runs: took.length,
  };
}

/**
 * Where requests are rare, a wait that is not longer than usual is no outage and counts as 0. There is no order without a leader, so
 * recovery is never shorter than the time to the next one.
 */
function recovered({ faults, timeline }: RunResult): Duration | null {
  const { at, recovery } = faults[0] as RunResult['faults'][number];
  const next = timeline.events.find(
    (event) => event.kind === 'mark' && event.text.startsWith('leader ') && event.at > (at as number),
  );
  if (recovery === null || next === undefined) return null;
  return Math.max(recovery, next.at - (at as number));
}
