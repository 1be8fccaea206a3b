/** One design point as result files hold it: the experiment's answer with names from the scenario, times in milliseconds. */
import type { PointCondition } from '../experiment/condition.ts';
import type { PointAnswer } from '../experiment/replicate.ts';
import type { WarmUpSegment } from '../experiment/warm-up.ts';
import type { DesignPoint } from '../scenario/scenario.ts';
import { type RunResult, STAGES, type TimelineResult } from '../simulation/run-result.ts';
import { MILLISECOND, SECOND } from '../units/quantities.ts';
import { type Invocation, repeatRunCommand } from './repeat-command.ts';
import type { CheckedRangeRow, PointResult, TimelineRows, ViolationRow } from './result-file.ts';
import { digestOver } from './result-id.ts';

/** What a protocol's definition says of itself under a point's options, and where reality was compared. */
export interface ProtocolFacts {
  readonly trustNote: string;
  readonly faultsTolerated: number;
  readonly checkedRange: CheckedRangeRow;
}

export function buildPoint(
  point: DesignPoint,
  { estimate, failed, stopping }: PointAnswer,
  facts: ProtocolFacts,
  invocation: Invocation,
): PointResult {
  const { network, nodes } = point.setup;
  const runs = estimate.runs.map(({ run }) => run);
  const details = runs.flatMap((run) => violationRows(run, invocation));
  const runDigests = digestsInOrder(runs, failed);
  const ms = (ns: number): number => ns / MILLISECOND;
  return {
    label: point.label,
    protocol: point.protocol,
    trust: point.trust,
    trust_note: facts.trustNote,
    nodes,
    faults_tolerated: facts.faultsTolerated,
    factors: point.factors,
    digest: digestOver(runDigests),
    run_digests: runDigests,
    estimates: estimate.estimates,
    safety: { violations: details.filter(({ kind }) => kind === 'safety').length, details },
    bottleneck: estimate.bottleneck,
    objective: estimate.objective,
    warmup_ms: ms(estimate.warmUp.end),
    warmup_rule: estimate.warmUp.rule,
    warmup_series: warmUpColumns(estimate.warmUpSeries),
    stopping: {
      ended_by: stopping.endedBy,
      replications: runs.length + failed.length,
      precision: stopping.reached.map(({ goal, share, met }) => ({
        measure: goal.measure,
        asked: goal.share,
        reached: share,
        met,
      })),
    },
    condition: conditionRow(estimate.condition),
    liveness: { judged: estimate.livenessOpen === null, why_not: estimate.livenessOpen },
    undisturbed:
      estimate.undisturbed === null
        ? null
        : {
            p50_ms: estimate.undisturbed.p50,
            p90_ms: estimate.undisturbed.p90,
            p99_ms: estimate.undisturbed.p99,
            stages: estimate.undisturbed.stagesMs.some((ms) => ms > 0) ? stageRows(estimate.undisturbed.stagesMs) : [],
            slower_share: estimate.undisturbed.slower,
          },
    humps:
      estimate.humps === null
        ? null
        : { share: estimate.humps.share, up_to_ms: ms(estimate.humps.upTo), from_ms: ms(estimate.humps.from) },
    sites: estimate.sites.map(({ site, share, meanMs }) => ({ site, share, mean_ms: meanMs })),
    repeats: {
      sends_per_request: estimate.repeats.sendsPerRequest,
      repeated: estimate.repeats.repeated,
      ordered_again: estimate.repeats.orderedAgain,
      overtaken: estimate.repeats.overtaken,
    },
    stages: stageRows(estimate.stagesMs),
    stages_share: estimate.stagedShare,
    cdf: estimate.cdf.map(({ value, share }) => ({ ms: ms(value), share })),
    timeline: timelineRows(runs[0]?.timeline ?? null, point.protocol),
    utilisation: estimate.utilisation.map((shares, node) => ({
      node,
      site: network.sites[network.nodeSites[node] as number] as string,
      thread: shares.thread,
      cores: shares.cores,
      egress: shares.egress,
      ingress: shares.ingress,
      disk: shares.disk,
    })),
    messages: estimate.messages.map(({ name, perTransaction }) => ({ name, per_transaction: perTransaction })),
    outages: estimate.outages.map(({ replication, outage }) => ({
      replication,
      from_ms: ms(outage.from),
      to_ms: ms(outage.to),
    })),
    faults: estimate.faults.map(({ text, atMs, recoveryMs, notRecovered, clientsGone, later }) => ({
      text,
      at_ms: atMs,
      recovery_ms: recoveryMs,
      not_recovered: notRecovered,
      clients_gone: clientsGone,
      later_outages: { count: later.count, longest_ms: later.longestMs },
    })),
    little: estimate.little,
    availability_limit_ms: estimate.availability.limit === null ? null : ms(estimate.availability.limit),
    finished_replications: runs.length,
    checked_range: facts.checkedRange,
    notes: [
      ...estimate.notes,
      ...(failed.length === 0
        ? []
        : [
            `${failed.length} of ${runs.length + failed.length} replications did not finish: the estimates are over the others`,
          ]),
    ],
  };
}

