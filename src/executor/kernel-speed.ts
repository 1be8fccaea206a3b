/**
 * How many times as fast as the reference kernel the fast one is, on the same run, in turns: what slows the machine slows both, so the ratio
 * says something of the code where times would only say something of the machine. In this thread; processor time, which waiting does not count in.
 */
import type { RunSpec } from '../simulation/run-spec.ts';
import { tuneEngine } from './engine.ts';
import type { Simulate } from './executor.ts';
import { protocolsOf } from './own-protocols.ts';

/** ms of processor time that one sample of either kernel takes at least: a clock tick and a collection must not decide. */
const SAMPLE_MS = 40;
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
  // The first runs are for the compiler; the second tell how many make a sample.
  timed('islands', 1);
  timed('reference', 1);
  const repetitions = { islands: enough(timed('islands', 1)), reference: enough(timed('reference', 1)) };
  const ratios = Array.from({ length: turns }, (_, turn) => {
    // Who goes first changes, so that a machine that slows down favours neither.
    const order = turn % 2 === 0 ? (['islands', 'reference'] as const) : (['reference', 'islands'] as const);
    const took = Object.fromEntries(order.map((kernel) => [kernel, timed(kernel, repetitions[kernel])]));
    return (took.reference as number) / (took.islands as number);
  });
  if (digests.size > 1)
    throw new Error(
      `${spec.label}: the kernels do not agree (digests ${[...digests].join(', ')}): rerun --check names the first event that differs`,
    );
  return ratios;
}

function enough(sampleMs: number): number {
  return Math.min(1000, Math.max(1, Math.ceil(SAMPLE_MS / Math.max(sampleMs, 0.01))));
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
