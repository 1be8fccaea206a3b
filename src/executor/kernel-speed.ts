/**
 * How many times as fast as the reference kernel the fast one is, on the same run, in turns: what slows the machine slows both, so the ratio
 * says something of the code where times would only say something of the machine. In this thread; processor time, which waiting does not count in.
 */
import type { RunSpec } from '../simulation/run-spec.ts';
import { tuneEngine } from './engine.ts';
import type { Simulate } from './executor.ts';
import { protocolsOf } from './own-protocols.ts';

/**
 * A turn times either kernel in at most so many parts, in turns, and takes the quickest of each: what else a machine does (neighbours on its caches, a
 * clock that is turned down) only ever adds to what the code takes.
 */
const MOST_PARTS = 4;
/** ms that the reference kernel takes in a turn, where its runs are longer than a part: of long ones fewer, during which neighbours come and go. */
const TURN_MS = 600;
/** ms of processor time that a part takes at least, so that a tick of the clock does not decide. */
const PART_MS = 10;
/** … and the fast kernel's where one run of the reference kernel takes longer, so that collections are part of it. */
const LONGEST_PART_MS = 50;
/** Runs of the reference kernel until what it runs is compiled. */
const WARM_UP_RUNS = 3;
/** Of runs that take next to no time. */
const MOST_REPETITIONS = 1000;
const FAST_FIRST = ['islands', 'reference'] as const;
const SLOW_FIRST = ['reference', 'islands'] as const;
/** Requests after which a run is stopped, so that the slow kernel ends soon. */
const MOST_REQUESTS = 20_000;

/** One ratio a turn: processor time of the reference ÷ that of the fast kernel. @throws where the kernels disagree. */
export async function kernelRatios(
  spec: RunSpec,
  turns: number,
  simulate: Simulate,
  clock: () => number = processorMs,
): Promise<readonly number[]> {
  tuneEngine();
  const own = await protocolsOf(spec);
  const shorter = { ...spec, stopAfter: Math.min(spec.stopAfter ?? MOST_REQUESTS, MOST_REQUESTS) };
  const digests = new Set<string | null>();
  const timed = (kernel: 'islands' | 'reference', repetitions: number): number => {
    const before = clock();
    for (let i = 0; i < repetitions; i++) digests.add(simulate(shorter, { kernel, ...own }).digest);
    return (clock() - before) / repetitions;
  };
  // The first runs are for the compiler, which a kernel keeps busy by how long it runs: the fast one as often as it takes.
  const warmUpMs = WARM_UP_RUNS * timed('reference', WARM_UP_RUNS);
  let warmMs = 0;
  for (let runs = 0; runs < WARM_UP_RUNS || (warmMs < warmUpMs && runs < MOST_REPETITIONS); runs++)
    warmMs += timed('islands', 1);
  const once = { islands: timed('islands', WARM_UP_RUNS), reference: timed('reference', 1) };
  const partMs = Math.min(LONGEST_PART_MS, Math.max(PART_MS, once.reference));
  const repetitions = { islands: enough(once.islands, partMs), reference: enough(once.reference, partMs) };
  const parts = Math.min(MOST_PARTS, Math.max(1, Math.floor(TURN_MS / once.reference)));
  const ratios = Array.from({ length: turns }, (_, turn) => {
    const quickest = { islands: Number.POSITIVE_INFINITY, reference: Number.POSITIVE_INFINITY };
    for (let part = 0; part < parts; part++) {
      // Who goes first changes, so that a machine that slows down favours neither.
      for (const kernel of (turn + part) % 2 === 0 ? FAST_FIRST : SLOW_FIRST)
        quickest[kernel] = Math.min(quickest[kernel], timed(kernel, repetitions[kernel]));
    }
    return quickest.reference / quickest.islands;
  });
  if (digests.size > 1)
    throw new Error(
      `${spec.label}: the kernels do not agree (digests ${[...digests].join(', ')}): rerun --check names the first event that differs`,
    );
  return ratios;
}

/** Runs of so many ms each that fill a part. */
function enough(runMs: number, partMs: number): number {
  return Math.min(MOST_REPETITIONS, Math.max(1, Math.ceil(partMs / Math.max(runMs, 0.01))));
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
