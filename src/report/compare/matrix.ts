/** The decision matrix as rows of text, one column a candidate: what the terminal and the page both show. */
import type { CandidateRow, CompareFile, DrillRow } from '../../results/compare-file.ts';
import type { Estimate } from '../../results/result-file.ts';
import { formatNumber, NOT_MEASURED, type Unit } from '../html/format.ts';
import { list, milliseconds, nodeWords, number, percent, resourceName, withInterval } from '../words.ts';
import { money } from './words.ts';

export interface MatrixRow {
  readonly name: string;
  /** One a candidate. */
  readonly cells: readonly string[];
}

export function matrixRows(file: CompareFile): readonly MatrixRow[] {
  const { candidates, prices } = file;
  const row = (name: string, cell: (candidate: CandidateRow) => string): MatrixRow => ({
    name,
    cells: candidates.map(cell),
  });
  const estimate = (name: string, of: (candidate: CandidateRow) => Estimate | null, unit: Unit) =>
    row(name, (candidate) => withInterval(of(candidate), unit));
  return [
    row('trust', ({ trust }) => (trust === 'byzantine' ? 'some may lie' : 'none lies')),
    row(
      'tolerates',
      ({ crashes_tolerated, liars_tolerated }) => `${crashes_tolerated} crashed, ${liars_tolerated} lying`,
    ),
    row('nodes', ({ nodes, sites }) => `${nodes} at ${sites.length} ${sites.length === 1 ? 'site' : 'sites'}`),
    estimate('throughput', ({ throughput_per_s }) => throughput_per_s, 'per_s'),
    ...(file.candidates.some(hasInvalid) ? [estimate('goodput', ({ goodput_per_s }) => goodput_per_s, 'per_s')] : []),
    estimate('finality p50', ({ finality_p50_ms }) => finality_p50_ms, 'ms'),
    estimate('finality p99', ({ finality_p99_ms }) => finality_p99_ms, 'ms'),
    estimate('messages a transaction', ({ messages_per_transaction }) => messages_per_transaction, 'count'),
    estimate('bytes a transaction', ({ bytes_per_transaction }) => bytes_per_transaction, 'bytes'),
    row('signatures a transaction', ({ signatures_per_transaction: signed }) =>
      signed?.high === 0 ? 'none' : withInterval(signed, 'count'),
    ),
    estimate('bytes a node and second', ({ bytes_per_node_per_s }) => bytes_per_node_per_s, 'bytes'),
    row('bottleneck', ({ bottleneck }) =>
      bottleneck === null
        ? NOT_MEASURED
        : `${resourceName(bottleneck.resource)} of ${nodeWords(bottleneck.node)}, ${percent(bottleneck.utilisation)}`,
    ),
    row('capacity, about', ({ capacity_per_s }) =>
      capacity_per_s === null ? NOT_MEASURED : `${number(capacity_per_s)}/s`,
    ),
    ...drillRows(file),
    ...(prices === null
      ? []
      : [
          row('cost a month', ({ cost }) => (cost === null ? NOT_MEASURED : money(file, cost.per_month.total))),
          row('a million transactions', ({ cost }) =>
            cost === null ? NOT_MEASURED : money(file, cost.per_million_transactions),
          ),
        ]),
    ...objectiveRows(file),
    row('Pareto front', ({ on_front, dominated_by, unfit }) =>
      unfit === null ? (on_front ? 'yes' : `no: ${dominated_by} is better`) : `not compared: ${unfit}`,
    ),
  ];
}

function hasInvalid({ throughput_per_s: all, goodput_per_s: valid }: CandidateRow): boolean {
  return all !== null && valid !== null && valid.mean < all.mean * 0.9995;
}

/** Of each kind of drill; of the losses of a site, that with the longest outage. */
function drillRows({ candidates }: CompareFile): readonly MatrixRow[] {
  return (['leader-crash', 'site-loss', 'slow-leader'] as const).map((kind) => ({
    name: NAMES[kind],
    cells: candidates.map(({ drills }) => {
      const worst = worstOf(drills.filter((drill) => drill.kind === kind));
      return worst === null ? NOT_MEASURED : drillCell(worst);
    }),
  }));
}

const NAMES = {
  'leader-crash': 'crash of the leader',
  'site-loss': 'loss of a site (worst)',
  'slow-leader': 'slow leader',
} as const;

/** The first of those with the longest mean outage, one that did not recover before all others. */
export function worstOf(drills: readonly DrillRow[]): DrillRow | null {
  const outage = ({ recovered, longest_outage_ms }: DrillRow): number =>
    recovered ? (longest_outage_ms?.mean ?? 0) : Number.POSITIVE_INFINITY;
  return drills.reduce<DrillRow | null>(
    (worst, one) => (worst === null || outage(one) > outage(worst) ? one : worst),
    null,
  );
}

function drillCell({ site, nodes_struck, availability, longest_outage_ms, recovery, recovered }: DrillRow): string {
  const where = site === null ? '' : `${site} (${nodes_struck} ${nodes_struck === 1 ? 'node' : 'nodes'}): `;
  const available = availability === null ? '' : `, ${percent(availability.mean)} available`;
  if (!recovered) {
    const runs = recovery.not_recovered === 0 ? '' : ` in ${recovery.not_recovered} of ${recovery.of} runs`;
    return `${where}DID NOT RECOVER${runs}${available}`;
  }
  const outage = longest_outage_ms?.mean ?? 0;
  if (outage === 0) return `${where}no outage${available}`;
  return `${where}out ${milliseconds(outage)}, back after ${spread(recovery)}${available}`;
}

