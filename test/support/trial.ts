// A scenario of a few points, and the command line over a stand-in for the simulation that tells which runs were really made.
import type { Simulate } from '../../src/executor/executor.ts';
import { type Ended, quorumlabWith } from './command.ts';
import { fakeRun } from './fake-run.ts';

/** Three replications of each point. Points differ in an option, so that none is the twin of another. */
export function trial(...labels: readonly string[]): string {
  const points = labels.map(
    (label, i) => `  - { label: ${JSON.stringify(label)}, protocol: raft, heartbeat: ${100 + i}ms }`,
  );
  return `scenario: 1
name: trial
question: Where is it final sooner?
seed: 7
run: { warmup: 1s, duration: 10s, replications: 3 }
network: { matrix: lan }
nodes: { count: 3 }
clients: [{ node: 0, load: { open: { poisson: 100/s } } }]
workload: opaque
compare:
${points.join('\n')}
`;
}

/** `made`: the runs that were made, as `label/replication`. Ctrl-C is pressed during the run of that number, from 1. */
export async function counting(
  argv: readonly string[],
  pressCtrlCAt = Number.POSITIVE_INFINITY,
): Promise<Ended & { readonly made: readonly string[] }> {
  const made: string[] = [];
  let press = (): void => {};
  const simulate: Simulate = (spec, options) => {
    made.push(`${spec.label}/${spec.replication}`);
    if (made.length === pressCtrlCAt) setImmediate(() => press());
    return fakeRun(spec, options);
  };
  const onInterrupt = (listener: () => void): (() => void) => {
    press = listener;
    return () => {};
  };
  return { ...(await quorumlabWith({ simulate, onInterrupt }, ...argv)), made };
}
