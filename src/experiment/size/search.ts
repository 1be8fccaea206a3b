/**
 * The sizing search: candidates in order of cost, cut by bounds where they can be, raced where they cannot, until the cheapest few that
 * do are known. Each answer is of a kind of its own (protocol, nodes, machine, bandwidth): the best placement and batch of each.
 */

import type { RunSpec } from '../../simulation/run-spec.ts';
import type { Instant } from '../../units/quantities.ts';
import type { Experiment, FailedRun, RunOutcome } from '../experiment.ts';
import { scaledLoad } from '../offered-load.ts';
import { untoldText } from '../telling.ts';
import { boundCut } from './bound-cut.ts';
import { CutBook, type CutName } from './cut-book.ts';
import { expectedIn, loadOf } from './demand.ts';
import { type Drill, drilled, drillsOf, settledAt } from './drills.ts';
import { type Asked, type Contender, countCandidates, fieldOf } from './field.ts';
import { type HeadroomTrial, headroomsOf } from './headroom.ts';
import { configurationOf, isAsStrong, kindOf } from './kinds.ts';
import { NO_HEADROOM } from './reach.ts';
import type { Finalist, RunLength, Simulated, SizeAnswer, SizePlan, SizeStage } from './search-answer.ts';
import { problemsOf, setupOf } from './setup.ts';
import type { Candidate, RunSetup } from './space.ts';
import { clearlyMisses, type Trial, trialOf, whyMissed, worstMiss } from './trial.ts';

/** Candidates raced together: few at first, since the cheapest often do. The same for any number of threads. */
const FIRST_WAVE = 4;
const LARGEST_WAVE = 32;

/** `tell` hears of each stage before its runs are asked for; it changes nothing. */
export function* sizeSearch(plan: SizePlan, tell: (stage: SizeStage) => void = () => {}): Experiment<SizeAnswer> {
  const search = new Search(plan, tell);
  let size = FIRST_WAVE;
  while (!search.isOver) {
    const wave = search.nextWave(Math.min(size, search.mayBeSimulated));
    if (wave.length === 0) break;
    yield* search.race(wave);
    size = Math.min(2 * size, LARGEST_WAVE);
  }
  yield* search.measureHeadroom();
  return search.answer();
}

type Asking<Answer> = Generator<readonly RunSpec[], Answer, readonly RunOutcome[]>;

interface Racer extends Contender {
  readonly setup: RunSetup;
}

/** One trial. */
interface Wanted {
  readonly setup: RunSetup;
  readonly length: RunLength;
}

class Search {
  private readonly plan: SizePlan;
  private readonly tell: (stage: SizeStage) => void;
  private readonly asked: Asked;
  private readonly book = new CutBook();
  private readonly field: readonly Contender[];
  private readonly best: Finalist[] = [];
  private readonly kinds = new Set<string>();
  private readonly simulated = new Map<Candidate, Simulated>();
  private readonly failed: FailedRun[] = [];
  /** By configuration (variant and placement): hardware that was seen to fail. */
  private readonly weak = new Map<string, Candidate[]>();
  private readonly probed = new Set<string>();
  /** Runs of the candidate that is being followed, so that none is asked for twice. */
  private readonly followed = new Map<string, RunOutcome>();
  private at = 0;
  private runs = 0;
  private sameKind = 0;
  private interrupted = false;

  constructor(plan: SizePlan, tell: (stage: SizeStage) => void) {
    this.plan = plan;
    this.tell = tell;
    const { space, demand, full } = plan;
    const load = loadOf(space, demand);
    const measured = full.duration - (full.warmup === 'auto' ? full.duration / 2 : full.warmup);
    this.asked = { space, demand, load, expected: expectedIn(load, measured) };
    this.field = fieldOf(this.asked, this.book);
  }

  get isOver(): boolean {
    return this.best.length >= this.plan.best || this.interrupted || this.runs >= this.plan.budget;
  }

  /** How many more candidates. */
  get mayBeSimulated(): number {
    return (this.plan.mostSimulated ?? Number.POSITIVE_INFINITY) - this.simulated.size;
  }

  /** The next candidates in order of cost that no bound cuts. */
  nextWave(size: number): readonly Racer[] {
    const wave: Racer[] = [];
    while (wave.length < size && this.at < this.field.length) {
      const contender = this.field[this.at++] as Contender;
      if (this.kinds.has(kindOf(contender.candidate))) this.sameKind++;
      else if (!this.isCut(contender)) wave.push({ ...contender, setup: this.setupOf(contender) });
    }
    return wave;
  }

