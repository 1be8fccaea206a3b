// The sizing search: placements counted and listed alike, quorum arithmetic, and the same winner as trying every candidate for real.
import { describe, expect, test } from 'vitest';
import type { RunOutcome } from '../../src/experiment/experiment.ts';
import type { Objective } from '../../src/experiment/objective.ts';
import { CutBook } from '../../src/experiment/size/cut-book.ts';
import { type Demand, expectedIn, loadOf } from '../../src/experiment/size/demand.ts';
import { drilled, drillsOf, lossesIn, settledAt } from '../../src/experiment/size/drills.ts';
import { countCandidates, fieldOf } from '../../src/experiment/size/field.ts';
import { countPlacements, placementsOf } from '../../src/experiment/size/placements.ts';
import { quorumFigures, shortOfQuorum } from '../../src/experiment/size/quorums.ts';
import { sizeSearch } from '../../src/experiment/size/search.ts';
import type { SizeAnswer, SizePlan } from '../../src/experiment/size/search-answer.ts';
import { labelOf, optionsFor, setupOf } from '../../src/experiment/size/setup.ts';
import { egressPerTransaction, sizingCost } from '../../src/experiment/size/sizing-cost.ts';
import type { Candidate, Space } from '../../src/experiment/size/space.ts';
import { toldApart } from '../../src/experiment/size/told-apart.ts';
import { clearlyMisses, trialOf } from '../../src/experiment/size/trial.ts';
import type { RunSpec } from '../../src/simulation/run-spec.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { faultOutcome } from '../support/fake-run.ts';
import { openLoad, workloadOptions } from '../support/run-specs.ts';
import {
  batchOf,
  leaving,
  NO_DEMAND,
  planOf,
  setupOfSingle,
  single,
  testSpace,
  variant,
} from '../support/size-space.ts';

function objective(measure: 'throughput' | 'finality_p99', target: number): Objective {
  return measure === 'throughput'
    ? { measure, estimate: 'throughput_per_s', direction: 'at-least', target, text: `${target}/s` }
    : { measure, estimate: 'finality_p99_ms', direction: 'at-most', target, text: `${target}ms` };
}

function search(plan: SizePlan, run: (spec: RunSpec) => RunOutcome = real): SizeAnswer {
  const experiment = sizeSearch(plan);
  let step = experiment.next();
  while (!step.done) step = experiment.next(step.value.map(run));
  return step.value;
}

function real(spec: RunSpec): RunOutcome {
  return { ok: true, result: simulate(spec) };
}

/** A run that crashed: a candidate is done with at once. */
function silent({ label, replication }: RunSpec): RunOutcome {
  return { ok: false, label, replication, kind: 'crashed', reason: 'no run in this test' };
}

const ANYWHERE = { atLeast: 0, atMost: 9 };

describe('placements', () => {
  test.each([
    [4, [ANYWHERE, ANYWHERE, ANYWHERE], 15],
    [7, [ANYWHERE, ANYWHERE, ANYWHERE, ANYWHERE, ANYWHERE, ANYWHERE], 792],
    [5, [{ atLeast: 1, atMost: 2 }, { atLeast: 0, atMost: 2 }, ANYWHERE], 6],
    [9, [{ atLeast: 0, atMost: 2 }], 0],
  ])('of %d nodes are listed as many as are counted, each once', (nodes, sites, count) => {
    const all = [...placementsOf(nodes, sites)];
    expect(countPlacements(nodes, sites)).toBe(count);
    expect(all).toHaveLength(count);
    expect(new Set(all.map(String)).size).toBe(count);
    for (const one of all) expect(one.reduce((sum, here) => sum + here, 0)).toBe(nodes);
  });

  test('the space is counted without being listed', () => {
    const space = testSpace();
    const listed = fieldOf({ space, demand: NO_DEMAND, load: loadOf(space, NO_DEMAND), expected: 100 }, new CutBook());
    expect(countCandidates(space)).toBe(listed.length);
  });
});

describe('quorum arithmetic', () => {
  // n = 4, f = 1: a quorum is 3. n = 6, f = 1: 4. n = 7, f = 2: 5. Raft: majorities.
  test.each([
    ['pbft', [1, 1, 1, 1], false, 0],
    ['pbft', [2, 1, 1], false, 1],
    ['pbft', [1, 1, 1, 1], true, 1],
    ['pbft', [1, 1, 1, 1, 1, 1], true, 0],
    ['pbft', [2, 2, 2, 1], false, 0],
    ['pbft', [2, 2, 2, 1], true, 1],
    ['raft', [1, 1, 1], false, 0],
    ['raft', [2, 1], false, 1],
    ['raft', [2, 2, 1], false, 0],
  ] as const)(
    '%s at %j, one site lost (a liar meanwhile: %s), is short of %d',
    (protocol, counts, meanwhile, short) => {
      const nodes = counts.reduce<number>((sum, here) => sum + here, 0);
      const figures = quorumFigures(variant(protocol), nodes);
      const byzantine = { faults: 1, meanwhile };
      expect(shortOfQuorum(counts, figures, { count: 1, of: 'site' }, byzantine) > 0).toBe(short > 0);
    },
  );
});

