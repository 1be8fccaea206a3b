/** The load that open-loop clients offer, and the same clients offering more or less of it: the axis along which saturation is sought. */
import type { ClientGroupSpec, RunSpec } from '../simulation/run-spec.ts';
import type { Rate } from '../units/quantities.ts';
import { arrivalsNamed } from '../workloads/arrival-registry.ts';

/** Mean requests per second of all open-loop clients; closed loops offer what is answered, and count as 0. */
export function offeredRate(clients: readonly ClientGroupSpec[]): Rate {
  return clients.reduce((sum, { load }, group) => {
    if (load.kind === 'closed') return sum;
    const { name, options } = load.arrivals;
    return sum + (arrivalsNamed(name).create(options, { seed: 0, group }).rate ?? 0);
  }, 0);
}

/** The same where it is known for all of them: null where a loop is closed, or the arrivals state no rate. */
export function nominalRate(clients: readonly ClientGroupSpec[]): Rate | null {
  const rates = clients.map(({ load }, group) =>
    load.kind === 'closed'
      ? null
      : arrivalsNamed(load.arrivals.name).create(load.arrivals.options, { seed: 0, group }).rate,
  );
  return rates.length === 0 || rates.includes(null) ? null : offeredRate(clients);
}

/** Whether an open loop sends no more from some time on: it replays a trace that is not repeated. */
export function playsOnce({ load }: ClientGroupSpec): boolean {
  if (load.kind === 'closed') return false;
  const { name, options } = load.arrivals;
  return arrivalsNamed(name).lap?.(options) === null;
}

/** Every open-loop group offers `factor` times as much (factor > 0), so that the shares of the groups stay. Closed loops stay as they are. */
export function scaledLoad<Spec extends Pick<RunSpec, 'clients'>>(spec: Spec, factor: number): Spec {
  if (!(factor > 0)) throw new Error(`a load cannot be scaled by ${factor}`);
  const clients = spec.clients.map((group): ClientGroupSpec => {
    if (group.load.kind === 'closed') return group;
    const { name, options } = group.load.arrivals;
    return {
      ...group,
      load: { kind: 'open', arrivals: { name, options: arrivalsNamed(name).scaled(options, factor) } },
    };
  });
  return { ...spec, clients };
}