  /** Short runs for all, then full ones for those that are left, the cheapest first. */
  *race(wave: readonly Racer[]): Asking<void> {
    const { short } = this.plan;
    this.followed.clear();
    this.begin('short runs');
    const trials = yield* this.trials(
      wave.map(({ setup }) => ({ setup, length: short })),
      1,
    );
    if (this.interrupted) return;
    const weak = wave.filter((racer, i) => {
      const trial = trials[i] as Trial;
      const fails = clearlyMisses(trial);
      this.note(racer, trial, fails ? 'does not' : 'not followed up');
      if (fails) this.drop('screened', racer, trial);
      return fails;
    });
    yield* this.probe(weak.map((racer) => ({ racer, drill: null })));
    for (const racer of wave) {
      if (this.isOver) {
        // What is left of the wave is looked at no further.
        return;
      }
      if (weak.includes(racer)) continue;
      if (this.kinds.has(kindOf(racer.candidate))) this.sameKind++;
      else if (!this.isCut(racer)) yield* this.follow(racer);
    }
  }

  /** All replications, then every loss that it must survive: one that it does not excludes it also where all nodes up cannot tell. */
  private *follow(racer: Racer): Asking<void> {
    const { full, replications } = this.plan;
    this.followed.clear();
    this.begin('full runs');
    let [trial] = (yield* this.trials([{ setup: racer.setup, length: full }], replications)) as [Trial];
    if (!this.interrupted && !trial.decided && trial.failed.length === 0) {
      // On the verge: as many runs again.
      [trial] = (yield* this.trials([{ setup: racer.setup, length: full }], 2 * replications)) as [Trial];
    }
    if (this.interrupted) return;
    if (trial.misses.length > 0) {
      this.note(racer, trial, 'does not');
      this.drop('simulated', racer, trial);
      yield* this.probe([{ racer, drill: null }]);
      return;
    }
    const drills = yield* this.drill(racer, trial.untold !== null);
    if (drills === null) return;
    if (trial.untold !== null) {
      this.leaveOpen(racer, trial, untoldText(trial.untold, this.plan.inFile.full));
      return;
    }
    this.note(racer, trial, 'does');
    this.kinds.add(kindOf(racer.candidate));
    this.best.push({
      contender: racer,
      setup: racer.setup,
      trial,
      drills,
      headroom: NO_HEADROOM,
      warnings: problemsOf(racer.setup, this.asked.load).map(
        ({ path, message, expected }) =>
          `${path === '' ? '' : `${path}: `}${message}${expected === undefined ? '' : `, expected ${expected}`}`,
      ),
    });
  }

  /**
   * null where a loss is not survived, or runs cannot tell. One run of each first: most that fail fail there. `isOpen`: all nodes up leave
   * the candidate open, and only a loss that is certainly not survived makes a difference, so no more runs than that one of the others.
   */
  private *drill(racer: Racer, isOpen: boolean): Asking<Finalist['drills'] | null> {
    const { demand } = this.asked;
    if (demand.survive === null) return [];
    this.begin('runs after a loss');
    const drills = drillsOf(racer.setup, demand.survive).map((drill) => ({
      drill,
      ...this.lengthOf(racer.setup, drill),
    }));
    const wanted = drills.map(({ drill, length }) => ({ setup: drilled(racer.setup, drill), length }));
    const { replications } = this.plan;
    // All runs, and as many again of each loss that this leaves on the verge: of the others more runs would turn nothing.
    const stages = [...new Set([1, replications, ...(isOpen ? [] : [2 * replications])])];
    let trials: readonly Trial[] = [];
    for (const stage of stages) {
      const isDone = ({ decided, misses }: Trial): boolean =>
        isOpen ? misses.length === 0 : stage > replications && decided;
      const again = wanted.flatMap((_, i) => (trials[i] !== undefined && isDone(trials[i]) ? [] : [i]));
      const found = yield* this.trials(
        again.map((i) => wanted[i] as (typeof wanted)[number]),
        stage,
      );
      if (this.interrupted) return null;
      trials = wanted.map((_, i) => (again.includes(i) ? found[again.indexOf(i)] : trials[i]) as Trial);
      const fails = trials.findIndex((trial) =>
        stage < replications
          ? clearlyMisses(trial)
          : trial.misses.length > 0 && (trial.decided || stage > replications),
      );
      if (fails >= 0) {
        const { drill } = drills[fails] as (typeof drills)[number];
        this.note(racer, trials[fails] as Trial, 'does not');
        this.drop('drilled', racer, trials[fails] as Trial, ` after the loss of ${drill.lost}`);
        yield* this.probe([{ racer, drill }]);
        return null;
      }
      if (stage >= replications && trials.every(({ decided }) => decided)) break;
    }
    for (const [i, trial] of isOpen ? [] : trials.entries()) {
      if (trial.untold === null) continue;
      const why = untoldText(trial.untold, this.plan.inFile.afterLoss);
      this.leaveOpen(racer, trial, `${why} (after the loss of ${drills[i]?.drill.lost})`);
      return null;
    }
    return drills.map(({ drill, settledAt: at }, i) => ({ drill, settledAt: at, trial: trials[i] as Trial }));
  }