test('clients that wait for more replies than there are nodes, or are left after a loss, exclude them, but not with Raft', () => {
  const { shared, ...others } = testSpace({ nodes: [3, 4, 5], variants: [variant('pbft'), variant('raft')] });
  const clients = shared.clients.map((group, i) => ({ ...group, replyQuorum: i === 0 ? 4 : null }));
  const space = { ...others, shared: { ...shared, clients } };
  const demand: Demand = { ...NO_DEMAND, survive: { count: 1, of: 'node' } };
  const book = new CutBook();
  const field = fieldOf({ space, demand, load: loadOf(space, demand), expected: 100 }, book);
  expect(book.nearest('options')[0]?.why).toBe('clients wait for 4 replies (reply_quorum) of 3 nodes');
  expect(book.nearest('survive')[0]?.why).toBe(
    'the loss of 1 node can take 1 of 4 nodes, and clients wait for 4 replies',
  );
  const left = field.map(({ candidate: { variant: of, nodes } }) => `${of.protocol} ${nodes}`);
  expect([...new Set(left)].sort()).toEqual(['pbft 5', 'raft 3', 'raft 4', 'raft 5']);
});

/** Raft on four nodes, two of them at the first site, by the number of their machine in the space. */
function raftOn({ variants, machines, bandwidths }: Space, machine: number): Candidate {
  return {
    variant: variants[2]!,
    nodes: 4,
    counts: [2, 1, 1],
    machine: machines[machine]!,
    bandwidth: bandwidths[1]!,
  };
}

describe('a candidate', () => {
  const space = testSpace();
  const candidate = raftOn(space, 0);

  test('has its best leader first, its own cards and machine, and timeouts that suit its distances', () => {
    const setup = setupOf(candidate, space, loadOf(space, NO_DEMAND), [2, 0, 1]);
    expect([...setup.network.nodeSites]).toEqual([2, 0, 0, 1]);
    expect(setup.network.egress.bitsPerSecond).toBe(1e8);
    expect(setup.machine.cores).toBe(1);
    expect(setup.protocol.options).toMatchObject({
      initialLeader: 0,
      heartbeat: 50 * MILLISECOND,
      electionTimeout: { min: 500 * MILLISECOND, max: 1000 * MILLISECOND },
    });
    expect(labelOf(candidate, space)).toBe('raft n=4 2·a+b+c weak 100Mbps');
  });

  test('follows the round trip where it is long, and leaves alone what the file gives', () => {
    const far = optionsFor(variant('pbft', batchOf(100)), 1 * SECOND);
    expect(far).toMatchObject({ requestTimeout: 5.005 * SECOND, viewChangeTimeout: 5.005 * SECOND, durable: false });
    const given = { ...variant('pbft', { requestTimeout: 7 }), derived: ['viewChangeTimeout'] };
    expect(optionsFor(given, 0)).toMatchObject({ requestTimeout: 7, viewChangeTimeout: 2 * SECOND });
  });

  test('is offered what is asked for and the margin, in the shares of the scenario', () => {
    const load = loadOf(space, { ...NO_DEMAND, objectives: [objective('throughput', 1000)] });
    expect(load.offered).toBeCloseTo(1050, 6);
    expect(load.origins.map(({ share }) => share)).toEqual([0.6, 0.4]);
  });
});

describe('the losses', () => {
  const space = testSpace();
  const setup = setupOf(
    {
      variant: variant('raft'),
      nodes: 5,
      counts: [2, 2, 1],
      machine: space.machines[0]!,
      bandwidth: space.bandwidths[0]!,
    },
    space,
    loadOf(space, NO_DEMAND),
    [0, 1, 2],
  );

  // By hand: C(3, k) sites, C(5, k) nodes; of several nodes only the first in the order of leaders are lost together.
  test.each([
    [{ count: 1, of: 'site' }, 3, ['a', 'b', 'c']],
    [{ count: 2, of: 'site' }, 3, ['a and b', 'a and c', 'b and c']],
    [{ count: 1, of: 'node' }, 5, ['a node at a', 'a node at b', 'a node at c']],
    [{ count: 2, of: 'node' }, 10, ['the 2 nodes that would lead first']],
    [{ count: 3, of: 'node' }, 10, ['the 3 nodes that would lead first']],
  ] as const)('of %j are %d, of which are simulated %j', (survive, possible, lost) => {
    expect(lossesIn(setup, survive)).toBe(possible);
    expect(drillsOf(setup, survive).map((drill) => drill.lost)).toEqual(lost);
  });
});