/** Median, and the worst where it differs. */
function spread({ median_ms, worst_ms }: DrillRow['recovery']): string {
  if (median_ms === null || worst_ms === null) return NOT_MEASURED;
  const [median, worst] = [milliseconds(median_ms), milliseconds(worst_ms)];
  return median === worst ? median : `${median} (worst ${worst})`;
}

function objectiveRows({ candidates }: CompareFile): readonly MatrixRow[] {
  const asked = candidates[0]?.objective ?? [];
  if (asked.length === 0) return [];
  const undisturbed = asked.map(({ measure, target }, i) => ({
    name: `${measure} ${target}`,
    cells: candidates.map(({ objective }) => {
      const verdict = objective[i];
      if (verdict === undefined) return NOT_MEASURED;
      return `${verdict.met ? 'met' : 'MISSED'}${verdict.decided ? '' : ' (undecided)'}`;
    }),
  }));
  const inDrills = candidates.map(({ drills }) => {
    const missed = drills.filter((drill) => drill.missed.length > 0 || !drill.recovered);
    if (missed.length === 0) return 'met';
    return `MISSED in ${missed.length} of ${drills.length}: ${list([...new Set(missed.flatMap(({ missed: what, recovered }) => (recovered ? what : [...what, 'recovery'])))])}`;
  });
  return [...undisturbed, { name: 'the same in drills', cells: inDrills }];
}

/** What the numbers are, and what they are not. */
export function footnotes(file: CompareFile): readonly string[] {
  const { drills, candidates, decision, prices, replaced_faults, replications, availability } = file;
  const seconds = (ms: number): string => `${formatNumber(ms / 1000)} s`;
  const left = decision.left_out;
  return [
    `Undisturbed: ${seconds(file.duration_ms)} a run, ${replications} ${replications === 1 ? 'replication, so chance is not excluded' : 'replications'}. Each drill: a run of its own with the same random numbers, from ${seconds(drills.at_ms)} on for ${seconds(drills.for_ms)}, until liveness can be judged.`,
    `Crash of the leader: it restarts from its disk. Loss of a site: all machines of nodes there crash and restart; clients there stay and ask the others. Slow leader: processor and disk take ${drills.slow_by} times as long.`,
    'Out: the longest outage of a drill that was not over before its fault, mean over replications. Back after: from the fault to the next final transaction after the outage that it can have begun.',
    ...laterOutages(file),
    ...(replaced_faults === 0
      ? []
      : [
          `The scenario's own ${replaced_faults === 1 ? 'fault is' : `${replaced_faults} faults are`} replaced by the drills.`,
        ]),
    `Available: ${availability.limit_ms === null ? availability.rule : `final within ${milliseconds(availability.limit_ms)} (${availability.rule})`}, over the measured part of a drill.`,
    'Undisturbed, all candidates are measured over the same time: behind the latest warm-up of those that keep up.',
    'Capacity: throughput by the busy share of the bottleneck, if it grows busier in proportion: a first guess that queues in front of it make too high.',
    ...(prices === null
      ? ['Costs are not compared: the scenario has no prices.']
      : [
          `Cost: cores of all nodes for 730 hours, all that nodes send (also within a site), and what was ordered, kept ${prices.retention_days} days on every node, without indexes or compression.`,
        ]),
    `The Pareto front compares ${list(decision.criteria.map((name) => CRITERIA[name] ?? name))}, to three significant digits, and trust: a candidate that survives liars is never dominated by one that does not.${left.length === 0 ? '' : ` Left out, since not measured for all: ${list(left.map((name) => CRITERIA[name] ?? name))}.`}`,
    'The choice among those that give most of what is asked: the lowest cost, then the shortest worst outage, finality p99, the largest capacity; what the paired 95 % interval leaves to chance decides nothing.',
    ...new Set(
      candidates.flatMap(({ drills: all }) =>
        all.flatMap(({ liveness }) =>
          liveness.why_not === null ? [] : [`Liveness in drills not judged: ${liveness.why_not}.`],
        ),
      ),
    ),
  ];
}

/** What a drill saw beside its recovery. */
function laterOutages({ candidates }: CompareFile): readonly string[] {
  const seen = candidates.flatMap(({ label, drills }) =>
    drills.flatMap(({ drill, later_outages: { count, longest_ms } }) =>
      longest_ms === null ? [] : [`${label}, ${drill}: ${count}, the longest ${milliseconds(longest_ms)}`],
    ),
  );
  if (seen.length === 0) return [];
  return [
    `Outages that came later in a drill count for the longest outage, not for the time until it was back (of all replications): ${seen.join('; ')}.`,
  ];
}

const CRITERIA: Readonly<Record<string, string>> = {
  cost_per_month: 'cost',
  worst_outage_ms: 'the worst outage',
  finality_p99_ms: 'finality p99',
  capacity_per_s: 'capacity',
};