  /**
   * Monotonicity: where the strongest hardware of a configuration fails, weaker hardware does. One short run of the strongest is tried
   * for each configuration that failed with less.
   */
  private *probe(failing: readonly { readonly racer: Racer; readonly drill: Drill | null }[]): Asking<void> {
    const probes = failing.flatMap(({ racer, drill }) => {
      const { candidate } = racer;
      const key = configurationOf(candidate);
      this.weak.set(key, [...(this.weak.get(key) ?? []), candidate]);
      const strongest = this.strongestOf(candidate);
      if (strongest === null || this.probed.has(key)) return [];
      this.probed.add(key);
      const setup = this.setupOf({ ...racer, candidate: strongest });
      if (drill === null) return [{ racer, strongest, setup, length: this.plan.short }];
      return [{ racer, strongest, setup: drilled(setup, drill), length: this.lengthOf(setup, drill).length }];
    });
    this.begin('stronger hardware');
    const trials = yield* this.trials(probes, 1);
    if (this.interrupted) return;
    probes.forEach(({ strongest }, i) => {
      if (!clearlyMisses(trials[i] as Trial)) return;
      const key = configurationOf(strongest);
      this.weak.set(key, [...(this.weak.get(key) ?? []), strongest]);
    });
  }

  /** The hardware that is at least as strong as all other; null where there is none, or this is it. */
  private strongestOf(candidate: Candidate): Candidate | null {
    const { machines, bandwidths } = this.asked.space;
    const all = machines.flatMap((machine) => bandwidths.map((bandwidth) => ({ ...candidate, machine, bandwidth })));
    const found = all.find((one) => all.every((other) => isAsStrong(one, other))) ?? null;
    return found === null || isAsStrong(candidate, found) ? null : found;
  }

  private isWeak({ candidate }: Contender): boolean {
    return (this.weak.get(configurationOf(candidate)) ?? []).some((failing) => isAsStrong(failing, candidate));
  }

  /** Whether a bound or monotonicity settles it without a run. */
  private isCut(contender: Contender): boolean {
    const found = this.isWeak(contender)
      ? { name: 'stronger_fails' as const, by: 1, why: () => 'hardware that is at least as strong failed' }
      : boundCut(contender, this.setupOf(contender), this.asked);
    if (found === null) return false;
    this.book.add(found.name, contender.candidate, contender.cost.total, found.by, found.why);
    return true;
  }

  /** More and more load on each answer, until it no longer gives what is asked for. */
  *measureHeadroom(): Asking<void> {
    if (this.interrupted) return;
    const found = yield* headroomsOf(this.best, this.plan.inFile, (wanted) =>
      this.judgedAlike(wanted.map((one) => this.underLoad(one))),
    );
    found.forEach((headroom, i) => {
      this.best[i] = { ...(this.best[i] as Finalist), headroom };
    });
  }

  /**
   * As answers are: one run of each first, which settles what it clearly misses, then all replications, and on the verge as many again. null:
   * interrupted.
   */
  private *judgedAlike(wanted: readonly Wanted[]): Asking<readonly Trial[] | null> {
    const { replications } = this.plan;
    this.followed.clear();
    this.begin('headroom');
    let trials: readonly Trial[] = [];
    for (const stage of new Set([1, replications, 2 * replications])) {
      const isDone = (trial: Trial | undefined): boolean =>
        trial !== undefined && (clearlyMisses(trial) || (stage > replications && trial.decided));
      const again = wanted.filter((_, i) => !isDone(trials[i]));
      const found = [...(yield* this.trials(again, stage, false))];
      if (this.interrupted) return null;
      trials = wanted.map((one, i) => (again.includes(one) ? found.shift() : trials[i]) as Trial);
    }
    return trials;
  }