describe('the cost', () => {
  test.each([
    ['pbft', 0],
    ['raft', 0],
    ['raft', 0.9],
    ['raft', 1],
  ] as const)('of the traffic of %s, %d of it reads, is that of its runs, within a tenth', (protocol, readShare) => {
    const { shared, ...others } = testSpace();
    const space = {
      ...others,
      shared: { ...shared, workload: workloadOptions('opaque', { readShare }) },
      variants: [variant(protocol, batchOf(200, 20 * MILLISECOND))],
      nodes: [5],
    };
    const load = loadOf(space, NO_DEMAND);
    const [machine] = space.machines.slice(1);
    const candidate = {
      variant: space.variants[0]!,
      nodes: 5,
      counts: [2, 2, 1],
      machine: machine!,
      bandwidth: space.bandwidths[1]!,
    };
    const setup = setupOf(candidate, space, load, [0, 1, 2]);
    const spec = planOf(space, NO_DEMAND).specFor(setup, 0, { duration: 2 * SECOND, warmup: 500 * MILLISECOND });
    const { estimate } = trialOf(spec, [real(spec)], 500 * MILLISECOND, []);
    const busy = estimate!.utilisation.reduce((sum, { egress }) => sum + egress, 0);
    const measured = (busy * 1e8) / 8 / estimate!.estimates.throughput_per_s!.mean;
    expect(egressPerTransaction(candidate, space, load) / measured).toBeGreaterThan(0.9);
    expect(egressPerTransaction(candidate, space, load) / measured).toBeLessThan(1.1);
  });

  test('is the catalogue times the factor of each site, and without prices nothing else', () => {
    const space = testSpace();
    const [machine, bandwidth] = [space.machines[1]!, space.bandwidths[1]!];
    const candidate = { variant: space.variants[0]!, nodes: 4, counts: [2, 1, 1], machine, bandwidth };
    const { machines, bandwidth: cards, egress, disk, total } = sizingCost(candidate, space, loadOf(space, NO_DEMAND));
    const weight = 2 + 1.1 + 1.25;
    expect([machines, cards, egress, disk]).toEqual([weight * 30, weight * 12, 0, 0]);
    expect(total).toBeCloseTo(weight * 42, 9);
  });
});

describe('a rate that is asked for', () => {
  const demand: Demand = { ...NO_DEMAND, objectives: [objective('throughput', 20)] };
  const space = testSpace();
  const load = loadOf(space, demand);
  const candidate = raftOn(space, 1);
  const plan = planOf(space, demand, { full: { duration: 5 * SECOND, warmup: 1 * SECOND } });
  const setup = setupOf(candidate, space, load, [0, 1, 2]);
  const runs = Array.from({ length: 8 }, (_, replication) => {
    const spec = plan.specFor(setup, replication, plan.full);
    const result = simulate(spec);
    return { spec, result, trial: trialOf(spec, [{ ok: true, result }], 1 * SECOND, demand.objectives) };
  });
  const sentLess = runs.filter(({ trial }) => trial.estimate!.estimates.throughput_per_s!.mean < 20);

  test('is not missed where clients happened to send less, since all of that became final', () => {
    expect(sentLess.length).toBeGreaterThan(0);
    expect(runs.map(({ trial }) => trial.misses)).toEqual(runs.map(() => []));
  });

  test('leaves one finality p99 to tell of, which counts what is unfinished, whether it is asked for or not', () => {
    const { spec, result } = runs[0]!;
    const unfinished = Float64Array.from({ length: 50 }, () => 3 * SECOND);
    const late = { ok: true, result: { ...result, unfinished } } as const;
    const asked = trialOf(spec, [late], 1 * SECOND, [objective('finality_p99', 60)]);
    expect(asked.finalityP99?.mean).toBe(asked.estimate?.objective[0]?.value);
    expect(asked.finalityP99?.mean).toBeGreaterThan(2 * asked.estimate!.estimates.finality_p99_ms!.mean);
    expect(trialOf(spec, [late], 1 * SECOND, []).finalityP99).toEqual(asked.finalityP99);
  });

  test('is missed by what the cluster leaves undone, also where clients happened to send more', () => {
    expect(sentLess.length).toBeLessThan(runs.length);
    for (const { spec, result } of runs) {
      const segments = leaving(0.1, result.segments);
      const { misses } = trialOf(spec, [{ ok: true, result: { ...result, segments } }], 1 * SECOND, demand.objectives);
      const [miss] = misses.filter(({ what }) => what === 'throughput');
      // 0.9 × 21/s of the 20/s asked for.
      expect(miss?.by).toBeCloseTo(1 - (0.9 * 21) / 20, 9);
    }
  });
});