function warmUpColumns(series: readonly WarmUpSegment[]): PointResult['warmup_series'] {
  return {
    from_ms: series.map(({ from }) => from / MILLISECOND),
    to_ms: series.map(({ to }) => to / MILLISECOND),
    finality_mean_ms: series.map(({ latency }) => (latency === null ? null : latency / MILLISECOND)),
    final_per_s: series.map(({ throughput }) => throughput * SECOND),
  };
}

function stageRows(means: readonly number[]): PointResult['stages'] {
  return STAGES.map((stage, i) => ({ stage, mean_ms: means[i] as number }));
}

/** By replication; null for a run that has no digest or did not end. */
function digestsInOrder(runs: readonly RunResult[], failed: PointAnswer['failed']): readonly (string | null)[] {
  const entries = [
    ...runs.map(({ replication, digest }) => ({ replication, digest })),
    ...failed.map(({ replication }) => ({ replication, digest: null })),
  ];
  return entries.sort((a, b) => a.replication - b.replication).map(({ digest }) => digest);
}

function violationRows(run: RunResult, invocation: Invocation): readonly ViolationRow[] {
  return run.violations.map(({ check, kind, at, node, detail }) => ({
    replication: run.replication,
    check,
    kind,
    at_ms: at / MILLISECOND,
    node,
    detail,
    repeat_command: repeatRunCommand(invocation, run.label, run.replication),
  }));
}

/** Of the first replication that ended; empty where none did. */
function timelineRows(timeline: TimelineResult | null, protocol: string): TimelineRows {
  if (timeline === null)
    return {
      bin_ms: 0,
      at_ms: [],
      offered_per_s: [],
      final_per_s: [],
      latency_mean_ms: [],
      latency_max_ms: [],
      events: [],
      events_left_out: [],
    };
  const { bin, offered, final, latencySum, latencyMax } = timeline;
  const perSecond = (counts: Float64Array): readonly number[] => [...counts].map((count) => count / (bin / SECOND));
  /** A bin in which nothing became final has no latency. */
  const latency = (of: (i: number) => number): readonly (number | null)[] =>
    [...final].map((count, i) => (count > 0 ? of(i) / MILLISECOND : null));
  return {
    bin_ms: bin / MILLISECOND,
    at_ms: [...final].map((_, i) => (i * bin) / MILLISECOND),
    offered_per_s: perSecond(offered),
    final_per_s: perSecond(final),
    latency_mean_ms: latency((i) => (latencySum[i] as number) / (final[i] as number)),
    latency_max_ms: latency((i) => latencyMax[i] as number),
    events: eventRows(timeline, protocol),
    events_left_out: timeline.leftOut,
  };
}

/** The mark `leader 1` names a term or a view, not a node: said in full. A node that led before it crashed knows no later ones yet. */
export function eventRows({ events }: Pick<TimelineResult, 'events'>, protocol: string): TimelineRows['events'] {
  const unit = protocol === 'pbft' ? 'view' : 'term';
  let highest = -1;
  return events.map(({ at, node, kind, text }) => {
    const row = { at_ms: at / MILLISECOND, node, kind };
    const term = kind === 'mark' ? /^leader (\d+)$/.exec(text)?.[1] : undefined;
    if (term === undefined) return { ...row, text };
    const late = Number(term) < highest ? ` (restarted, not yet aware of later ${unit}s)` : '';
    highest = Math.max(highest, Number(term));
    return { ...row, text: `${unit} ${term}: node ${node} leads${late}` };
  });
}

function conditionRow(condition: PointCondition | null): PointResult['condition'] {
  if (condition === null) return null;
  const { condition: state, runs, of, unfinished, downFor } = condition;
  return {
    state,
    runs,
    of,
    unfinished_share: unfinished,
    down_for_ms: downFor === null ? null : downFor / MILLISECOND,
  };
}
