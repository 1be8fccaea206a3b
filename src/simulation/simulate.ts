/** One run: a pure function of its specification. Meeting point of kernel, network, machines, protocol, clients and checks. */
import { FastRun } from './fast-run.ts';
import type { RunResult } from './run-result.ts';
import type { RunSpec } from './run-spec.ts';

export interface SimulateOptions {
  /** `reference`: the slow oracle kernel, which must give the same digest. */
  readonly kernel?: 'islands' | 'reference';
  /** Called every thousand windows with the virtual time reached. */
  readonly onProgress?: (at: number) => void;
}

export function simulate(spec: RunSpec, options: SimulateOptions = {}): RunResult {
  return new FastRun(spec).run(options.onProgress);
}
