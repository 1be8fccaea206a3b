/** `size.json`: what a sizing search answers, as plain data. Nothing in it depends on the machine, the threads or the date. */
import type { Condition } from '../experiment/condition.ts';
import type { Estimate } from '../experiment/estimate.ts';
import type { Objective, ObjectiveVerdict } from '../experiment/objective.ts';
import { CUT_NAMES, CUTS, type CutName, type NearMiss } from '../experiment/size/cut-book.ts';
import type { Demand } from '../experiment/size/demand.ts';
import { type GoodputAsked, goodputAsked, sentFor, throughputAsked } from '../experiment/size/demand.ts';
import { lossesIn } from '../experiment/size/drills.ts';
import { type Margin, marginsOf } from '../experiment/size/margins.ts';
import type { Reach } from '../experiment/size/reach.ts';
import type { Finalist, Simulated, SizeAnswer } from '../experiment/size/search-answer.ts';
import { labelOf, setupOf } from '../experiment/size/setup.ts';
import type { SizingCost } from '../experiment/size/sizing-cost.ts';
import type { Candidate, RunSetup, Space, Survival } from '../experiment/size/space.ts';
import type { Trial } from '../experiment/size/trial.ts';
import { protocols } from '../protocols/registry.ts';
import { MILLISECOND } from '../units/quantities.ts';
import type { AnswerHead } from './answer-head.ts';
import type { CheckedRangeRow } from './result-file.ts';

export interface SizeFile extends AnswerHead {
  readonly asked: AskedRow;
  /** null: no prices for traffic and disk. */
  readonly currency: string | null;
  /** The cheapest first; each of a kind (protocol, nodes, machine, bandwidth) of its own. Empty: nothing in the space does. */
  readonly answers: readonly AnswerRow[];
  /** What comes nearest without giving what is asked for, of each reason, nearest first; then what is undecided. */
  readonly nearest: readonly NearRow[];
  readonly simulated: readonly SimulatedRow[];
  readonly search: SearchRow;
  readonly assumptions: readonly string[];
}

export interface AskedRow {
  readonly objectives: readonly {
    readonly measure: string;
    readonly direction: Objective['direction'];
    /** As it was written. */
    readonly target: string;
    /** In the unit of the estimate: ms, per second, a share. */
    readonly limit: number;
  }[];
  readonly survive: Survival | null;
  readonly byzantine: { readonly faults: number; readonly meanwhile: boolean } | null;
  /** null: no throughput is asked for; where no goodput is either, the scenario's own load is offered. */
  readonly throughput_per_s: number | null;
  /** A goodput that is asked for, the share of requests that is valid (by a sample), and what must be sent for it; null: none is. */
  readonly goodput: { readonly per_s: number; readonly valid_share: number; readonly sent_per_s: number } | null;
  readonly offered_per_s: number;
  readonly load_margin: number;
  readonly average_load: number;
}

export interface AnswerRow {
  readonly label: string;
  readonly protocol: string;
  readonly trust: 'crash' | 'byzantine';
  readonly trust_note: string;
  readonly nodes: number;
  /** The best leader's site first: node 0 stands there and leads at first. */
  readonly placement: readonly { readonly site: string; readonly nodes: number }[];
  readonly quorum: number;
  readonly byzantine_tolerated: number;
  readonly machine: string;
  readonly cores: number;
  readonly bandwidth_bps: number;
  /** The options with several values in the space. */
  readonly settings: string;
  /** Timeouts that followed from the placement, ms. */
  readonly timeouts_ms: Readonly<Record<string, number | readonly [number, number]>>;
  readonly cost_per_month: SizingCost;
  readonly offered_per_s: Estimate | null;
  readonly throughput_per_s: Estimate | null;
  readonly finality_p50_ms: Estimate | null;
  /** As judged: with what is unfinished as at least its age. So is every finality p99 of this file. */
  readonly finality_p99_ms: Estimate | null;
  readonly objective: readonly ObjectiveVerdict[];
  readonly losses: readonly LossRow[];
  /** How many different losses there are of what must be survived, of which `losses` were simulated; null: none must be. */
  readonly losses_possible: number | null;
  /** With all nodes up and after each of the losses; `all_up`: without the losses. */
  readonly headroom: Reach & { readonly all_up: Reach };
  /** What it has to spare, the least first: the first binds. */
  readonly margins: readonly Margin[];
  /** Runs that what is said of it rests on. */
  readonly replications: number;
  /** Runs beside them that held no request that was final or overdue, and are left out. */
  readonly quiet_replications: number;
  /** Of one run: the measures that lie so near their target in it that another could turn them. */
  readonly unsure: readonly string[];
  readonly warnings: readonly string[];
  readonly checked_range: CheckedRangeRow;
}

