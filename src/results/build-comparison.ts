/** From the answer of a comparison to `compare.json`. */
import { type Candidate, type CandidateDrill, candidateOf, weakestDrill } from '../experiment/candidate.ts';
import type { CandidateAnswer } from '../experiment/compare.ts';
import { type Decision, decide, type Recommendation } from '../experiment/decision.ts';
import { type Drill, type DrillSettings, drillBegins, nodesAt, sitesWithNodes } from '../experiment/drills.ts';
import type { FileLength } from '../experiment/longer-runs.ts';
import { type Change, changesOf } from '../experiment/what-changes.ts';
import type { DesignPoint, Scenario } from '../scenario/scenario.ts';
import { quantileOfSorted } from '../statistics/summary.ts';
import { MILLISECOND } from '../units/quantities.ts';
import type { AnswerHead } from './answer-head.ts';
import type { CandidateRow, ChangeRow, CompareFile, CostRow, DecisionRow, DrillRow } from './compare-file.ts';
import type { CheckedRangeRow, ViolationRow } from './result-file.ts';

export interface ComparisonParts {
  /** As its candidates were run (their faults are the drills). */
  readonly scenario: Scenario;
  readonly about: Omit<AnswerHead, 'format'> &
    Pick<CompareFile, 'replications' | 'replaced_faults' | 'warnings' | 'duration_ms'>;
  readonly drills: DrillSettings;
  /** How longer undisturbed runs are asked for. */
  readonly inFile: FileLength;
  /** One a design point. */
  readonly answers: readonly CandidateAnswer[];
  readonly checkedRangeOf: (point: DesignPoint, answer: CandidateAnswer) => CheckedRangeRow;
  /** Words for what was decided. */
  readonly wordsOf: (file: CompareFile) => Pick<CompareFile, 'recommendation' | 'would_change'>;
}

export function buildComparison(parts: ComparisonParts): CompareFile {
  const { scenario, about, drills, answers } = parts;
  const { prices, objective, run } = scenario;
  const candidates = answers.map((answer, i) =>
    candidateOf(scenario.points[i] as DesignPoint, answer, objective, prices, parts.inFile),
  );
  const decision = decide(candidates);
  const limit = answers[0]?.base.availability ?? { limit: null, rule: 'not measured: there is no candidate' };
  const file: CompareFile = {
    format: 1,
    ...about,
    recommendation: [],
    would_change: [],
    assumptions: scenario.assumptions,
    drills: {
      at_ms: milliseconds(drillBegins(drills, run.warmup as number | 'auto')) as number,
      for_ms: milliseconds(drills.for) as number,
      slow_by: drills.slowBy,
    },
    availability: { limit_ms: milliseconds(limit.limit), rule: limit.rule },
    prices:
      prices === null
        ? null
        : {
            currency: prices.currency,
            core_hour: prices.coreHour,
            egress_gb: prices.egressGb,
            disk_gb_month: prices.diskGbMonth,
            retention_days: prices.retentionDays,
          },
    decision: decisionRow(decision, candidates, parts),
    candidates: candidates.map((candidate, i) => candidateRow(candidate, i, decision, parts)),
    failed_runs: answers.flatMap(({ failed }) =>
      failed.map(({ label, replication, reason }) => ({ label, replication, reason })),
    ),
  };
  return { ...file, ...parts.wordsOf(file) };
}

function decisionRow(
  { front, unfit, recommendations }: Decision,
  candidates: readonly Candidate[],
  parts: ComparisonParts,
): DecisionRow {
  return {
    criteria: front.criteria,
    left_out: front.leftOut,
    front: front.members.map(({ label }) => label),
    dominated: front.dominated.map(({ candidate, by }) => ({ candidate: candidate.label, by: by.label })),
    unfit: unfit.map(({ label, unfit: why }) => ({ candidate: label, why: why as string })),
    recommendations: recommendations.map((recommendation) => {
      const { assumption, chosen, tier, runnerUp, decidedBy, against, margin, nearest } = recommendation;
      return {
        assumption,
        chosen: chosen?.label ?? null,
        tier,
        runner_up: runnerUp?.label ?? null,
        decided_by: decidedBy,
        against: against?.label ?? null,
        margin:
          margin === null
            ? null
            : {
                criterion: margin.criterion,
                better: finite(margin.first),
                runner_up: finite(margin.second),
                difference: margin.difference === null ? null : intervalOf(margin.difference),
                probability: margin.probability,
                p_value_corrected: margin.pAdjusted,
                pairs_of_candidates: margin.pairs,
              },
        nearest:
          nearest === null
            ? null
            : {
                candidate: nearest.candidate.label,
                measure: nearest.binding.measure,
                target: nearest.binding.target,
                value: nearest.binding.value,
                shortfall: finite(nearest.shortfall),
                reason: nearest.candidate.unfit ?? nearest.binding.reason,
              },
        changes: changeRows(recommendation, candidates, parts),
      };
    }),
  };
}

function intervalOf({ mean, low, high }: { readonly mean: number; readonly low: number; readonly high: number }) {
  return { mean, low, high };
}

function changeRows(
  recommendation: Recommendation,
  candidates: readonly Candidate[],
  { scenario, drills }: ComparisonParts,
): readonly ChangeRow[] {
  return changesOf(recommendation, candidates, scenario.prices).map((change) => changeRow(change, drills));
}

