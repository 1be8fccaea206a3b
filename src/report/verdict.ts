/**
 * The verdict in words, most important first, made from the points alone: is it safe, which protocol is final sooner, what
 * finality each gives, what limits it, what the faults cost, and what its trust assumption leaves open.
 */
import type { Estimate, EstimateName, PointResult } from '../results/result-file.ts';
import { instant, list, milliseconds, number, percent, resourceName } from './words.ts';

/** More points than this are summed up; the table has them all. */
const mostInWords = 4;
/** A throughput below this share of what was offered: the cluster does not keep up. */
const keepsUp = 0.98;
/** A resource that is busy for this share of the time makes what waits for it queue. */
const busy = 0.7;

export function verdictOf(points: readonly PointResult[]): readonly string[] {
  const told = points.length <= mostInWords ? points : notable(points);
  return [
    ...points.flatMap(violations),
    ...comparison(points),
    ...told.flatMap((point) => [performance(point), limit(point)].filter((sentence) => sentence !== '')),
    ...price(told),
    ...told.flatMap(faultCost),
    ...objectives(points),
    ...trust(points),
  ];
}

function violations(point: PointResult): readonly string[] {
  return (['safety', 'liveness'] as const).flatMap((kind) => {
    const rows = point.safety.details.filter((row) => row.kind === kind);
    const first = rows[0];
    if (!first) return [];
    const count = rows.length === 1 ? '' : ` (the first of ${rows.length})`;
    const where = first.node < 0 ? '' : ` on node ${first.node}`;
    return [
      `${point.label} violated ${kind}${count}: ${first.check} at ${instant(first.at_ms)}${where}: ${first.detail}`,
    ];
  });
}

/** Which is final sooner, by the 99th percentile; silent with one point. */
function comparison(points: readonly PointResult[]): readonly string[] {
  const measured = points.filter((point) => mean(point, 'finality_p99_ms') !== null);
  if (measured.length < 2) return [];
  const ordered = [...measured].sort((a, b) => p99(a).mean - p99(b).mean);
  const best = ordered[0] as PointResult;
  const worst = ordered.at(-1) as PointResult;
  const times = `${milliseconds(p99(best).mean)} against ${milliseconds(p99(worst).mean)}`;
  if (overlap(p99(best), p99(worst)))
    return [
      `No difference in finality can be told between ${best.label} and ${worst.label}: 99 % within ${times}, and their 95 % intervals overlap.`,
    ];
  const ratio = `${number(p99(worst).mean / p99(best).mean)} times`;
  const certainty = p99(best).replications < 2 ? ' (one replication: no interval)' : '';
  return [
    `${best.label} is final sooner than ${worst.label}: 99 % within ${times}, a factor of ${ratio.replace(' times', '')}${certainty}.`,
  ];
}

function performance(point: PointResult): string {
  const throughput = mean(point, 'throughput_per_s');
  const offered = mean(point, 'offered_per_s');
  const [p50, p99th] = [mean(point, 'finality_p50_ms'), mean(point, 'finality_p99_ms')];
  const who = `${point.label} (${point.nodes} nodes, tolerates ${tolerates(point)})`;
  if (throughput === null || offered === null) return `${who}: no run gave a measure.`;
  if (p50 === null || p99th === null)
    return `${who}: nothing became final of ${number(offered)} transactions/s offered.`;
  const share = offered > 0 ? throughput / offered : 1;
  const pace =
    share >= keepsUp
      ? `keeps up with ${number(offered)} transactions/s`
      : `finalises only ${number(throughput)} of ${number(offered)} transactions/s offered`;
  const goodput = mean(point, 'goodput_per_s') ?? throughput;
  const invalid =
    throughput > 0 && goodput < throughput ? `; ${percent(1 - goodput / throughput)} of them are invalid` : '';
  return `${who} ${pace}${invalid}: half are final within ${milliseconds(p50)}, 99 % within ${milliseconds(p99th)}.`;
}

/** The busiest resource where it makes others wait, else the stage in which most of the time goes. */
function limit(point: PointResult): string {
  const { resource, node, utilisation } = point.bottleneck;
  const busiest = `the ${resourceName(resource)} of node ${node}, ${percent(utilisation)} busy`;
  if (utilisation >= busy) return `What limits ${point.label}: ${busiest}.`;
  const total = point.stages.reduce((sum, stage) => sum + stage.mean_ms, 0);
  const longest = [...point.stages].sort((a, b) => b.mean_ms - a.mean_ms)[0];
  if (!longest || total === 0) return '';
  const stage = stageWords[longest.stage] ?? longest.stage;
  return (
    `What limits ${point.label}: waiting, not work. ${percent(longest.mean_ms / total)} of its mean finality ` +
    `(${milliseconds(longest.mean_ms)} of ${milliseconds(total)}) goes into ${stage}; its busiest resource is ${busiest}.`
  );
}

