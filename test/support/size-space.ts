// A small space for sizing tests: three sites a few milliseconds apart, PBFT and Raft, machines and cards that are weak or strong.
import type { FileLength } from '../../src/experiment/longer-runs.ts';
import { CutBook } from '../../src/experiment/size/cut-book.ts';
import { type Demand, loadOf } from '../../src/experiment/size/demand.ts';
import { fieldOf } from '../../src/experiment/size/field.ts';
import type { RunLength, SizePlan } from '../../src/experiment/size/search-answer.ts';
import { setupOf } from '../../src/experiment/size/setup.ts';
import type { ProtocolVariant, RunSetup, Space } from '../../src/experiment/size/space.ts';
import { protocols } from '../../src/protocols/registry.ts';
import { runSpecOf } from '../../src/scenario/run-spec-for.ts';
import type { RunResult } from '../../src/simulation/run-result.ts';
import { defaultsOf, type OptionSchema } from '../../src/units/options.ts';
import type { Duration } from '../../src/units/quantities.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { clientsAt, openLoad, testSpec } from './run-specs.ts';

/** As if this share of what is sent were never final, and all else at once: so many more are under way from segment to segment. */
export function leaving(share: number, segments: RunResult['segments']): RunResult['segments'] {
  let left = 0;
  return segments.map((one) => {
    const more = share * one.offered;
    const outstandingTime = one.outstandingTime + (left + more / 2) * (one.to - one.from);
    left += more;
    return { ...one, final: one.offered - more, valid: one.offered - more, outstandingTime };
  });
}

export const NO_DEMAND: Demand = { objectives: [], survive: null, byzantine: null };

export function variant(protocol: 'pbft' | 'raft', changes: object = {}, text = ''): ProtocolVariant {
  const defaults = defaultsOf(protocols[protocol].options as OptionSchema<unknown>) as Record<string, unknown>;
  const derived =
    protocol === 'pbft' ? ['requestTimeout', 'viewChangeTimeout'] : ['heartbeat', 'electionTimeout', 'initialLeader'];
  return { protocol, options: { ...defaults, ...changes }, derived, text };
}

export function batchOf(maxTransactions: number, timeout: Duration = 5 * MILLISECOND) {
  return { batch: { maxTransactions, maxBytes: 1_048_576, timeout } };
}

export function testSpace(changes: Partial<Space> = {}): Space {
  const {
    seed: _seed,
    replication: _replication,
    horizon: _horizon,
    boundaries: _boundaries,
    ...shared
  } = testSpec('pbft', 4, {
    clients: [
      clientsAt({ site: 0 }, openLoad(300), { retryAfter: 200 * MILLISECOND }),
      clientsAt({ site: 2 }, openLoad(200), { retryAfter: 200 * MILLISECOND }),
    ],
  });
  const { machine } = shared;
  const site = (name: string, index: number, priceFactor: number) => ({
    name,
    site: index,
    atLeast: 0,
    atMost: 2,
    priceFactor,
  });
  return {
    variants: [
      variant('pbft', batchOf(20), 'small'),
      variant('pbft', batchOf(200), 'large'),
      variant('raft', batchOf(200)),
    ],
    nodes: [4, 5],
    sites: [site('a', 0, 1), site('b', 1, 1.1), site('c', 2, 1.25)],
    machines: [
      { name: 'weak', spec: { ...machine, cores: 1 }, perMonth: 10 },
      { name: 'strong', spec: { ...machine, cores: 4 }, perMonth: 30 },
    ],
    bandwidths: [
      { rate: 4e6, perMonth: 5 },
      { rate: 1e8, perMonth: 12 },
    ],
    shared: shared as RunSetup,
    prices: null,
    survive: null,
    byzantine: null,
    loadMargin: 0.05,
    averageLoad: 1,
    ...changes,
  };
}

/** As the file has it: a second, of which 200 ms are warm-up. */
const IN_FILE: FileLength = { duration: 1 * SECOND, from: 200 * MILLISECOND, times: 1, quickPart: null };

export function planOf(space: Space, demand: Demand, changes: Partial<SizePlan> = {}): SizePlan {
  return {
    space,
    demand,
    best: 1,
    budget: 10_000,
    mostSimulated: null,
    replications: 1,
    full: { duration: 1 * SECOND, warmup: 200 * MILLISECOND },
    afterLoss: 800 * MILLISECOND,
    inFile: { full: IN_FILE, afterLoss: IN_FILE },
    short: { duration: 600 * MILLISECOND, warmup: 200 * MILLISECOND },
    specFor: (setup, replication, { duration, warmup }: RunLength) =>
      runSpecOf(setup, 3, replication, { duration: duration as number, warmup: warmup as number }),
    ...changes,
  };
}

/** One candidate, a node at each site on strong hardware, that such clients ask. */
export function single(arrivals: { readonly name: string; readonly options: object }): Space {
  const { shared, ...others } = testSpace();
  return {
    ...others,
    shared: { ...shared, clients: [clientsAt({ site: 0 }, { kind: 'open', arrivals })] },
    variants: [variant('raft', batchOf(200))],
    nodes: [3],
    sites: others.sites.map((site) => ({ ...site, atMost: 1 })),
    machines: others.machines.slice(1),
    bandwidths: others.bandwidths.slice(1),
  };
}

export function setupOfSingle(space: Space, demand: Demand): RunSetup {
  const [only] = fieldOf({ space, demand, load: loadOf(space, demand), expected: 1 }, new CutBook());
  return setupOf(only!.candidate, space, loadOf(space, demand), only!.placement.ranking);
}
