/**
 * Everything that can be measured, by name, and how much work is spent on each: whole runs sized to about half a second, so that
 * all of it ends within six minutes on two cores. Each is measured in a process of its own (see main.ts).
 */
import type { RunSpec } from '../src/simulation/run-spec.ts';
import { defaultsOf } from '../src/units/options.ts';
import { workloadNamed } from '../src/workloads/registry.ts';
import type { AloneResult, BenchResult } from './bench-report.ts';
import { type BenchCase, pbftCase, raftCase } from './cases.ts';
import { measureGrowth } from './measure-growth.ts';
import { measurePiece } from './measure-piece.ts';
import { measureAlone, measureRun, type RunEffort } from './measure-run.ts';
import { measureThreads } from './measure-threads.ts';
import { calendarPiece, egressFeed, sortPiece } from './pieces/arrivals.ts';
import { counterDraw, digestAdd, histogramRecord, samplerDraw } from './pieces/numbers.ts';
import type { Piece } from './pieces/piece.ts';
import { ledgerPiece, mempoolAdmitCut } from './pieces/requests.ts';
import { pbftVote } from './pieces/votes.ts';

export interface Measurement {
  readonly name: string;
  readonly measure: (quick: boolean) => BenchResult | Promise<BenchResult>;
  /** For a second visit, behind all others. */
  readonly again?: () => AloneResult;
}

/** Raft's offered load, requests per second: a fifth of what the leader's card carries (four copies of 322 bytes each). */
const RAFT_RATE = 200_000;
const MILLION = 1_000_000;

const supplyChain: RunSpec['workload'] = {
  name: 'supply-chain',
  options: defaultsOf(workloadNamed('supply-chain').options as never),
};

/** Sizes in messages: (fast, reference). The reference needs microseconds a message, and at n = 1000 a batch is two million. */
export const wholeRuns: readonly BenchCase[] = [
  pbftCase(4, 2 * MILLION, 300_000),
  pbftCase(16, 3 * MILLION, 500_000),
  pbftCase(16, 2 * MILLION, 300_000, supplyChain),
  pbftCase(64, 4 * MILLION, 600_000),
  pbftCase(100, 5 * MILLION, 800_000),
  pbftCase(256, 6 * MILLION, 600_000),
  pbftCase(1000, 10 * MILLION, 2 * MILLION),
  raftCase(3, MILLION, RAFT_RATE),
  raftCase(5, MILLION, RAFT_RATE),
  raftCase(7, MILLION, RAFT_RATE),
  raftCase(21, MILLION, RAFT_RATE),
];

const pieces: readonly Piece[] = [
  counterDraw,
  samplerDraw,
  histogramRecord,
  digestAdd,
  calendarPiece(100, 100),
  calendarPiece(1000, 200),
  sortPiece(100),
  sortPiece(1000),
  egressFeed,
  mempoolAdmitCut,
  ledgerPiece('opaque'),
  ledgerPiece('supply-chain'),
  pbftVote,
];

export const measurements: readonly Measurement[] = [
  ...wholeRuns.map((benchCase) => ({
    name: benchCase.name,
    measure: (quick: boolean) => measureRun(benchCase, effort(quick)),
    again: () => measureAlone(benchCase, effort(false)),
  })),
  growth('memory-growth-pbft-n4', pbftCase(4, 5 * MILLION, 1)),
  growth('memory-growth-raft-n5', withFrequentSnapshots(raftCase(5, MILLION, RAFT_RATE))),
  {
    name: 'two-threads-pbft-n100',
    measure: (quick) => twoRuns('two-threads-pbft-n100', pbftCase(100, 5 * MILLION, 1), quick),
  },
  ...pieces.map((piece) => ({ name: piece.name, measure: (quick: boolean) => measurePiece(piece, quick ? 50 : 400) })),
];

function effort(quick: boolean): RunEffort {
  if (quick)
    return { warmUp: 1, alone: { fewest: 2, most: 3, budgetMs: 1500 }, inTurns: { fewest: 1, most: 1, budgetMs: 1 } };
  return { warmUp: 8, alone: { fewest: 3, most: 9, budgetMs: 3000 }, inTurns: { fewest: 2, most: 3, budgetMs: 4000 } };
}

function growth(name: string, { spec }: BenchCase): Measurement {
  return { name, measure: (quick) => measureGrowth(name, spec, quick ? 2 : 10) };
}

/** The log is as long as the options let it be: snapshots come often enough that the shorter run reaches that length too. */
function withFrequentSnapshots(benchCase: BenchCase): BenchCase {
  const { spec } = benchCase;
  const options = { ...(spec.protocol.options as object), snapshotEvery: 1000, snapshotKeep: 500 };
  return { ...benchCase, spec: { ...spec, protocol: { ...spec.protocol, options } } };
}

function twoRuns(name: string, { spec }: BenchCase, quick: boolean): Promise<BenchResult> {
  return measureThreads(name, [spec, { ...spec, seed: spec.seed + 1 }], quick ? 1 : 3);
}
