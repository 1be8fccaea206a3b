/** What of a scenario stands in the way of a search for its saturation, and what the search changes about it: each in a sentence. */

import { offeredRate } from '../experiment/offered-load.ts';
import { isOnLatency } from '../experiment/stability.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { TraceOptions } from '../workloads/arrivals/trace.ts';

/** Why the load of a scenario cannot be varied; empty: it can. */
export function unfitForSaturation({ points, file }: Scenario): readonly string[] {
  const found = points.flatMap(({ label, setup: { clients } }) => {
    const open = clients.flatMap(({ load }) => (load.kind === 'open' ? [load.arrivals] : []));
    if (open.length === 0)
      return [
        `${file}: ${label} has closed-loop clients only, which offer no more than is answered: their throughput is the saturation already (run it). To find the load at which others come and go, give a client group 'load: { open: { poisson: 100/s } }'`,
      ];
    const once = open.some(({ name, options }) => name === 'trace' && !(options as TraceOptions).repeat);
    if (once)
      return [
        `${file}: ${label} replays a trace once: the faster it is replayed the sooner it ends, so no load lasts. Set 'repeat: true' for the trace`,
      ];
    return offeredRate(clients) > 0 ? [] : [`${file}: ${label} offers nothing: there is no load to scale`];
  });
  const rates = [...new Set(points.flatMap(({ factors }) => Object.keys(factors).filter(isRate)))];
  return [
    ...new Set(found),
    ...rates.map(
      (path) =>
        `${file}: levels vary ${path}, which is what saturate looks for: leave it out, for example with --set levels={}`,
    ),
  ];
}

function isRate(path: string): boolean {
  return /^clients\.\d+\.load\.open(\.|$)/.test(path);
}

/** What was changed, assumed or left out: for the reader of the answer. */
export function assumptionsOf({ points, objective }: Scenario): readonly string[] {
  const setups = points.map(({ setup }) => setup);
  const closed = setups.some(({ clients }) => clients.some(({ load }) => load.kind === 'closed'));
  const trace = setups.some(({ clients }) =>
    clients.some(({ load }) => load.kind === 'open' && load.arrivals.name === 'trace'),
  );
  const others = objective.filter((one) => !isOnLatency(one)).map(({ measure }) => measure);
  const unused = others.filter((measure) => measure !== 'throughput' && measure !== 'goodput');
  return [
    'Load: all open-loop clients together offer so many times what the scenario says; their shares, the kind of arrivals and what requests hold stay as they are.',
    ...(closed ? ['Closed-loop clients stay as they are and come on top.'] : []),
    ...(trace ? ['A trace is the same in every replication: intervals do not cover how arrivals vary.'] : []),
    ...(setups.some(({ faults }) => faults.length > 0)
      ? ['Faults of the scenario are left out: this is the load that it carries while nothing breaks.']
      : []),
    ...(setups.some(({ stopAfter }) => stopAfter !== null)
      ? ['stop_after is left out: every run lasts for its duration.']
      : []),
    ...(objective.some(isOnLatency) ? [] : ['The scenario asks for no finality: stability alone decides.']),
    ...(unused.length === 0
      ? []
      : [`Not looked at: the ${unused.length === 1 ? 'objective' : 'objectives'} ${unused.join(', ')}.`]),
  ];
}