/** After a loss that must be survived. */
export interface LossRow {
  readonly lost: string;
  readonly nodes: readonly number[];
  readonly settled_after_ms: number;
  readonly finality_p99_ms: Estimate | null;
  readonly condition: Condition | null;
  /** As of an answer. */
  readonly replications: number;
  readonly quiet_replications: number;
  /** False where an interval reaches across its target, so that more replications could turn it. */
  readonly decided: boolean;
  /** As of an answer. */
  readonly unsure: readonly string[];
}

export interface NearRow {
  readonly label: string;
  readonly cost_per_month: number;
  readonly cut: CutName;
  readonly by: number;
  readonly in_nodes: boolean;
  readonly why: string;
  readonly checked_range: CheckedRangeRow;
}

export interface SimulatedRow {
  readonly label: string;
  readonly cost_per_month: number;
  readonly finality_p99_ms: number | null;
  readonly outcome: Simulated['outcome'];
}

export interface SearchRow {
  readonly candidates: number;
  /** By reason: how many were left out, how many of them cheaper than the first answer, and what the reason rests on. */
  readonly cuts: readonly {
    readonly cut: CutName;
    readonly rests_on: (typeof CUTS)[CutName];
    readonly count: number;
    readonly cheaper: number;
  }[];
  readonly simulated: number;
  /** A rough answer simulates no more candidates; null: no such cap. */
  readonly most_simulated: number | null;
  readonly runs: number;
  readonly same_kind: number;
  readonly not_reached: number;
  readonly ended: SizeAnswer['ended'];
  readonly failed_runs: number;
}

export type SizeAbout = Pick<
  SizeFile,
  'scenario' | 'question' | 'id' | 'model_version' | 'seed' | 'quick' | 'repeat_command' | 'assumptions'
>;

/** Where a cluster lies, by how busy its runs were; null: none was made of it. */
type RangeOf = (setup: RunSetup, trial: Trial | null) => CheckedRangeRow;

export function buildSize(
  about: SizeAbout,
  space: Space,
  demand: Demand,
  answer: SizeAnswer,
  checkedRangeOf: RangeOf,
): SizeFile {
  const { assumptions, ...named } = about;
  const first = answer.best[0]?.contender.cost.total;
  return {
    format: 1,
    ...named,
    asked: {
      objectives: demand.objectives.map(({ measure, direction, text, target }) => ({
        measure,
        direction,
        target: text,
        limit: target,
      })),
      survive: demand.survive,
      byzantine: demand.byzantine,
      throughput_per_s: throughputAsked(demand.objectives),
      goodput: goodputRow(goodputAsked(space.shared, demand.objectives)),
      offered_per_s: answer.load.offered,
      load_margin: space.loadMargin,
      average_load: space.averageLoad,
    },
    currency: space.prices?.currency ?? null,
    answers: answer.best.map((finalist) =>
      answerRow(finalist, space, demand, checkedRangeOf(finalist.setup, finalist.trial)),
    ),
    nearest: nearRows(answer, space, checkedRangeOf, first),
    simulated: answer.simulated
      .map(({ candidate, cost, p99Ms, outcome }) => ({
        label: labelOf(candidate, space),
        cost_per_month: cost,
        finality_p99_ms: p99Ms,
        outcome,
      }))
      .sort((a, b) => a.cost_per_month - b.cost_per_month),
    search: {
      candidates: answer.candidates,
      cuts: CUT_NAMES.map((cut) => ({
        cut,
        rests_on: CUTS[cut],
        count: answer.book.count(cut),
        cheaper: first === undefined ? answer.book.count(cut) : answer.book.count(cut, first),
      })).filter(({ count }) => count > 0),
      simulated: answer.simulated.length,
      most_simulated: answer.mostSimulated,
      runs: answer.runs,
      same_kind: answer.sameKind,
      not_reached: answer.notReached,
      ended: answer.ended,
      failed_runs: answer.failed.length,
    },
    assumptions,
  };
}

function goodputRow(goodput: GoodputAsked | null): AskedRow['goodput'] {
  if (goodput === null) return null;
  return { per_s: goodput.rate, valid_share: goodput.validShare, sent_per_s: sentFor(goodput) };
}

