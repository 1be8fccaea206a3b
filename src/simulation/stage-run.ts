/**
 * Where a transaction's time went: sums over final transactions between consecutive stages (run-result.ts, STAGES). Transactions of
 * one batch that become final in a row are summed here first: what they share is added once for all of them.
 */
import type { Batch } from '../ledger/batch.ts';
import { type Duration, type Instant, NEVER } from '../units/quantities.ts';
import type { ReplyRow } from './reply-row.ts';

/** Waiting for reception, waiting for the proposal, waiting for the reply: the stages that differ within a batch. */
const RECEIVED = 0;
const PROPOSED = 1;
const REPLIED = 2;

export class StageRun {
  /** Whose transactions are summed now; null before `begin` and after `end`. */
  batch: Batch | null = null;
  /** How many of its transactions came in a row. */
  count = 0;
  /** Those of them whose instants are in order: all, but for a retry that overtook itself. */
  private regular = 0;
  private proposed: Instant = 0;
  private executed: Instant = 0;
  private stampsInOrder = false;
  private readonly sums = new Float64Array(3);
  private readonly irregular = new Float64Array(5);

  begin(batch: Batch): void {
    const { proposedAt, committedAt, executedAt } = batch.stamps;
    this.batch = batch;
    this.count = 0;
    this.regular = 0;
    this.proposed = proposedAt;
    this.executed = executedAt;
    this.stampsInOrder = proposedAt <= committedAt && committedAt <= executedAt;
    this.sums.fill(0);
    this.irregular.fill(0);
  }

  /** One more transaction of the batch became final. */
  add(intended: Instant, received: Instant, final: Instant): void {
    const { proposed, executed, sums } = this;
    this.count++;
    if (this.stampsInOrder && intended <= received && received <= proposed && executed <= final) {
      this.regular++;
      sums[RECEIVED] = (sums[RECEIVED] as number) + received - intended;
      sums[PROPOSED] = (sums[PROPOSED] as number) + proposed - received;
      sums[REPLIED] = (sums[REPLIED] as number) + final - executed;
    } else this.addIrregular(intended, received, final);
  }

  /** As `add` for each of the finals `from` to `to` − 1 of `row`. */
  addAll(row: ReplyRow, from: number, to: number): void {
    const { received } = this.batch as Batch;
    for (let i = from; i < to; i++)
      this.add(row.intended[i] as number, received[row.places[i] as number] as number, row.times[i] as number);
  }

  /** Stages that the stamps do not order count as zero length. */
  private addIrregular(intended: Instant, received: Instant, final: Instant): void {
    const { proposedAt, committedAt, executedAt } = (this.batch as Batch).stamps;
    let from = intended;
    [received, proposedAt, committedAt, executedAt, final].forEach((stamp, stage) => {
      const at = Math.min(Math.max(stamp, from), final);
      this.irregular[stage] = (this.irregular[stage] as number) + at - from;
      from = at;
    });
  }

  /** From proposal to commit; null where no correct replica is known to have committed the batch. */
  get commit(): Duration | null {
    const { proposedAt, committedAt } = (this.batch as Batch).stamps;
    return committedAt === NEVER ? null : Math.max(0, committedAt - proposedAt);
  }

  /** Adds the run to the sums of all stages and ends it. All are whole ns below 2⁵³, so the sums are exact. */
  end(stages: Float64Array): void {
    const { proposedAt, committedAt, executedAt } = (this.batch as Batch).stamps;
    const { sums, regular, irregular } = this;
    for (let stage = 0; stage < irregular.length; stage++)
      stages[stage] = (stages[stage] as number) + (irregular[stage] as number);
    stages[0] = (stages[0] as number) + (sums[RECEIVED] as number);
    stages[1] = (stages[1] as number) + (sums[PROPOSED] as number);
    stages[4] = (stages[4] as number) + (sums[REPLIED] as number);
    if (regular > 0) {
      stages[2] = (stages[2] as number) + regular * (committedAt - proposedAt);
      stages[3] = (stages[3] as number) + regular * (executedAt - committedAt);
    }
    this.batch = null;
  }
}