function changeRow(change: Change, drills: DrillSettings): ChangeRow {
  const { kind } = change;
  const row = { kind, other: otherOf(change) };
  switch (kind) {
    case 'price':
      return { ...row, what: change.item, now: change.now, at: change.at };
    case 'no price':
      return { ...row, what: 'price', now: null, at: null };
    case 'looser':
    case 'tighter':
      return { ...row, what: change.objective.measure, now: change.objective.target, at: change.at };
    case 'drill': {
      const { weakest, other } = change;
      const at = finite(other?.criteria.worst_outage_ms?.value ?? Number.POSITIVE_INFINITY);
      return { ...row, what: drillName(weakest.answer.drill, drills), now: finite(weakest.outageMs), at };
    }
  }
}

function otherOf(change: Change): string | null {
  return 'other' in change ? (change.other?.label ?? null) : null;
}

/** As tables and sentences name it. */
function drillName(drill: Drill, { slowBy }: Pick<DrillSettings, 'slowBy'>): string {
  if (drill.kind === 'site-loss') return `loss of ${drill.site}`;
  return drill.kind === 'leader-crash' ? 'crash of the leader' : `leader ${slowBy} times as slow`;
}

function candidateRow(candidate: Candidate, i: number, decision: Decision, parts: ComparisonParts): CandidateRow {
  const point = parts.scenario.points[i] as DesignPoint;
  const answer = parts.answers[i] as CandidateAnswer;
  const { base, spec } = answer;
  const { estimates } = base;
  const weakest = weakestDrill(candidate.drills);
  const dominated = decision.front.dominated.find((one) => one.candidate === candidate);
  return {
    label: point.label,
    protocol: point.protocol,
    trust: point.trust,
    trust_note: point.trustNote,
    nodes: spec.nodes,
    sites: sitesWithNodes(spec).map((site) => ({ site, nodes: nodesAt(spec, site).length })),
    crashes_tolerated: point.faultsTolerated,
    liars_tolerated: point.trust === 'byzantine' ? point.faultsTolerated : 0,
    unfit: candidate.unfit,
    on_front: decision.front.members.includes(candidate),
    dominated_by: dominated?.by.label ?? null,
    condition: base.condition?.condition ?? null,
    throughput_per_s: estimates.throughput_per_s,
    goodput_per_s: estimates.goodput_per_s,
    finality_p50_ms: estimates.finality_p50_ms,
    finality_p99_ms: estimates.finality_p99_ms,
    messages_per_transaction: estimates.messages_per_transaction,
    bytes_per_transaction: estimates.bytes_per_transaction,
    signatures_per_transaction: estimates.signatures_per_transaction,
    bytes_per_node_per_s: estimates.bytes_per_node_per_s,
    bottleneck: base.bottleneck,
    capacity_per_s: candidate.criteria.capacity_per_s?.value ?? null,
    objective: base.objective,
    cost: costRow(candidate),
    drills: candidate.drills.map((drill) => drillRow(drill, parts.drills)),
    weakest_drill: weakest === null ? null : drillName(weakest.answer.drill, parts.drills),
    worst_outage_ms: weakest === null ? null : finite(weakest.outageMs),
    violations: violationRows(answer, parts),
    checked_range: parts.checkedRangeOf(point, answer),
  };
}

function costRow({ spending }: Candidate): CostRow | null {
  if (spending === null) return null;
  const { consumption, cost, perMillion } = spending;
  return {
    per_month: cost,
    per_million_transactions: perMillion,
    consumption: {
      cores: consumption.cores,
      egress_bytes_per_s: consumption.egressBytesPerSecond,
      disk_bytes: consumption.diskBytes,
    },
  };
}

function drillRow({ answer, recovered, missed }: CandidateDrill, settings: DrillSettings): DrillRow {
  const { drill, struck, estimate, recoveries, later } = answer;
  const known = recoveries.filter((recovery) => recovery !== null).sort((a, b) => a - b);
  return {
    drill: drillName(drill, settings),
    kind: drill.kind,
    site: drill.site,
    nodes_struck: struck,
    availability: estimate.estimates.availability,
    finality_p99_ms: estimate.estimates.finality_p99_ms,
    longest_outage_ms: estimate.estimates.longest_outage_ms,
    recovery: {
      median_ms: known.length === 0 ? null : milliseconds(quantileOfSorted(known, 0.5)),
      worst_ms: known.length === 0 ? null : milliseconds(known.at(-1) as number),
      not_recovered: recoveries.length - known.length,
      of: recoveries.length,
    },
    later_outages: { count: later.count, longest_ms: later.longestMs },
    recovered,
    condition: estimate.condition?.condition ?? null,
    missed,
    liveness: { judged: estimate.livenessOpen === null, why_not: estimate.livenessOpen },
  };
}

function violationRows({ base, drills }: CandidateAnswer, { about }: ComparisonParts): readonly ViolationRow[] {
  return [base, ...drills.map(({ estimate }) => estimate)].flatMap(({ runs }) =>
    runs.flatMap(({ run }) =>
      run.violations.map(({ check, kind, at, node, detail }) => ({
        replication: run.replication,
        check,
        kind,
        at_ms: at / MILLISECOND,
        node,
        detail,
        repeat_command: about.repeat_command,
      })),
    ),
  );
}

function milliseconds<T extends number | null>(ns: T): T {
  return (ns === null ? null : (ns as number) / MILLISECOND) as T;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
