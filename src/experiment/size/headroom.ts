/**
 * By how much the load of an answer could grow: a short ladder of factors, climbed with all nodes up until a step fails, and then as far
 * through the losses that it must survive. Each step is judged like the answer itself.
 */
import type { RunSpec } from '../../simulation/run-spec.ts';
import type { RunOutcome } from '../experiment.ts';
import { untoldText } from '../telling.ts';
import type { Drill } from './drills.ts';
import { type Headroom, NO_REACH } from './reach.ts';
import type { Finalist, SizePlan } from './search-answer.ts';
import { type Trial, whyMissed } from './trial.ts';

/** On the load that was simulated, the margin included. */
const LOAD_STEPS = [1.25, 1.5, 2, 3] as const;

export interface HeadroomTrial {
  readonly of: Finalist;
  readonly factor: number;
  /** null: all nodes are up. */
  readonly drill: Drill | null;
}

type Judging<Answer> = Generator<readonly RunSpec[], Answer, readonly RunOutcome[]>;

/** Of each answer; what they want next is run together. `judge`: null where it was interrupted, after which what is known counts. */
export function* headroomsOf(
  best: readonly Finalist[],
  inFile: SizePlan['inFile'],
  judge: (wanted: readonly HeadroomTrial[]) => Judging<readonly Trial[] | null>,
): Judging<readonly Headroom[]> {
  const ladders = best.map((finalist) => {
    const steps = ladder(finalist, inFile);
    return { steps, at: steps.next() };
  });
  for (;;) {
    const climbing = ladders.flatMap((one) => (one.at.done ? [] : [{ one, wanted: one.at.value.wanted }]));
    const all = climbing.flatMap(({ wanted }) => wanted);
    const trials = all.length === 0 ? null : yield* judge(all);
    if (trials === null) return ladders.map(({ at }) => (at.done ? at.value : at.value.shown));
    let taken = 0;
    for (const { one, wanted } of climbing) {
      one.at = one.steps.next(trials.slice(taken, taken + wanted.length));
      taken += wanted.length;
    }
  }
}

/** Trials that are wanted next, answered in their order; with what is known without them. */
interface Rung {
  readonly wanted: readonly HeadroomTrial[];
  readonly shown: Headroom;
}

type Losses = Finalist['drills'];

interface Kept {
  readonly factor: number;
  readonly unsure: readonly string[];
}

/**
 * With all nodes up every step is tried until one fails. The worst loss follows on the steps that were kept, until one fails. At the last step
 * that it holds at all other losses are tried, and where one of them fails again a step lower: so all of it is run at what is said to be kept.
 */
function* ladder(of: Finalist, inFile: SizePlan['inFile']): Generator<Rung, Headroom, readonly Trial[]> {
  const { drills: losses } = of;
  let allUp = NO_REACH;
  const kept: Kept[] = [];
  for (const factor of LOAD_STEPS) {
    const shown = losses.length === 0 ? { ...allUp, allUp } : { ...NO_REACH, allUp };
    const [trial] = (yield { wanted: [{ of, factor, drill: null }], shown }) as [Trial];
    const why = whyNot(trial, null, inFile);
    if (why !== null) {
      allUp = { ...allUp, fails: factor, why };
      break;
    }
    const { unsure } = trial;
    kept.push({ factor, unsure });
    allUp = { ...allUp, keeps: factor, unsure };
  }
  const [worst, ...others] = worstFirst(losses);
  if (worst === undefined) return { ...allUp, allUp };

  let { fails, why } = allUp;
  const shown = { ...NO_REACH, allUp };
  const held: Kept[] = [];
  for (const { factor, unsure } of kept) {
    const [trial] = (yield { wanted: [{ of, factor, drill: worst }], shown }) as [Trial];
    const failed = whyNot(trial, worst, inFile);
    if (failed !== null) {
      [fails, why] = [factor, failed];
      break;
    }
    held.push({ factor, unsure: [...unsure, ...unsureAfter(trial, worst)] });
  }
  for (const { factor, unsure } of held.reverse()) {
    const wanted = others.map((drill) => ({ of, factor, drill }));
    const trials = wanted.length === 0 ? [] : yield { wanted, shown };
    const [failed] = trials.flatMap((trial, i) => whyNot(trial, others[i] as Drill, inFile) ?? []);
    if (failed === undefined) {
      const all = trials.flatMap((trial, i) => unsureAfter(trial, others[i] as Drill));
      return { keeps: factor, unsure: [...unsure, ...all], fails, why, allUp };
    }
    [fails, why] = [factor, failed];
  }
  return { ...NO_REACH, fails, why, allUp };
}

/** By the finality p99 under the load that was asked for: most that fails fails there. */
function worstFirst(losses: Losses): readonly Drill[] {
  const slowness = ({ trial }: Losses[number]): number => trial.finalityP99?.mean ?? -1;
  return losses.toSorted((a, b) => slowness(b) - slowness(a)).map(({ drill }) => drill);
}

function unsureAfter({ unsure }: Trial, { lost }: Drill): readonly string[] {
  return unsure.map((measure) => `${measure} after the loss of ${lost}`);
}

/** null: it gives all that is asked for. */
function whyNot(trial: Trial, drill: Drill | null, { full, afterLoss }: SizePlan['inFile']): string | null {
  const when = drill === null ? '' : ` after the loss of ${drill.lost}`;
  if (trial.untold !== null)
    return `its runs cannot tell${when}: ${untoldText(trial.untold, drill === null ? full : afterLoss)}`;
  return trial.misses.length === 0 ? null : whyMissed(trial, when);
}
