// What the tests of wrong models share: a target run under a model, and its rows that fail. Each target is run at one sample, the same
// for the wrong model and for its control, the right one.
import type { Simulate } from '../../src/executor/executor.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { inlineObserver } from '../../src/validation/observer.ts';
import { targets } from '../../src/validation/registry.ts';
import { validateTarget } from '../../src/validation/validate.ts';

/**
 * Enough to tell a wrong law from the right one: the bounds are wider where there are fewer runs. Of the elections of etcd, which cost
 * most, a model with second terms in 85 % of them or more fails 24 in 999 of 1000 samples: the row needs 14 of 24.
 */
const SHORTER: Readonly<Record<string, readonly string[]>> = {
  'm-d-1-card': ['run.duration=1.1s'],
  'm-d-1-core': ['run.duration=1.1s'],
  'm-m-1-thread-card-out': [
    'run.duration=1.1s',
    'zipped=[{machine.execution: [25us], network.egress.bandwidth: [33468988kbps]}]',
  ],
  'quorum-order-statistics': ['levels={nodes.count: [4, 7], network.jitter: [{ exponential: 1ms }]}'],
  'tcp-order': ['levels={clients.0.load.open.poisson: [100/s, 1000/s]}'],
  'split-votes-5-1': ['run.replications=500', 'levels={network.matrix.uniform: [20ms]}'],
  'election-time-5-1': ['run.replications=6', 'levels={network.matrix.uniform: [10ms]}'],
  'wide-area-election-1': ['run.replications=300'],
  'etcd-failover': ['run.replications=24'],
  'etcd-throughput': ['levels={clients.0.load.closed.clients: [1, 4, 16]}'],
  'etcd-one-constant-throughput': ['run.duration=3s', 'levels={clients.0.load.closed.clients: [16]}'],
  'election-lan-150-175': ['run.replications=300'],
  'saturation-disk': ['run.duration=3s'],
  'leader-bandwidth': ['levels={nodes.count: [4]}'],
};

/** The rows of a target that fail under a model. */
export async function missedRows(id: string, model: Simulate = simulate): Promise<readonly string[]> {
  const known = targets.find((one) => one.id === id);
  if (known === undefined) throw new Error(`there is no target '${id}'`);
  const target = { ...known, small: [...known.small, ...(SHORTER[id] ?? [])] };
  const { comparisons } = await validateTarget(target, inlineObserver(model), { small: true });
  return comparisons.filter(({ holds, ungated }) => !holds && ungated === null).map(({ row }) => row);
}

/** The model with every specification changed before it is run. */
export const changed =
  (change: (spec: RunSpec) => RunSpec): Simulate =>
  (spec, options) =>
    simulate(change(spec), options);

/** With other options of the protocol. */
export const optioned = (options: object): Simulate =>
  changed((spec) => ({
    ...spec,
    protocol: { ...spec.protocol, options: { ...(spec.protocol.options as object), ...options } },
  }));