describe('a rate that is all that clients send', () => {
  const demand: Demand = { ...NO_DEMAND, objectives: [objective('throughput', 300)] };
  const space = { ...testSpace(), loadMargin: 0 };
  const plan = planOf(space, demand, { full: { duration: 5 * SECOND, warmup: 1 * SECOND } });
  const candidate = raftOn(space, 1);
  const setup = setupOf(candidate, space, loadOf(space, demand), [0, 1, 2]);
  const runs = Array.from({ length: 12 }, (_, replication) => {
    const spec = plan.specFor(setup, replication, plan.full);
    return { spec, result: simulate(spec) };
  });
  /** How many of the runs miss it where this share of what is sent is left, and how many tell neither way. */
  const judged = (share: number) => {
    const trials = runs.map(({ spec, result }) =>
      trialOf(
        spec,
        [{ ok: true, result: share === 0 ? result : { ...result, segments: leaving(share, result.segments) } }],
        1 * SECOND,
        demand.objectives,
      ),
    );
    return {
      missed: trials.filter(({ misses }) => misses.some(({ what }) => what === 'throughput')).length,
      untold: trials.filter(({ untold }) => untold !== null).length,
    };
  };

  test('is not missed by what is under way when the run ends', () => {
    const less = runs.filter(({ spec, result }) => {
      const { estimates } = trialOf(spec, [{ ok: true, result }], 1 * SECOND, demand.objectives).estimate!;
      return estimates.throughput_per_s!.mean < estimates.offered_per_s!.mean;
    });
    expect(less.length).toBeGreaterThan(2);
    expect(judged(0)).toEqual({ missed: 0, untold: 0 });
  });

  test('is missed where one request in fifty is left, and by no run kept where one in eighty is', () => {
    expect(judged(1 / 50)).toEqual({ missed: runs.length, untold: 0 });
    const { missed, untold } = judged(1 / 80);
    expect(missed + untold).toBe(runs.length);
  });

  test('is neither met nor missed by runs that are too short, and how long they would have to be is said', () => {
    const [{ spec, result }] = runs as [(typeof runs)[number]];
    // What is under way goes up and down by far more than what may be left.
    const segments = result.segments.map((one, i) => ({
      ...one,
      final: one.final - (i === result.segments.length - 1 ? 60 : 0),
      outstandingTime: one.outstandingTime + ((i * 7) % 5) * 40 * (one.to - one.from),
    }));
    const { misses, untold, decided } = trialOf(
      spec,
      [{ ok: true, result: { ...result, segments } }],
      1 * SECOND,
      demand.objectives,
    );
    expect({ misses, decided }).toEqual({ misses: [], decided: false });
    expect(untold?.why).toBe('throughput: what is under way at the ends of these runs hides whether 300/s are kept');
    expect(untold?.measured).toBeGreaterThan(5 * SECOND);
  });
});

describe('a rate that is asked for of bursts', () => {
  const demand: Demand = { ...NO_DEMAND, objectives: [objective('throughput', 100)] };
  const bursts = { rate: 50, burstRate: 500, calm: 60 * SECOND, burst: 10 * SECOND };
  const space = single({ name: 'bursty', options: bursts });
  const plan = planOf(space, demand);

  test('is neither met nor missed by runs that sent a fraction of it: the candidate is undecided, and why is said', () => {
    const answer = search(plan);
    expect(answer).toMatchObject({ candidates: 1, best: [], ended: 'exhausted', notReached: 0 });
    expect(answer.simulated.map(({ outcome }) => outcome)).toEqual(['undecided']);
    expect(answer.book.total).toBe(1);
    expect(answer.book.nearest('undecided')[0]?.why).toMatch(
      /^runs too short for these arrivals: they sent \d\d\/s, where 105\/s are sent on average; let each last (\d+[hs]) \(--set run\.duration=\1\)$/,
    );
  });

  // So many a second are sent, and this share of them becomes final; 105/s are sent on average.
  test.each([
    ['all of a burst', 300, 1, 'met'],
    ['all of what little was sent', 50, 1, 'untold'],
    ['not all of what little was sent', 50, 0.9, 'untold'],
    ['all of slightly less', 99, 1, 'untold'],
    ['a part of what sufficed', 105, 0.9, 'missed'],
    ['a part of a burst that sufficed', 300, 0.9, 'met'],
  ] as const)('where a window carried %s is judged by what it carried', (_, sent, share, verdict) => {
    const setup = setupOfSingle(space, demand);
    const spec = plan.specFor(setup, 0, plan.full);
    const result = simulate(spec);
    const segments = result.segments.map((segment) => {
      const offered = (sent * (segment.to - segment.from)) / SECOND;
      return { ...segment, offered, final: share * offered };
    });
    const trial = trialOf(spec, [{ ok: true, result: { ...result, segments } }], 200 * MILLISECOND, demand.objectives);
    const rates = trial.misses.filter(({ what }) => what === 'throughput');
    expect(rates).toHaveLength(verdict === 'missed' ? 1 : 0);
    expect(trial.untold !== null).toBe(verdict === 'untold');
    if (verdict === 'untold') expect(trial.decided).toBe(false);
  });
});

