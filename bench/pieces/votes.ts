/**
 * What one message of PBFT's normal case costs its receiver: a backup of 100 behind a host that does nothing but execute. Each call
 * takes 128 sequence numbers from pre-prepare to execution; the last brings the checkpoint that frees the log.
 */
import { createBatch } from '../../src/ledger/batch.ts';
import { CHECKPOINT, COMMIT, PRE_PREPARE, PREPARE } from '../../src/protocols/pbft/messages.ts';
import type { PbftOptions } from '../../src/protocols/pbft/options.ts';
import { pbft } from '../../src/protocols/pbft/pbft.ts';
import type { Host, Mempool } from '../../src/protocols/protocol.ts';
import { defaultsOf } from '../../src/units/options.ts';
import { NEVER } from '../../src/units/quantities.ts';
import type { Piece } from './piece.ts';

const NODES = 100;
const SELF = 1;
const STATE = 7;

export const pbftVote: Piece = {
  name: 'pbft-vote',
  per: 'message received (prepares and commits, n = 100)',
  prepare: () => {
    const options = { ...(defaultsOf(pbft.options) as PbftOptions), durable: false };
    const host = new SilentHost();
    const replica = pbft.create(host, options, null);
    replica.start();
    const batch = createBatch(Int32Array.of(1), Float64Array.of(0), 256, 0, 0);
    const { digest } = batch;
    const proof = { view: 0, signature: 0, macs: 0 };
    let seq = 0;
    const order = (): void => {
      seq++;
      replica.receive(0, { type: PRE_PREPARE, ...proof, seq, digest, batch });
      const prepare = { type: PREPARE, ...proof, seq, digest } as const;
      for (let from = 2; from < NODES; from++) replica.receive(from, prepare);
      const commit = { type: COMMIT, ...proof, seq, digest } as const;
      for (let from = 0; from < NODES; from++) if (from !== SELF) replica.receive(from, commit);
      if (host.committed !== seq) throw new Error(`sequence number ${seq} did not commit: the votes were not counted`);
      host.executedPosition = seq;
      replica.executed(seq);
    };
    return () => {
      for (let i = 0; i < options.checkpointInterval; i++) order();
      const checkpoint = { type: CHECKPOINT, ...proof, seq, digest: STATE } as const;
      for (let from = 0; from < NODES; from++) if (from !== SELF) replica.receive(from, checkpoint);
      return options.checkpointInterval * (2 * NODES - 2) + NODES - 1;
    };
  },
};

const emptyMempool: Mempool = {
  count: 0,
  bytes: 0,
  oldest: NEVER,
  cut: () => {
    throw new Error('a backup does not cut batches');
  },
  requeue: () => {},
  forward: () => {},
  isWaiting: () => false,
  isExecuted: () => false,
  claim: () => {},
};

class SilentHost implements Host<never, never> {
  readonly self = SELF;
  readonly n = NODES;
  readonly mempool = emptyMempool;
  executedPosition = 0;
  committed = 0;
  send(): void {}
  broadcast(): void {}
  setTimer(): void {}
  cancelTimer(): void {}
  persist(): void {}
  commit(position: number): void {
    this.committed = position;
  }
  serveReads(): void {}
  dropReads(): void {}
  stateDigest(): number {
    return STATE;
  }
  snapshot() {
    return { position: this.executedPosition, digest: STATE, bytes: 0 };
  }
  install(): void {}
  sign(): number {
    return 0;
  }
  verify(): boolean {
    return true;
  }
  beginSignature(): void {}
  mark(): void {}
  now(): number {
    return 0;
  }
}
