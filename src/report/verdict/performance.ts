/** What each point gives and what limits it: load, finality, two kinds of it where there are two, the busiest resource, the price. */
import type { Estimate, PointResult } from '../../results/result-file.ts';
import { counted, list, milliseconds, nodeWords, number, percent, resourceName } from '../words.ts';
import { isHealthy, meanOf } from './points.ts';

/** A resource that is busy for this share of the time makes what waits for it queue. */
const BUSY = 0.7;
/** Sites whose clients wait this many times as long as others' are worth naming. */
const FAR = 1.5;

export function performance(point: PointResult): string {
  const throughput = meanOf(point, 'throughput_per_s');
  const offered = meanOf(point, 'offered_per_s');
  const who = `${point.label} (${counted(point.nodes, 'node')}, tolerates ${tolerates(point)})`;
  if (throughput === null || offered === null) return `${who}: no run gave a measure.`;
  const finality = within(
    point.estimates.finality_p50_ms,
    point.estimates.finality_p90_ms,
    point.estimates.finality_p99_ms,
  );
  if (finality === null) return `${who}: nothing became final of ${number(offered)} transactions/s offered.`;
  const goodput = meanOf(point, 'goodput_per_s') ?? throughput;
  const invalid =
    throughput > 0 && goodput < throughput ? ` (${percent(1 - goodput / throughput)} of them invalid)` : '';
  if (!isHealthy(point))
    return `${who} finalises ${number(throughput)} of ${number(offered)} transactions/s offered${invalid}. Of what became final, ${finality}; that says nothing of the rest.`;
  const calm = point.undisturbed;
  const before = calm === null ? null : within(calm.p50_ms, calm.p90_ms, calm.p99_ms);
  // Closed loops wait for their answers, so that whatever is offered is also finalised: to keep up is no merit there.
  const { configured } = point.little;
  const pace =
    typeof configured === 'number'
      ? `finalises ${number(throughput)} transactions/s of clients that wait, ${counted(configured, 'request')} at a time`
      : `keeps up with ${number(offered)} transactions/s`;
  return `${who} ${pace}${invalid}: ${finality}${before === null ? '' : `; before the first fault ${before}`}.`;
}

function within(p50: Estimate | null, p90: Estimate | null, p99: Estimate | null): string | null {
  if (p50 === null || p90 === null || p99 === null) return null;
  return `half are final within ${milliseconds(p50.mean)}, 90 % within ${milliseconds(p90.mean)}, 99 % within ${milliseconds(p99.mean)}`;
}

/** Where one median stands for two kinds of client or of time. */
export function kinds(point: PointResult): readonly string[] {
  const { label, humps, sites } = point;
  const means = sites.map(({ mean_ms }) => mean_ms);
  const far = sites.length > 1 && Math.max(...means) >= FAR * Math.min(...means);
  const bySite = far
    ? `by the clients’ site the mean is ${list(sites.map(({ site, mean_ms }) => `${milliseconds(mean_ms)} in ${site}`))}`
    : null;
  if (humps !== null)
    return [
      `Finality of ${label} comes in two kinds: ${percent(humps.share)} of its transactions take up to ${milliseconds(humps.up_to_ms)}, nearly all others ${milliseconds(humps.from_ms)} or more; ${bySite ?? `one median says little of either${point.faults.length > 0 ? ' (after a fault another node may lead)' : ''}`}.`,
    ];
  return bySite === null ? [] : [`Finality of ${label} depends on where the client is: ${bySite}.`];
}

/** The busiest resource where it makes others wait, else the stage in which most of the time goes. */
export function limit(point: PointResult): string {
  if (point.bottleneck === null) return '';
  const { resource, node, utilisation } = point.bottleneck;
  const busiest = `the ${resourceName(resource)} of ${nodeWords(node)}, ${percent(utilisation)} busy`;
  if (utilisation >= BUSY) return `What limits ${point.label}: ${busiest}.`;
  // The time of an outage is no part of normal operation: what is undisturbed is broken down where it is known.
  const calm = point.undisturbed?.stages ?? [];
  const stages = calm.length > 0 ? calm : point.stages;
  const total = stages.reduce((sum, stage) => sum + stage.mean_ms, 0);
  const longest = [...stages].sort((a, b) => b.mean_ms - a.mean_ms)[0];
  if (!longest || total === 0) return '';
  const stage = stageWords[longest.stage] ?? longest.stage;
  const what = point.stages_share < 0.99 ? 'the mean finality of what goes through a block' : 'its mean finality';
  const when = point.faults.length === 0 ? '' : calm.length > 0 ? ' before the first fault' : ', faults included,';
  return (
    `What limits ${point.label}: waiting, not work. ${percent(longest.mean_ms / total)} of ${what}${when} ` +
    `(${milliseconds(longest.mean_ms)} of ${milliseconds(total)}) goes into ${stage}; its busiest resource is ${busiest}.`
  );
}

const stageWords: Readonly<Record<string, string>> = {
  received: 'bringing the request to a node',
  proposed: 'waiting to be proposed in a block',
  committed: 'agreeing on the block',
  executed: 'executing it',
  final: 'bringing the replies back to the client',
};

/** What each spends on a transaction; silent with one point, where there is nothing to hold it against. */
export function price(points: readonly PointResult[]): readonly string[] {
  const spent = points.flatMap((point) => {
    const messages = meanOf(point, 'messages_per_transaction');
    const bytes = meanOf(point, 'bytes_per_transaction');
    if (messages === null || bytes === null) return [];
    return [`${point.label} ${number(messages)} and ${number(bytes)} B`];
  });
  return spent.length < 2
    ? []
    : [`Consensus messages and bytes on the wire for each final transaction: ${list(spent)}.`];
}

function tolerates(point: PointResult): string {
  const kind = point.trust === 'byzantine' ? 'Byzantine' : 'crashed';
  return `${point.faults_tolerated} ${kind}`;
}
