/**
 * The largest load that a design point carries for good, and what it does around it: a search (search.ts) whose loads are judged by
 * ../stability.ts), then measures at set shares of what was found, and gives the ends of what chance leaves open further replications
 * (ends.ts). Every load runs on the same random numbers, so that a higher one differs from a lower one by little else.
 */
import type { Experiment } from '../experiment.ts';
import { interleaved } from '../interleaved.ts';
import type { PointQuestion } from '../point-estimate.ts';
import { answerOf, type PointSaturation } from './answer.ts';
import { nextEnds } from './ends.ts';
import { LoadBench } from './load-bench.ts';
import { ABOVE, BELOW, type SaturationPlan, settingsFor } from './plan.ts';
import { bracketOf, isHeaviest, nextLoads } from './search.ts';

/** One answer a point; the searches of all points go on together. */
export function saturate(plan: SaturationPlan): Experiment<readonly PointSaturation[]> {
  return interleaved(plan.points.map((question, point) => saturatePoint(plan, question, point)));
}

function* saturatePoint(plan: SaturationPlan, question: PointQuestion, point: number): Experiment<PointSaturation> {
  const bench = new LoadBench(plan, question, point);
  const settings = settingsFor(plan, bench.spec);
  let budgetSpent = false;
  for (;;) {
    const wanted = nextLoads(bench.judged, settings);
    if (wanted.length === 0) break;
    const affordable = bench.affordable(wanted, plan.budget - bench.runs);
    budgetSpent = affordable.length < wanted.length;
    if (affordable.length === 0) break;
    bench.take(affordable, yield bench.specsOf(affordable));
    if (bench.stopped) break;
  }
  const search = bench.runs;
  const { low, high } = bracketOf(bench.judged);
  let searched = bench.loads;
  if (low !== null && high !== null && !bench.stopped && bench.endsAt([low, high]).every(bench.isSentAsMeant)) {
    const wanted = [...BELOW, ...ABOVE].map((share) => bench.near(low.factor * share, settings));
    const missing = wanted.filter(({ factor, replications }) => bench.replicationsOf(factor) < replications);
    if (missing.length > 0) bench.take(missing, yield bench.specsOf(missing));
    const tried = { below: [], above: [] };
    const level = Math.max(low.replications, high.replications);
    while (!bench.stopped) {
      const ends = nextEnds(bench.loads, [low, high], level, tried);
      if (ends.length === 0) break;
      bench.take(ends, yield bench.specsOf(ends));
    }
    // As many runs as the ends have count as much as theirs; of fewer, only those that led to the bracket.
    const known = searched.map(({ factor }) => factor);
    searched = bench.loads.filter(({ factor, replications }) => replications >= level || known.includes(factor));
  }
  const capped = low !== null && high === null && isHeaviest(low, settings);
  return answerOf(bench, searched, { search, budgetSpent, capped });
}