describe('what is slow in runs of bursts', () => {
  const space = single({
    name: 'bursty',
    options: { rate: 50, burstRate: 500, calm: 60 * SECOND, burst: 10 * SECOND },
  });
  // 114/s on average; finality is some milliseconds.
  const judged = (sent: number, objectives: readonly Objective[]) => {
    const plan = planOf(space, NO_DEMAND);
    const spec = plan.specFor(setupOfSingle(space, NO_DEMAND), 0, plan.full);
    const result = simulate(spec);
    const segments = result.segments.map((segment) => {
      const offered = (sent * (segment.to - segment.from)) / SECOND;
      return { ...segment, offered, final: offered };
    });
    return trialOf(spec, [{ ok: true, result: { ...result, segments } }], 200 * MILLISECOND, objectives);
  };

  test('is no miss where they sent more than bursts are on average, and why is said', () => {
    const trial = judged(300, [objective('finality_p99', 0.1)]);
    expect(trial.misses).toEqual([]);
    expect(trial.untold?.why).toMatch(/they sent 300\/s, where 114\/s are sent on average$/);
    expect(trial.untold?.measured).toBeGreaterThan(60 * SECOND);
  });

  test('is one where they sent what was meant', () => {
    expect(judged(120, [objective('finality_p99', 0.1)]).misses.map(({ what }) => what)).toEqual(['finality_p99']);
  });

  test('is met where even more than that was served in time', () => {
    const { misses, untold } = judged(300, [objective('finality_p99', 500)]);
    expect({ misses, untold }).toEqual({ misses: [], untold: null });
  });
});

test('where only finality is asked for, bursts that were never sent leave a candidate undecided', () => {
  const demand: Demand = { ...NO_DEMAND, objectives: [objective('finality_p99', 500)] };
  const space = single({
    name: 'bursty',
    options: { rate: 50, burstRate: 500, calm: 60 * SECOND, burst: 10 * SECOND },
  });
  const answer = search(planOf(space, demand));
  expect(answer.best).toEqual([]);
  expect(answer.simulated.map(({ outcome }) => outcome)).toEqual(['undecided']);
});

test.each([
  [2.04, 2, 'at least', '2.04'],
  [2.3, 2, 'at least', '2.3'],
  [17.9, 2, 'at least', '17'],
  [2.000001, 2, 'at least', '2.000001'],
  [2 + 1e-9, 2, 'at least', '2.000000001'],
  [99.96, 100, 'at most', '99.96'],
  [41.2, 100, 'at most', '42'],
] as const)('a bound of %d is told from a target of %d, which it is %s: %s', (bound, target, side, text) => {
  expect(toldApart(bound, target, side)).toBe(text);
});

describe('a goodput that is asked for', () => {
  const goodput = (target: number): Demand => ({
    ...NO_DEMAND,
    objectives: [{ measure: 'goodput', estimate: 'goodput_per_s', direction: 'at-least', target, text: `${target}/s` }],
  });
  const poisson = single({ name: 'poisson', options: { rate: 100 } });
  const receipts = (doubleReceipt: number): Space => ({
    ...poisson,
    shared: { ...poisson.shared, workload: workloadOptions('supply-chain', { doubleReceipt }) },
  });

  test('is offered what it takes where a share is invalid, and the margin; so much itself must become final', () => {
    expect(loadOf(poisson, goodput(150))).toMatchObject({ asked: 150, offered: expect.closeTo(157.5, 6) });
    const { asked, offered } = loadOf(receipts(0.1), goodput(90));
    expect(asked).toBe(90);
    // 90 ÷ 0.9 × 1.05; the share is of 4,096 requests, so within 2 %.
    expect(offered / 105).toBeGreaterThan(0.98);
    expect(offered / 105).toBeLessThan(1.02);
    const both = [...goodput(90).objectives, objective('throughput', 300)];
    expect(loadOf(receipts(0.1), { ...NO_DEMAND, objectives: both }).offered).toBeCloseTo(315, 6);
  });

  // Of what is sent so much becomes final, and of that so much is valid.
  test.each([
    [1, 1, 'met'],
    [1, 0.5, 'untold'],
    [0.8, 1, 'missed'],
  ] as const)('of which %d is final and of that %d valid is %s', (final, valid, verdict) => {
    const demand = goodput(100);
    const plan = planOf(poisson, demand);
    const spec = plan.specFor(setupOfSingle(poisson, demand), 0, plan.full);
    const result = simulate(spec);
    const segments = leaving(1 - final, result.segments).map((one) => ({ ...one, valid: valid * one.final }));
    const trial = trialOf(spec, [{ ok: true, result: { ...result, segments } }], 200 * MILLISECOND, demand.objectives);
    expect(trial.misses.some(({ what }) => what === 'goodput')).toBe(verdict === 'missed');
    const why = 'too little is valid: 50% of what is final, of 105/s sent, is less than a goodput of 100/s; raise';
    expect(trial.untold?.why.startsWith(why) ?? false).toBe(verdict === 'untold');
    // What no longer run would decide.
    expect(trial.untold?.longer ?? false).toBe(false);
  });
});