function answerRow(finalist: Finalist, space: Space, demand: Demand, checkedRange: CheckedRangeRow): AnswerRow {
  const { contender, setup, trial, drills, headroom, warnings } = finalist;
  const { candidate, cost, placement } = contender;
  const { variant, nodes, counts, machine, bandwidth } = candidate;
  const { trust, trustNote } = protocols[variant.protocol as keyof typeof protocols];
  const estimates = trial.estimate?.estimates;
  return {
    label: setup.label,
    protocol: variant.protocol,
    trust,
    trust_note: trustNote,
    nodes,
    placement: placement.ranking.map((site) => {
      const at = space.sites.findIndex((one) => one.site === site);
      return { site: space.sites[at]?.name as string, nodes: counts[at] as number };
    }),
    quorum: placement.figures.quorum,
    byzantine_tolerated: placement.figures.byzantine,
    machine: machine.name,
    cores: machine.spec.cores,
    bandwidth_bps: bandwidth.rate,
    settings: variant.text,
    timeouts_ms: timeoutsOf(variant.derived, setup.protocol.options as Readonly<Record<string, unknown>>),
    cost_per_month: cost,
    offered_per_s: estimates?.offered_per_s ?? null,
    throughput_per_s: estimates?.throughput_per_s ?? null,
    finality_p50_ms: estimates?.finality_p50_ms ?? null,
    finality_p99_ms: trial.finalityP99,
    objective: trial.estimate?.objective ?? [],
    losses: drills.map(({ drill, settledAt, trial: after }) => ({
      lost: drill.lost,
      nodes: drill.nodes,
      settled_after_ms: (settledAt - (after.spec.faults[0]?.at ?? 0)) / MILLISECOND,
      finality_p99_ms: after.finalityP99,
      condition: after.estimate?.condition?.condition ?? null,
      replications: after.runs.length,
      quiet_replications: after.quiet,
      decided: after.decided,
      unsure: after.unsure,
    })),
    losses_possible: demand.survive === null ? null : lossesIn(setup, demand.survive),
    headroom: headroomRow(headroom),
    margins: marginsOf(finalist, demand.objectives),
    replications: trial.runs.length,
    quiet_replications: trial.quiet,
    unsure: trial.unsure,
    warnings,
    checked_range: checkedRange,
  };
}

function headroomRow({ allUp, ...all }: Finalist['headroom']): AnswerRow['headroom'] {
  return { ...all, all_up: allUp };
}

function timeoutsOf(derived: readonly string[], options: Readonly<Record<string, unknown>>): AnswerRow['timeouts_ms'] {
  return Object.fromEntries(
    derived.flatMap((key): [string, number | readonly [number, number]][] => {
      const value = options[key];
      const name = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      if (key === 'initialLeader') return [];
      if (typeof value === 'number') return [[name, value / MILLISECOND]];
      const { min, max } = value as { readonly min: number; readonly max: number };
      return [[name, [min / MILLISECOND, max / MILLISECOND]]];
    }),
  );
}

/**
 * Of each reason the nearest; where there are answers, only what would have been cheaper than the first of them. Nearest first: by the share
 * of the target that is missed, then those that lack nodes, by how many, then those whose options contradict, then those that are undecided;
 * of equals the cheaper.
 */
function nearRows(
  { book, load }: SizeAnswer,
  space: Space,
  checkedRangeOf: RangeOf,
  below = Number.POSITIVE_INFINITY,
): readonly NearRow[] {
  return CUT_NAMES.flatMap((cut) => {
    const near = book.nearest(cut);
    const useful: readonly NearMiss[] = near.filter(({ cost }) => cost < below);
    return useful.slice(0, CUTS[cut] === 'exact' || CUTS[cut] === 'monotonicity' ? 1 : 2).map((miss) => ({
      label: labelOf(miss.candidate, space),
      cost_per_month: miss.cost,
      cut,
      by: miss.by,
      in_nodes: miss.inNodes,
      why: miss.why,
      checked_range: checkedRangeOf(setupOf(miss.candidate, space, load, heldSites(miss.candidate, space)), null),
    }));
  })
    .filter(({ cut }) => CUTS[cut] !== 'monotonicity')
    .sort((a, b) => kindOfMiss(a) - kindOfMiss(b) || a.by - b.by || a.cost_per_month - b.cost_per_month);
}

/** A share and a number of nodes are not compared with each other, and neither a contradiction nor an open question is a distance. */
function kindOfMiss({ cut, in_nodes }: NearRow): number {
  if (cut === 'undecided') return 3;
  if (cut === 'options') return 2;
  return in_nodes ? 1 : 0;
}

/** Sites of the network with nodes, as listed: which of them leads is not known of a candidate that never ran. */
function heldSites({ counts }: Candidate, { sites }: Space): readonly number[] {
  return sites.flatMap(({ site }, i) => (counts[i] === 0 ? [] : [site]));
}
