/** One run: a pure function of its specification. Meeting point of kernel, network, machines, protocol, clients and checks. */
import type { DigestEvent } from '../kernel/run-digest.ts';
import type { AnyProtocol } from '../protocols/protocol.ts';
import { FastRun } from './fast-run.ts';
import { ReferenceRun } from './reference/reference-run.ts';
import type { RunResult } from './run-result.ts';
import type { RunSpec } from './run-spec.ts';

export interface SimulateOptions {
  /** `reference`: the slow oracle kernel, which must give the same digest. */
  readonly kernel?: 'islands' | 'reference';
  /** Called every thousand windows with the virtual time reached. */
  readonly onProgress?: (at: number) => void;
  /** Gets every event that enters the digest, in the order in which the kernel came to it. */
  readonly events?: DigestEvent[];
  /** Protocols of the caller's own by name; one that is registered under the same name gives way. */
  readonly protocols?: Readonly<Record<string, AnyProtocol>>;
}

export function simulate(spec: RunSpec, options: SimulateOptions = {}): RunResult {
  const protocol = options.protocols?.[spec.protocol.name];
  const run = options.kernel === 'reference' ? new ReferenceRun(spec, protocol) : new FastRun(spec, protocol);
  if (options.events) run.world.digest.recordTo(options.events);
  return run.run(options.onProgress);
}
