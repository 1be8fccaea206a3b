/**
 * The runs of one design point, by load: what is asked for of each, what came of it, and how it is judged (stability.ts). What a scenario's
 * file offers is the factor 1.
 */
import type { RunResult } from '../../simulation/run-result.ts';
import type { RunSpec } from '../../simulation/run-spec.ts';
import type { Rate, Ratio } from '../../units/quantities.ts';
import type { FailedRun, RunOutcome } from '../experiment.ts';
import { offeredRate, scaledLoad } from '../offered-load.ts';
import type { PointQuestion } from '../point-estimate.ts';
import { isAsMeant, type SentLoad, sentIn } from '../sent-load.ts';
import { judgeLoad, type LoadVerdict } from '../stability.ts';
import type { SaturationPlan } from './plan.ts';
import type { JudgedLoad, SearchSettings, WantedLoad } from './search.ts';

/** What one load did. */
export interface MeasuredLoad extends LoadVerdict {
  readonly factor: number;
  /** What the scenario offers × the factor × `PointSaturation.sentShare`. */
  readonly rate: Rate;
  readonly replications: number;
  readonly sent: SentLoad;
}

/** A backlog that grows by a quarter of the precision is none: what it adds to the answer is well inside the precision. */
const TOLERANCE = 0.25;

/** Grows by what `take` is given; asks for nothing itself. */
export class LoadBench {
  readonly spec: RunSpec;
  readonly offered: Rate;
  /** Of each load that the answer rests on. */
  readonly replications: number;
  readonly precision: Ratio;
  readonly failed: FailedRun[] = [];
  /** A load of which no run ended says nothing, and what an interruption leaves out is not judged. */
  stopped = false;
  runs = 0;
  private readonly plan: SaturationPlan;
  readonly question: PointQuestion;
  private readonly point: number;
  private readonly results = new Map<number, { asked: number; readonly runs: RunResult[] }>();
  private readonly verdicts = new Map<number, MeasuredLoad>();

  constructor(plan: SaturationPlan, question: PointQuestion, point: number) {
    this.plan = plan;
    this.question = question;
    this.point = point;
    this.replications = plan.replications;
    this.precision = plan.precision;
    this.spec = plan.specFor(point, 0);
    this.offered = offeredRate(this.spec.clients);
  }

  /** Ascending. */
  get loads(): readonly MeasuredLoad[] {
    return [...this.verdicts.values()].sort((a, b) => a.factor - b.factor);
  }

  get judged(): readonly JudgedLoad[] {
    return judgedOf(this.loads);
  }

  /** What was measured of these. */
  endsAt(bracket: readonly (JudgedLoad | null)[]): readonly MeasuredLoad[] {
    return bracket.flatMap((end) => (end === null ? [] : (this.verdicts.get(end.factor) ?? [])));
  }

  readonly isSentAsMeant = ({ sent }: MeasuredLoad): boolean => isAsMeant(sent, this.precision);

  replicationsOf(factor: number): number {
    return this.results.get(factor)?.asked ?? 0;
  }

  runsOf(factor: number): readonly RunResult[] {
    return this.results.get(factor)?.runs ?? [];
  }

  /** As many of the loads, in their order, as so many runs allow. */
  affordable(wanted: readonly WantedLoad[], runs: number): readonly WantedLoad[] {
    let left = runs;
    return wanted.filter(({ factor, replications }) => {
      left -= replications - this.replicationsOf(factor);
      return left >= 0;
    });
  }

  /** A load that was judged already where one lies within a quarter of the precision; it needs its full replications. */
  near(factor: number, { replications, precision }: SearchSettings): WantedLoad {
    const known = [...this.verdicts.keys()].find((other) => Math.abs(other / factor - 1) <= precision / 4);
    return { factor: known ?? Number(factor.toPrecision(6)), replications };
  }

  specsOf(wanted: readonly WantedLoad[]): readonly RunSpec[] {
    return wanted.flatMap(({ factor, replications }) => {
      const from = this.replicationsOf(factor);
      return Array.from({ length: replications - from }, (_, i) =>
        scaledLoad(this.plan.specFor(this.point, from + i), factor),
      );
    });
  }

  /** `outcomes`: of `specsOf` the same loads. */
  take(wanted: readonly WantedLoad[], outcomes: readonly RunOutcome[]): void {
    let at = 0;
    for (const { factor, replications } of wanted) {
      const known = this.results.get(factor) ?? { asked: 0, runs: [] };
      const own = outcomes.slice(at, at + replications - known.asked);
      at += own.length;
      known.asked = replications;
      for (const outcome of own) {
        if (outcome.ok) known.runs.push(outcome.result);
        else this.failed.push(outcome);
      }
      this.results.set(factor, known);
      this.runs += own.length;
      if (own.some((outcome) => !outcome.ok && outcome.kind === 'interrupted') || known.runs.length === 0)
        this.stopped = true;
      if (known.runs.length > 0) this.verdicts.set(factor, this.judge(factor, known));
      if (this.verdicts.get(factor)?.cause === 'unsafe') this.stopped = true;
    }
  }

  private judge(factor: number, { asked, runs }: { readonly asked: number; readonly runs: readonly RunResult[] }) {
    const spec = scaledLoad(this.spec, factor);
    const verdict = judgeLoad(this.question, spec, runs, TOLERANCE * this.plan.precision);
    const sent = sentIn(spec, runs, verdict.estimate.warmUp.end);
    return { ...verdict, factor, rate: factor * this.offered, replications: asked, sent };
  }
}

export function judgedOf(loads: readonly MeasuredLoad[]): readonly JudgedLoad[] {
  return loads.map(({ factor, replications, cause, decided, kept, estimate }) => ({
    factor,
    replications,
    stable: cause === null,
    told: cause !== 'untold',
    decided,
    busy: estimate.bottleneck?.utilisation ?? 0,
    kept,
  }));
}
