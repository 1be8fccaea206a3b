/** What of a scenario stands in the way of a search for its saturation, and what the search changes about it: each in a sentence. */

import { durationFor, letEachLast, longerRuns, WITHOUT_QUICK } from '../experiment/longer-runs.ts';
import { offeredRate, playsOnce } from '../experiment/offered-load.ts';
import { canBeSimulated, LEAST_PRECISE, MOST_REQUESTS } from '../experiment/saturation/plan.ts';
import { settledWithin, timeToSettle } from '../experiment/sent-load.ts';
import { isOnLatency } from '../experiment/stability.ts';
import { fileLengthOf, runSettings } from '../scenario/run-spec-for.ts';
import type { PointSetup, RunSettings, Scenario } from '../scenario/scenario.ts';
import { formatDuration } from '../units/format.ts';
import { type Duration, LONGEST_RUN, type Ratio } from '../units/quantities.ts';

/** What a search for saturation rests on. */
export interface SearchLength {
  /** A part of the duration that the scenario has. */
  readonly quick: boolean;
  readonly precision: Ratio;
  /** Whether the precision was asked for: then nobody wants to hear of a coarser one. */
  readonly precisionAsked: boolean;
}

/** Why the load of a scenario cannot be varied, or no boundary be named from such runs; empty: it can. */
export function unfitForSaturation(scenario: Scenario, length: SearchLength): readonly string[] {
  const { points, file } = scenario;
  const found = points.flatMap(({ label, setup }) => {
    const { clients } = setup;
    const open = clients.flatMap(({ load }) => (load.kind === 'open' ? [load.arrivals] : []));
    if (open.length === 0)
      return [
        `${file}: ${label} has closed-loop clients only, which offer no more than is answered: their throughput is the saturation already (run it). To find the load at which others come and go, give a client group 'load: { open: { poisson: 100/s } }'`,
      ];
    if (clients.some(playsOnce))
      return [
        `${file}: ${label} replays a trace once: the faster it is replayed the sooner it ends, so no load lasts. Set 'repeat: true' for the trace`,
      ];
    if (offeredRate(clients) <= 0) return [`${file}: ${label} offers nothing: there is no load to scale`];
    const wild = unsettled(clients, scenario, length) ?? tooShort(setup, scenario, length);
    return wild === null ? [] : [`${file}: the runs of ${label} ${wild}`];
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

/**
 * Why nothing can be said from so much measured time under arrivals that come in bursts, by chance or not; null: something can. Said
 * beforehand, since a run that saw no burst, or half of one, does not know it.
 */
function unsettled(clients: Clients, scenario: Scenario, length: SearchLength): string | null {
  const { precision } = length;
  const run = runSettings(scenario, length);
  const { replications } = run;
  const measured = measuredIn(run);
  if (timeToSettle(clients, precision) <= measured) return null;
  return `are too short for its arrivals, which come in bursts: what ${replications === 1 ? 'one sends' : `${replications} of them send`} in ${formatDuration(measured)} of measured time may differ from their mean by ${shareText(settledWithin(clients, measured))} (two standard errors), and a boundary shall be named to ${shareText(precision)}: ${waysOut(clients, scenario, length)}`;
}

/** Ours: what is measured of a run shall hold so many of the longest round trips, or all of it is the filling of an empty cluster. */
const ROUND_TRIPS = 10;

function tooShort({ network, clients }: PointSetup, scenario: Scenario, length: SearchLength): string | null {
  const run = runSettings(scenario, length);
  const each = run.duration - startOf(run);
  const longest = longestRoundTrip(network, clients);
  const least = ROUND_TRIPS * longest;
  if (each >= least) return null;
  const file = fileLengthOf(scenario, length.quick);
  return `are too short for its delays: of each ${formatDuration(each)} are measured, less than ten of the longest round trips (${formatDuration(longest)}), so that what is under way cannot be told from what piles up: ${longerRuns(least, file)}`;
}

/** Between the sites of nodes and clients, without jitter. */
function longestRoundTrip({ oneWay, sites, nodeSites }: PointSetup['network'], clients: Clients): Duration {
  const used = [...new Set([...nodeSites, ...clients.flatMap(({ place }) => ('site' in place ? [place.site] : []))])];
  const delay = (from: number, to: number): Duration => oneWay[from * sites.length + to] as Duration;
  let longest = 0;
  for (const a of used) for (const b of used) longest = Math.max(longest, delay(a, b) + delay(b, a));
  return longest;
}

type Clients = PointSetup['clients'];

/** What would do instead, of which each is enough; `run.duration` as the scenario must have it, whatever `--quick` takes of it. */
function waysOut(clients: Clients, scenario: Scenario, { quick, precision, precisionAsked }: SearchLength): string {
  const run = runSettings(scenario, { quick });
  const measuredEach = (asked: Ratio): Duration => timeToSettle(clients, asked) / run.replications;
  const length = fileLengthOf(scenario, quick);
  const perRun = (asked: Ratio): Duration => durationFor(measuredEach(asked), length);
  const tooLong = (asked: Ratio): boolean =>
    perRun(asked) > LONGEST_RUN || !canBeSimulated(offeredRate(clients), startOf(run) + measuredEach(asked));
  const within = Math.ceil(1000 * settledWithin(clients, measuredIn(run))) / 1000;
  const coarser = precisionAsked
    ? []
    : within <= LEAST_PRECISE
      ? [`ask for --precision ${shareText(within)}`]
      : tooLong(LEAST_PRECISE)
        ? []
        : [
            `ask for --precision ${shareText(LEAST_PRECISE)} and ${letEachLast(perRun(LEAST_PRECISE), length.quickPart)}`,
          ];
  if (quick && timeToSettle(clients, precision) <= measuredIn(scenario.run))
    return [WITHOUT_QUICK, ...coarser].join(', or ');
  const needed = perRun(precision);
  if (tooLong(precision))
    return [
      `no run that can be simulated is long enough for this load at that precision (run.duration would be ${formatDuration(needed)}, and a search simulates no more than ${MOST_REQUESTS.toLocaleString('en-US')} requests a run)`,
      ...coarser,
    ].join('; ');
  return [letEachLast(needed, length.quickPart), ...coarser].join(', or ');
}

/** Over all replications. */
function measuredIn(run: RunSettings): Duration {
  return (run.duration - startOf(run)) * run.replications;
}

function startOf({ warmup }: RunSettings): Duration {
  return warmup === 'auto' ? 0 : warmup;
}

function shareText(ratio: Ratio): string {
  return `${Number((100 * ratio).toPrecision(3))}%`;
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
