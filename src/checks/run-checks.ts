/**
 * All checks of a run, told by the simulation what happened and asked at each window's end. The earliest safety finding stops the
 * run. Judged from outside: nothing here is known to a protocol.
 */
import type { Batch } from '../ledger/batch.ts';
import { NULL_DIGEST } from '../ledger/batch.ts';
import type { AgreementProblem } from '../ledger/execution.ts';
import { formatDuration } from '../units/format.ts';
import type { Duration, Instant, NodeId, Position } from '../units/quantities.ts';
import { AgreementCheck } from './agreement.ts';
import { LeadershipCheck } from './leadership.ts';
import { ValidityCheck } from './validity.ts';
import type { Finding } from './violation.ts';

export interface ChecksSetting {
  readonly groups: number;
  readonly leaderOf: (term: number) => NodeId;
  /** Requests that a client group has submitted so far. */
  readonly submitted: (group: number) => number;
}

/** What execution reports (ledger/execution.ts), as far as checks look at it. */
interface Outcome {
  readonly chain: number;
  readonly valid: Uint8Array;
  readonly problem: AgreementProblem | null;
}

/** An interval in which requests were outstanding and none became final. */
interface Gap {
  readonly from: Instant;
  readonly to: Instant;
}

export class RunChecks {
  readonly findings: Finding[] = [];
  readonly agreement = new AgreementCheck();
  private readonly leadership: LeadershipCheck;
  private readonly validity: ValidityCheck;
  private executedUpTo: Position = 0;
  /** What was wrong with the batches of these positions. */
  private readonly invalid = new Map<Position, Finding>();
  /** The highest position whose outcome a client holds as final. */
  private finalPosition: Position = 0;

  constructor(setting: ChecksSetting) {
    this.leadership = new LeadershipCheck(setting.leaderOf);
    this.validity = new ValidityCheck(setting.groups, setting.submitted);
  }

  private add(finding: Finding | null): void {
    if (finding !== null) this.findings.push(finding);
  }

  committed(node: NodeId, at: Instant, position: Position, batch: Batch | null): void {
    this.add(this.agreement.committed(node, at, position, batch === null ? NULL_DIGEST : batch.digest));
  }

  executed(node: NodeId, at: Instant, position: Position, batch: Batch | null, outcome: Outcome): void {
    if (outcome.problem !== null)
      this.add({ check: 'order', kind: 'safety', at, node, detail: outcome.problem.detail });
    // Islands are not run in order of time: whoever executes an invalid batch later here may have done so before.
    const known = this.invalid.get(position);
    if (known !== undefined) this.add({ ...known, node, at });
    if (position <= this.executedUpTo) return;
    this.executedUpTo = position;
    if (batch === null) return;
    const finding = this.validity.executed(node, at, position, batch, outcome.valid);
    if (finding !== null) this.invalid.set(position, finding);
    this.add(finding);
  }

  /** A snapshot was installed whose digest must be that of the agreed state (`chain`; null when it is not known any more). */
  installed(node: NodeId, at: Instant, position: Position, digest: number, chain: number | null): void {
    if (chain !== null && chain !== digest)
      this.add({
        check: 'order',
        kind: 'safety',
        at,
        node,
        detail: `node ${node} installed a snapshot at position ${position} that is not the agreed state`,
      });
  }

  leads(node: NodeId, at: Instant, term: number): void {
    this.add(this.leadership.leads(node, at, term));
  }

  final(position: Position): void {
    if (position > this.finalPosition) this.finalPosition = position;
  }

  /** Read-after-write per client group: a read must reflect the last write that its group held as final when it was sent. */
  read(node: NodeId, at: Instant, served: Position, required: Position): void {
    if (served < required)
      this.add({
        check: 'linearizable reads',
        kind: 'safety',
        at,
        node,
        detail: `a read was served at position ${served}, though position ${required} was final when it was sent`,
      });
  }

  /**
   * At the end: what was final is still there, at some node that lives. Judged only when the cluster had time to `settle` after
   * the last fault: replicas that came back a moment ago may not have executed their logs yet.
   */
  atEnd(end: Instant, executed: readonly Position[], settled: boolean, invariant: string | null): void {
    let highest = 0;
    let keeper = 0;
    executed.forEach((position, node) => {
      if (position > highest) [highest, keeper] = [position, node];
    });
    if (settled && executed.length > 0 && highest < this.finalPosition)
      this.add({
        check: 'durability',
        kind: 'safety',
        at: end,
        node: keeper,
        detail: `position ${this.finalPosition} was final, but no live node has executed beyond ${highest}`,
      });
    if (invariant !== null)
      this.add({ check: 'ledger invariant', kind: 'safety', at: end, node: 0, detail: invariant });
  }

  /**
   * Progress after the last fault: while a request is outstanding, none may fail to become final for longer than `within`.
   * `gaps`: intervals after that fault in which requests were outstanding and none became final; one that reaches `end` is open.
   */
  progress(lastFaultEnd: Instant, gaps: readonly Gap[], within: Duration, end: Instant): void {
    const gap = gaps.find(({ from, to }) => to - from > within);
    if (gap === undefined) return;
    const when =
      gap.to === end ? 'none did before the run ended' : `the next did at ${formatDuration(gap.to as number)}`;
    const since = lastFaultEnd === 0 ? '' : `the last fault ended at ${formatDuration(lastFaultEnd as number)} and `;
    this.add({
      check: 'progress',
      kind: 'liveness',
      at: gap.from + within,
      node: -1,
      detail: `${since}requests were outstanding from ${formatDuration(gap.from as number)} on; one should have become final within ${formatDuration(within)}; ${when}`,
    });
  }

  /** The earliest finding: by time, then node, then text. */
  get earliest(): Finding | null {
    let best: Finding | null = null;
    for (const f of this.findings)
      if (
        best === null ||
        f.at < best.at ||
        (f.at === best.at && (f.node < best.node || (f.node === best.node && f.detail < best.detail)))
      )
        best = f;
    return best;
  }
}