describe('where clients send seldom', () => {
  // By hand: 7 gaps of 4 s for a loss to be noticed; requests again after 200 ms, timeouts of 2 s and 2 s, or elections of 1 s at most.
  test.each([
    ['pbft', 1 + 28 + 2 * (0.2 + 2 + 2) + 2],
    ['raft', 1 + 2 * (0.2 + 2 * 1) + 2],
  ] as const)('%s is given until its loss must have been noticed: %d s', (protocol, seconds) => {
    const { shared, ...others } = testSpace({ variants: [variant(protocol, batchOf(20))], nodes: [4] });
    const client = { ...shared.clients[0]!, load: openLoad(0.25) };
    const setup = setupOfSingle({ ...others, shared: { ...shared, clients: [client] } }, NO_DEMAND);
    expect(settledAt(setup, { lost: 'the leader', nodes: [0] })).toBe(seconds * SECOND);
  });

  const demand: Demand = { ...NO_DEMAND, objectives: [objective('finality_p99', 100)] };
  const seldom = (rate: number) => single({ name: 'poisson', options: { rate } });

  test('a short run without a request decides nothing, and full runs are asked', () => {
    const space = seldom(0.3);
    const plan = planOf(space, demand, { full: { duration: 20 * SECOND, warmup: 200 * MILLISECOND } });
    const short = plan.specFor(setupOfSingle(space, demand), 0, plan.short);
    expect(simulate(short).counts.submitted).toBe(0);
    const answer = search(plan);
    expect(answer.best).toHaveLength(1);
    expect(answer.book.total).toBe(0);
  });

  test('full runs without a request leave it undecided, and say how long they would have to be', () => {
    const answer = search(planOf(seldom(0.004), demand));
    expect(answer).toMatchObject({ best: [], ended: 'exhausted' });
    expect(answer.book.nearest('undecided')[0]?.why).toBe(
      'too few transactions: none is final in the 800ms measured of any run, and 20 at 0.004/s take about 5000 s; let each last 5001s (--set run.duration=5001s)',
    );
  });

  // A run without anything final, of which so much was sent in the window and waits for so long.
  test.each([
    ['nothing', 0, [], true],
    ['one request under way', 1, [60], true],
    ['one that is overdue', 1, [101], false],
    ['many under way', 20, [60], false],
  ] as const)(
    'a run with %s is judged by what it can tell, and beside another that can it counts no more',
    (_, offered, ages, blind) => {
      const space = seldom(5);
      const plan = planOf(space, demand, { full: { duration: 3 * SECOND, warmup: 200 * MILLISECOND } });
      const spec = plan.specFor(setupOfSingle(space, demand), 0, plan.full);
      const full = simulate(spec);
      const finality = full.segments.find(({ final }) => final === 0)!.finality;
      const segments = full.segments.map((one, i) => ({
        ...one,
        ...{ offered: i === full.segments.length - 1 ? offered : 0, final: 0, valid: 0, finality },
      }));
      const unfinished = Float64Array.from(ages, (age) => age * MILLISECOND);
      const quiet = { ok: true, result: { ...full, segments, unfinished } } as const;
      const judged = (outcomes: readonly RunOutcome[]) => trialOf(spec, outcomes, 200 * MILLISECOND, demand.objectives);
      const alone = judged([quiet]);
      expect([alone.misses.length === 0, alone.untold !== null, clearlyMisses(alone)]).toEqual([blind, blind, !blind]);
      const both = judged([quiet, { ok: true, result: full }]);
      expect([both.misses.length === 0, both.untold, both.runs.length]).toEqual([blind, null, blind ? 1 : 2]);
      expect([alone.quiet, both.quiet]).toEqual([0, blind ? 1 : 0]);
    },
  );

  describe('and too much is under way at the end to know the quantile', () => {
    const late: Demand = { ...NO_DEMAND, objectives: [objective('finality_p99', 8000)] };
    const space = seldom(5);
    const plan = planOf(space, late, { full: { duration: 3 * SECOND, warmup: 200 * MILLISECOND } });
    // One request of about fifteen is older than any that was answered, and may become final in time.
    const pending = (spec: RunSpec, ageMs: number, changes: object = {}): RunOutcome => ({
      ok: true,
      result: { ...simulate(spec), unfinished: Float64Array.of(ageMs * MILLISECOND), ...changes },
    });
    const down = {
      faults: [faultOutcome({ text: 'crash leader', at: 1 * SECOND, recovery: null })],
      outages: [{ from: 1 * SECOND, to: 3 * SECOND }],
    };

    test('a candidate whose values lie within the target is undecided, and why is said', () => {
      const answer = search(plan, (spec) => pending(spec, 2000));
      expect(answer.simulated.map(({ outcome }) => outcome)).toEqual(['undecided']);
      expect(answer.book.nearest('undecided')[0]?.why).toBe(
        'finality_p99: too little of what was sent is final to tell whether it stays within the target; lengthen run.duration',
      );
    });

    test('of several losses only that one is run as often again', () => {
      const lossy: Demand = { ...late, survive: { count: 1, of: 'site' } };
      const lost: string[] = [];
      const answer = search({ ...planOf(space, lossy, plan), demand: lossy, replications: 2 }, (spec) => {
        const [, where] = / without (.*)$/.exec(spec.label) ?? [];
        if (where !== undefined) lost.push(where);
        return where === 'b' ? pending(spec, 2000) : real(spec);
      });
      expect(lost.toSorted().join(' ')).toBe('a a b b b b c c');
      expect(answer.book.nearest('undecided')[0]?.why).toMatch(/lengthen run\.duration \(after the loss of b\)$/);
    });

    // All nodes up it is not known; without b one request is so old at the end: far beyond the target, barely, or within it.
    test.each([
      ['one run misses by far', 20_000, 'a b c', 'does not'],
      ['all its runs miss by little', 8001, 'a b b c', 'does not'],
      ['no run certainly misses', 2000, 'a b c', 'undecided'],
    ] as const)(
      'and a run of each loss excludes it or leaves it undecided where, of one, %s',
      (_, age, runs, outcome) => {
        const lossy: Demand = { ...late, survive: { count: 1, of: 'site' } };
        const lost: string[] = [];
        const answer = search({ ...planOf(space, lossy, plan), demand: lossy, replications: 2 }, (spec) => {
          const [, where] = / without (.*)$/.exec(spec.label) ?? [];
          if (where !== undefined) lost.push(where);
          return where === undefined ? pending(spec, 2000) : where === 'b' ? pending(spec, age) : real(spec);
        });
        expect(lost.toSorted().join(' ')).toBe(runs);
        expect(answer.simulated.map((one) => one.outcome)).toEqual([outcome]);
        expect(answer).toMatchObject({ best: [], ended: 'exhausted', notReached: 0 });
        const cut = outcome === 'undecided' ? 'undecided' : 'drilled';
        const reason =
          outcome === 'undecided' ? /; lengthen run\.duration$/ : /^finality_p99 misses 8000ms after the loss of b$/;
        expect(answer.book.nearest(cut).map(({ why }) => why)).toEqual([expect.stringMatching(reason)]);
        // The short run, two and two more with all nodes up, and those after a loss.
        expect(answer.runs).toBe(5 + lost.length);
      },
    );

    test.each([
      ['it is older than the target', 8001, {}, 'finality_p99'],
      ['the cluster is down at the end, however young it is', 2000, down, 'load'],
    ] as const)('it is certain to miss where %s', (_, age, changes, what) => {
      const spec = plan.specFor(setupOfSingle(space, late), 0, plan.full);
      const trial = trialOf(spec, [pending(spec, age, changes)], 200 * MILLISECOND, late.objectives);
      expect(trial.misses.map((miss) => miss.what)).toEqual([what]);
      expect(trial.untold).toBeNull();
    });
  });
});

