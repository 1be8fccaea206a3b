/** How a comparison with a baseline names things: values, changes, states, stages and what moved with them. Every form of the report shares it. */
import type { Cause, Stage } from '../../experiment/likely-cause.ts';
import type { MeasureRow, Outcome, RegressFile, RegressPoint, WorkRow } from '../../results/regress-file.ts';
import { checkedRangeLines } from '../checked-range.ts';
import { formatQuantity, formatShare, NOT_MEASURED, objectiveUnit, type Unit } from '../html/format.ts';
import { list, resourceName } from '../words.ts';

export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  passed: 'passed',
  undecided: 'not told: perhaps worse',
  regressed: 'performance regression',
  'model-changed': 'the model changed without a new model version',
  'not-live': 'liveness violated',
  unsafe: 'safety violated',
  'not-deterministic': 'not deterministic',
  failed: 'runs did not end',
};

export const STATE_WORDS: Readonly<Record<MeasureRow['state'], string>> = {
  same: 'same',
  within: 'within tolerance',
  unsure: 'not told from chance',
  moved: 'moved',
  improved: 'better',
  'perhaps-regressed': 'PERHAPS WORSE',
  regressed: 'WORSE',
};

export const STAGE_WORDS: Readonly<Record<Stage, string>> = {
  received: 'received (the way to the node)',
  proposed: 'proposed (waiting for a block)',
  committed: 'committed (agreeing on the block)',
  executed: 'executed (its turn, and running it)',
  final: 'final (replies to the client)',
};

const CAUSE_WORDS: Readonly<Record<Cause, string>> = {
  queueing: 'queueing',
  batch: 'batch',
  network: 'network',
  crypto: 'crypto',
  disk: 'disk',
  execution: 'execution',
};

export function isIdentical({ digests, digests_same, measures }: RegressPoint): boolean {
  return digests === digests_same && measures.every(({ state }) => state === 'same');
}

/** Where the points of all scenarios lie, which are named where there are several. */
export function regressRangeLines({ scenarios }: RegressFile): readonly string[] {
  return checkedRangeLines(
    scenarios.flatMap(({ scenario, points }) =>
      points.map(({ label, checked_range }) => ({
        label: scenarios.length === 1 ? label : `${scenario}, ${label}`,
        checked_range,
      })),
    ),
  );
}

/** `12.3 ms → 14.1 ms (+14.6%)`. */
export function moveText({ measure, before, after }: MeasureRow): string {
  const relative = before === null || after === null || before === 0 ? '' : ` (${signed(after / before - 1)})`;
  return `${valueText(measure, before)} → ${valueText(measure, after)}${relative}`;
}

export function valueText(measure: string, value: number | null): string {
  if (value === null) return NOT_MEASURED;
  return formatQuantity(value, measure === 'offered_per_s' ? 'per_s' : objectiveUnit(measure));
}

/** What to do where the replications cannot tell. */
export const TELL_MORE =
  'To tell, write the baseline with the version it is of and more replications (--replications N --update), then compare with as many; or widen the tolerance (--tolerance), or accept the change with --update.';

/** The change with its 95 % interval, in shares of the baseline's mean where that is not 0. */
export function changeText({ measure, before, change, low, high, p_value }: MeasureRow): string {
  if (before === null || change === null || low === null || high === null) return NOT_MEASURED;
  const text = (value: number): string =>
    before === 0 ? `${value < 0 ? '−' : '+'}${valueText(measure, Math.abs(value))}` : signed(value / before);
  return p_value === null || low === high ? text(change) : `${text(change)} [${text(low)} to ${text(high)}]`;
}

function signed(share: number): string {
  if (share === 0) return '0%';
  return `${share > 0 ? '+' : '−'}${formatShare(Math.abs(share))}`;
}

/** `Likely stage: …. Likely cause: disk: ….`, and what else moved. */
export function likelySentence(point: RegressPoint): string {
  const { likely, work } = point;
  if (likely === null) return 'No stage and no resource moved with it.';
  const also = work.filter(({ what, noticed }) => noticed && what !== likely.resource).map(workText);
  return [
    ...(likely.stage === null
      ? ['The mean time of no stage moved.']
      : [`Likely stage: ${stageText(point, likely.stage)}.`]),
    `Likely cause: ${CAUSE_WORDS[likely.cause]}: ${evidenceOf(point)}.`,
    ...(also.length === 0 ? [] : [`Also moved: ${list(also)}.`]),
  ].join(' ');
}

function stageText({ stages }: RegressPoint, stage: Stage): string {
  const row = stages.find((one) => one.stage === stage);
  const total = stages.reduce((sum, { before_ms, after_ms }) => sum + after_ms - before_ms, 0);
  const [before, after] = [row?.before_ms ?? 0, row?.after_ms ?? 0];
  return (
    `${STAGE_WORDS[stage]}: ${formatQuantity(before, 'ms')} → ${formatQuantity(after, 'ms')}, ` +
    `${partText((after - before) / total)} of the change of the mean`
  );
}

/** Others may have moved the other way. */
function partText(share: number): string {
  return share >= 0.995 ? 'all' : formatShare(share, 2);
}

function evidenceOf({ likely, work }: RegressPoint): string {
  const row = work.find(({ what }) => what === likely?.resource);
  if (row !== undefined) {
    const alone = !work.some(({ what, busy_after }) => what === 'cores' && busy_after !== 0);
    return `${workText(row)}${row.what === 'thread' && alone ? '; no core beside it verifies or signs, so that may be its work, too' : ''}`;
  }
  if (likely?.cause === 'queueing')
    return 'no resource works more for a transaction, but transactions wait behind others';
  if (likely?.cause === 'batch')
    return 'no resource works more for a transaction: they wait for a block to be cut (its timeout, its size, or a full window)';
  return likely?.stage === null
    ? 'no resource is noticeably busier, but what is sent for a transaction changed'
    : 'no resource works more for a transaction, so the time passes between machines (delay, jitter, loss, or more messages waited for)';
}

/** `disk 12.0 µs → 80.0 µs a transaction (busiest node 3.1% → 20% busy)`. */
function workText({ what, before, after, busy_before, busy_after }: WorkRow): string {
  if (busy_before !== null && busy_after !== null)
    return (
      `${resourceName(what)} ${formatQuantity(before / 1000, 'ms')} → ${formatQuantity(after / 1000, 'ms')} a transaction ` +
      `(busiest node ${formatShare(busy_before)} → ${formatShare(busy_after)} busy)`
    );
  const unit: Unit = what === 'bytes' ? 'bytes' : 'count';
  const name = what === 'transactions_per_block' ? 'transactions a block' : `${what} a transaction`;
  return `${name} ${formatQuantity(before, unit)} → ${formatQuantity(after, unit)}`;
}