  private underLoad({ of: { setup }, factor, drill }: HeadroomTrial): Wanted {
    const loaded = { ...scaledLoad(setup, factor), label: `${setup.label} ×${factor}` };
    if (drill === null) return { setup: loaded, length: this.plan.full };
    return { setup: drilled(loaded, drill), length: this.lengthOf(loaded, drill).length };
  }

  answer(): SizeAnswer {
    const { plan, best, interrupted } = this;
    const candidates = countCandidates(plan.space);
    // Whatever is neither left out nor an answer, the rest of a wave that was raced but not followed included.
    const left = candidates - this.book.total - this.sameKind - best.length;
    const complete = best.length >= plan.best;
    return {
      load: this.asked.load,
      candidates,
      best,
      book: this.book,
      simulated: [...this.simulated.values()],
      runs: this.runs,
      mostSimulated: plan.mostSimulated,
      sameKind: this.sameKind,
      notReached: left,
      ended: interrupted ? 'interrupted' : complete ? 'complete' : left === 0 ? 'exhausted' : this.unfinished(),
      failed: this.failed,
    };
  }

  private unfinished(): 'capped' | 'budget' {
    return this.mayBeSimulated <= 0 ? 'capped' : 'budget';
  }

  private begin(name: SizeStage['name']): void {
    this.tell({ name, left: this.field.length - this.at });
  }

  private setupOf({ candidate, placement }: Contender): RunSetup {
    return setupOf(candidate, this.asked.space, this.asked.load, placement.ranking);
  }

  private lengthOf(setup: RunSetup, drill: Drill): { readonly settledAt: Instant; readonly length: RunLength } {
    const at = settledAt(setup, drill);
    return { settledAt: at, length: { warmup: at, duration: at + this.plan.afterLoss } };
  }

  /** Replications 0 … of each; `judged` false: at whatever load, without what counts as failing. */
  private *trials(wanted: readonly Wanted[], replications: number, judged = true): Asking<readonly Trial[]> {
    if (wanted.length === 0) return [];
    const specs = wanted.map(({ setup, length }) =>
      Array.from({ length: replications }, (_, replication) => this.plan.specFor(setup, replication, length)),
    );
    const outcomes = yield* this.outcomesOf(specs.flat());
    return wanted.map(({ length }, i) => {
      const own = outcomes.slice(i * replications, (i + 1) * replications);
      if (judged) this.failed.push(...own.filter((outcome): outcome is FailedRun => !outcome.ok));
      return trialOf((specs[i] as RunSpec[])[0] as RunSpec, own, length.warmup, this.asked.demand.objectives);
    });
  }

  private *outcomesOf(specs: readonly RunSpec[]): Asking<readonly RunOutcome[]> {
    const key = ({ label, replication, horizon }: RunSpec): string => `${label} ${replication} ${horizon}`;
    const missing = specs.filter((spec) => !this.followed.has(key(spec)));
    const outcomes = missing.length === 0 ? [] : yield missing;
    this.runs += outcomes.length;
    this.interrupted ||= outcomes.some((outcome) => !outcome.ok && outcome.kind === 'interrupted');
    missing.forEach((spec, i) => {
      this.followed.set(key(spec), outcomes[i] as RunOutcome);
    });
    return specs.map((spec) => this.followed.get(key(spec)) as RunOutcome);
  }

  private note({ candidate, cost }: Contender, { finalityP99 }: Trial, outcome: Simulated['outcome']): void {
    const p99Ms = finalityP99?.mean ?? null;
    this.simulated.set(candidate, { candidate, cost: cost.total, p99Ms, outcome });
  }

  /** Neither an answer nor excluded. */
  private leaveOpen(racer: Racer, trial: Trial, why: string): void {
    this.note(racer, trial, 'undecided');
    this.book.add('undecided', racer.candidate, racer.cost.total, 0, () => why);
  }

  private drop(name: CutName, { candidate, cost }: Contender, trial: Trial, when = ''): void {
    this.book.add(name, candidate, cost.total, worstMiss(trial).by, () => whyMissed(trial, when));
  }
}