describe('the search', () => {
  const demands: readonly (readonly [string, Demand])[] = [
    ['throughput', { ...NO_DEMAND, objectives: [objective('throughput', 500), objective('finality_p99', 60)] }],
    [
      'a liar',
      { ...NO_DEMAND, objectives: [objective('finality_p99', 40)], byzantine: { faults: 1, meanwhile: false } },
    ],
  ];

  test.each(demands)(
    'finds the winner that trying every candidate finds: %s',
    (_, demand) => {
      const space = testSpace({ nodes: [4] });
      const plan = planOf(space, demand);
      const answer = search(plan);
      const winner = answer.best[0]?.contender.candidate;
      expect(winner).toBeDefined();
      expect(answer.candidates).toBe(countCandidates(space));
      expect(answer.candidates).toBeGreaterThanOrEqual(60);
      expect(labelOf(winner!, space)).toBe(exhaustive(plan));
      // And it is worth its name: most candidates are never simulated.
      expect(answer.simulated.length).toBeLessThan(answer.candidates / 2);
    },
    60_000,
  );

  test('finds it also where a site may be lost, and simulates each loss', () => {
    const demand: Demand = {
      objectives: [objective('finality_p99', 60)],
      survive: { count: 1, of: 'site' },
      byzantine: null,
    };
    const timers = { electionTimeout: { min: 60 * MILLISECOND, max: 120 * MILLISECOND }, heartbeat: 20 * MILLISECOND };
    const quickRaft = { ...variant('raft', { ...batchOf(200), ...timers }), derived: ['initialLeader'] };
    const space = testSpace({ nodes: [3, 5], variants: [quickRaft], bandwidths: [{ rate: 1e8, perMonth: 5 }] });
    const plan = planOf(space, demand);
    const answer = search(plan);
    const [best] = answer.best;
    expect(best?.drills.map(({ drill }) => drill.lost).sort()).toEqual(['a', 'b', 'c']);
    expect(labelOf(best!.contender.candidate, space)).toBe(exhaustive(plan));
  }, 120_000);

  test('says that nothing does, with the bound that excludes it and the nearest miss, without a run', () => {
    const answer = search(planOf(testSpace(), { ...NO_DEMAND, objectives: [objective('finality_p99', 1)] }));
    expect(answer.best).toEqual([]);
    expect(answer.ended).toBe('exhausted');
    expect(answer.runs).toBe(0);
    expect(answer.book.count('finality')).toBe(answer.candidates);
    expect(answer.book.nearest('finality')[0]?.why).toMatch(/delays alone make finality_p99 at least \d+ ms/);
  });

  test('of a rough answer ends with as many candidates as it may simulate, and says so', () => {
    const plan = planOf(testSpace(), { ...NO_DEMAND, objectives: [objective('finality_p99', 12)] });
    const stages: string[] = [];
    const experiment = sizeSearch({ ...plan, mostSimulated: 6 }, ({ name, left }) => stages.push(`${name} ${left}`));
    let step = experiment.next();
    while (!step.done) step = experiment.next(step.value.map(silent));
    expect(step.value).toMatchObject({ best: [], ended: 'capped', mostSimulated: 6 });
    expect(step.value.simulated).toHaveLength(6);
    // Four, then the two that are left; each with the candidates that had not had their turn.
    const [first = '', ...rest] = stages.filter((stage) => stage.startsWith('short runs'));
    expect(rest).toHaveLength(1);
    const leftAt = (stage: string): number => Number(stage.split(' ').at(-1));
    expect(leftAt(rest[0] as string)).toBeLessThan(leftAt(first));
    expect(step.value.notReached).toBe(leftAt(rest[0] as string));
  });

  test('whose budget is spent counts what it raced and did not follow among what is left', () => {
    const ample = testSpace({ bandwidths: [{ rate: 1e8, perMonth: 12 }] });
    const plan = planOf(ample, { ...NO_DEMAND, objectives: [objective('finality_p99', 900)] });
    let unseen = 0;
    const experiment = sizeSearch({ ...plan, budget: 4 }, ({ left }) => {
      unseen = left;
    });
    let step = experiment.next();
    while (!step.done) step = experiment.next(step.value.map(real));
    const open = step.value.simulated.filter(({ outcome }) => outcome === 'not followed up');
    expect(open.length).toBeGreaterThan(0);
    expect(step.value).toMatchObject({ best: [], ended: 'budget', notReached: unseen + open.length });
  });

  test('asks for the same runs whatever it is told of threads, and none twice for one candidate', () => {
    const plan = planOf(testSpace(), demands[0]![1]);
    const seen: string[] = [];
    search(plan, (spec) => {
      seen.push(`${spec.label} ${spec.replication} ${spec.horizon}`);
      return real(spec);
    });
    expect(new Set(seen).size).toBe(seen.length);
  }, 60_000);

  test('ends at once when it is interrupted, and names runs that crashed', () => {
    const plan = planOf(testSpace(), demands[0]![1]);
    const stopped = search(plan, ({ label, replication }) => ({
      ok: false,
      label,
      replication,
      kind: 'interrupted',
      reason: 'interrupted before it ended',
    }));
    expect(stopped.ended).toBe('interrupted');
    expect(stopped.best).toEqual([]);
    const crashed = search({ ...plan, budget: 8 }, ({ label, replication }) => ({
      ok: false,
      label,
      replication,
      kind: 'crashed',
      reason: 'out of memory',
    }));
    expect(crashed.ended).toBe('budget');
    expect(crashed.failed.length).toBeGreaterThan(0);
  });
});