/** What each spends on a transaction; silent with one point, where there is nothing to hold it against. */
function price(points: readonly PointResult[]): readonly string[] {
  const spent = points.flatMap((point) => {
    const messages = mean(point, 'messages_per_transaction');
    const bytes = mean(point, 'bytes_per_transaction');
    if (messages === null || bytes === null) return [];
    return [`${point.label} ${number(messages)} and ${number(bytes)} B`];
  });
  return spent.length < 2 ? [] : [`Consensus messages and bytes on the wire for each transaction: ${list(spent)}.`];
}

const stageWords: Readonly<Record<string, string>> = {
  received: 'bringing the request to a node',
  proposed: 'waiting to be proposed in a block',
  committed: 'agreeing on the block',
  executed: 'executing it',
  final: 'bringing the replies back to the client',
};

/** What the faults cost: one sentence a fault and one for the whole. */
function faultCost(point: PointResult): readonly string[] {
  if (point.faults.length === 0) return [];
  const sentences = point.faults.map(({ text, at_ms, recovery_ms }) => {
    if (at_ms === null) return `${text}: it never took effect.`;
    const at = `at ${instant(at_ms)}`;
    if (recovery_ms === null) return `${text} ${at}: ${point.label} did not recover.`;
    if (recovery_ms.high === 0) return `${text} ${at}: ${point.label} went on without an outage.`;
    return `${text} ${at}: ${point.label} was final again ${milliseconds(recovery_ms.mean)} later.`;
  });
  const outage = mean(point, 'longest_outage_ms');
  const available = mean(point, 'availability');
  const within = point.availability_limit_ms ?? null;
  const cost = [
    ...(outage === null || outage === 0 ? [] : [`its longest outage was ${milliseconds(outage)}`]),
    ...(available === null || within === null
      ? []
      : [`${percent(available)} of the transactions were final within ${milliseconds(within)}`]),
  ];
  return cost.length === 0 ? sentences : [...sentences, `${point.label} under these faults: ${list(cost)}.`];
}

function objectives(points: readonly PointResult[]): readonly string[] {
  const asked = points.find((point) => point.objective.length > 0)?.objective ?? [];
  return asked.map(({ measure, target }, i) => {
    const judged = points.filter((point) => point.objective[i] !== undefined);
    const met = judged.filter((point) => point.objective[i]?.met).map((point) => point.label);
    const missed = judged.filter((point) => !point.objective[i]?.met).map((point) => point.label);
    const parts = [
      ...(met.length > 0 ? [`met by ${some(met)}`] : []),
      ...(missed.length > 0 ? [`MISSED by ${some(missed)}`] : []),
    ];
    return `Objective ${measure} ${target}: ${list(parts)}.`;
  });
}

/** Beside a protocol that trusts its nodes, always: the comparison would be unfair without it. Each note once. */
function trust(points: readonly PointResult[]): readonly string[] {
  const notes = new Map<string, string[]>();
  for (const point of points)
    if (point.trust === 'crash') notes.set(point.trust_note, [...(notes.get(point.trust_note) ?? []), point.label]);
  return [...notes].map(([note, labels]) => `Trust in ${some(labels)}: ${note}`);
}

/** The first of many labels, and how many more there are. */
function some(labels: readonly string[]): string {
  if (labels.length <= mostInWords) return list(labels);
  return list([...labels.slice(0, mostInWords - 1), `${labels.length - mostInWords + 1} more`]);
}

/** Of many points: the soonest final, the latest, and the one with the highest throughput. */
function notable(points: readonly PointResult[]): readonly PointResult[] {
  const measured = points.filter((point) => mean(point, 'finality_p99_ms') !== null);
  const byFinality = [...measured].sort((a, b) => p99(a).mean - p99(b).mean);
  const byThroughput = [...measured].sort(
    (a, b) => (mean(b, 'throughput_per_s') ?? 0) - (mean(a, 'throughput_per_s') ?? 0),
  );
  const chosen = [byFinality[0], byFinality.at(-1), byThroughput[0]];
  return [...new Set(chosen)].filter((point): point is PointResult => point !== undefined);
}

function tolerates(point: PointResult): string {
  const kind = point.trust === 'byzantine' ? 'Byzantine' : 'crashed';
  return `${point.faults_tolerated} ${kind}`;
}

function mean(point: PointResult, name: EstimateName): number | null {
  return point.estimates[name]?.mean ?? null;
}

/** Only for points that were measured. */
function p99(point: PointResult): Estimate {
  return point.estimates.finality_p99_ms as Estimate;
}

/** One replication has no interval: its equal bounds overlap only with an equal value. */
function overlap(a: Estimate, b: Estimate): boolean {
  return a.low <= b.high && b.low <= a.high;
}
