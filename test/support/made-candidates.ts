// Candidates of a comparison as plain figures, for the logic of decisions: no run stands behind them.
import type { Candidate, CandidateDrill, Criterion, JudgedObjective, Trust } from '../../src/experiment/candidate.ts';

export interface Figures {
  readonly label?: string;
  readonly trust?: Trust;
  readonly unfit?: string;
  /** Means; with `spread`, five replications that lie around them. */
  readonly cost?: number | null;
  readonly outage?: number;
  readonly finality?: number | null;
  readonly capacity?: number;
  readonly objectives?: readonly JudgedObjective[];
  readonly drills?: readonly CandidateDrill[];
  /** Added to each of five replications, in turn. */
  readonly noise?: readonly number[];
}

export function madeCandidate(figures: Figures = {}): Candidate {
  const { label = 'A', trust = 'crash', unfit = null, noise = [0, 0, 0, 0, 0] } = figures;
  const valued = (value: number | null | undefined, usual: number) => {
    if (value === null) return null;
    const mean = value ?? usual;
    return { value: mean, perRun: noise.map((part) => mean + part), step: 0 };
  };
  const criteria: Record<Criterion, Candidate['criteria'][Criterion]> = {
    cost_per_month: valued(figures.cost, 100),
    worst_outage_ms: valued(figures.outage, 1000),
    finality_p99_ms: valued(figures.finality, 200),
    capacity_per_s: valued(figures.capacity, 5000),
  };
  const { objectives = [], drills = [] } = figures;
  return { label, trust, unfit, untold: false, criteria, objectives, drills, spending: null, underTarget: judgedBy };
}

/** By values alone. */
function judgedBy(this: Candidate, measure: string, limit: number): Candidate {
  const within = (value: number | null, { direction }: JudgedObjective): boolean =>
    value !== null && (direction === 'at-most' ? value <= limit : value >= limit);
  const objective = this.objectives.find((one) => one.measure === measure) as JudgedObjective;
  const drills = this.drills.map((drill) => ({
    ...drill,
    missed: [
      ...drill.missed.filter((one) => one !== measure),
      ...(measure in drill.values && !within(drill.values[measure] ?? null, objective) ? [measure] : []),
    ],
  }));
  const objectives = this.objectives.map((one) =>
    one.measure === measure ? { ...one, limit, met: within(one.value, one) } : one,
  );
  return { ...this, objectives, drills };
}

export function madeObjective(changes: Partial<JudgedObjective> = {}): JudgedObjective {
  const { value = 200, limit = 300, direction = 'at-most' } = changes;
  const met = value !== null && (direction === 'at-most' ? value <= limit : value >= limit);
  return {
    measure: 'finality_p99',
    target: `${limit}ms`,
    low: value,
    high: value,
    at_least: false,
    decided: true,
    reason: null,
    ...changes,
    value,
    limit,
    direction,
    met: changes.met ?? met,
  };
}

/** Only what decisions look at. */
export function madeDrill(changes: Partial<CandidateDrill> = {}): CandidateDrill {
  return {
    recovered: true,
    outageMs: 1000,
    values: {},
    missed: [],
    answer: {} as CandidateDrill['answer'],
    ...changes,
  };
}