/** The label of the cheapest candidate that gives what is asked for, every one that arithmetic lets through being simulated in full. */
function exhaustive(plan: SizePlan): string {
  const { space, demand, full, replications } = plan;
  const load = loadOf(space, demand);
  const asked = { space, demand: { ...demand, objectives: [] }, load, expected: expectedIn(load, 800 * MILLISECOND) };
  // Without objectives no bound is applied; the order among candidates of one cost is that of the search.
  const order = fieldOf({ ...asked, demand }, new CutBook()).map(({ candidate }) => labelOf(candidate, space));
  const all = fieldOf(asked, new CutBook());
  const feasible = all.filter(({ candidate, placement }) => {
    const setup = setupOf(candidate, space, load, placement.ranking);
    const does = (at: typeof setup, length: typeof full): boolean => {
      const specs = Array.from({ length: replications }, (_, replication) => plan.specFor(at, replication, length));
      return trialOf(specs[0]!, specs.map(real), length.warmup, demand.objectives).misses.length === 0;
    };
    if (!does(setup, full)) return false;
    if (demand.survive === null) return true;
    return drillsOf(setup, demand.survive).every((drill) => {
      const warmup = settledAt(setup, drill);
      return does(drilled(setup, drill), { warmup, duration: warmup + 800 * MILLISECOND });
    });
  });
  const labels = feasible.map(({ candidate }) => labelOf(candidate, space));
  // Whatever a bound cut must not do, or the bound is wrong.
  expect(labels.filter((label) => !order.includes(label))).toEqual([]);
  const [least] = feasible.map(({ cost }) => cost.total);
  const cheapest = feasible
    .filter(({ cost }) => cost.total === least)
    .map(({ candidate }) => labelOf(candidate, space));
  return cheapest.sort((a, b) => order.indexOf(a) - order.indexOf(b))[0] as string;
}
