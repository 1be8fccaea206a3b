/** A request's way through a node: admitted to the mempool, cut into a batch, executed by the ledger. */
import { createBatch } from '../../src/ledger/batch.ts';
import { Ledger } from '../../src/ledger/execution.ts';
import { NodeMempool } from '../../src/simulation/mempool.ts';
import { defaultsOf } from '../../src/units/options.ts';
import { workloadNamed } from '../../src/workloads/registry.ts';
import type { Workload } from '../../src/workloads/workload.ts';
import type { Piece } from './piece.ts';

const BATCH = 100;
/** Batches that the ledger executes in one call. */
const BATCHES = 64;

function workload(name: string): Workload {
  const definition = workloadNamed(name);
  return definition.create(defaultsOf(definition.options as never) as never, { seed: 3, groups: 1 });
}

export const mempoolAdmitCut: Piece = {
  name: 'mempool-admit-cut',
  per: 'request admitted, cut and removed',
  prepare: () => {
    const mempool = new NodeMempool(0, workload('opaque'), {
      now: () => 0,
      isExecuted: () => false,
      sendForward: () => {},
    });
    let id = 0;
    return () => {
      for (let i = 0; i < BATCH; i++) mempool.admit(id++ & 0x3fffffff, 0);
      mempool.executed(mempool.cut(BATCH, 1 << 20));
      return BATCH;
    };
  },
};

/** New requests all the time, in batches of a hundred, by one replica; what is old is forgotten as a run forgets it. */
export function ledgerPiece(name: string): Piece {
  return {
    name: `ledger-execute-${name}`,
    per: 'request',
    prepare: () => {
      let ledger = new Ledger(workload(name), 1);
      let position = 0;
      const executeNext = (): void => {
        const first = position * BATCH;
        position++;
        const ids = Int32Array.from({ length: BATCH }, (_, i) => first + i);
        ledger.execute(position, createBatch(ids, new Float64Array(BATCH), 0, 0, 0), position);
      };
      return () => {
        // The life of a state is bounded, as ids are: a run of a million requests.
        if (position >= 10_000) {
          ledger = new Ledger(workload(name), 1);
          position = 0;
        }
        for (let i = 0; i < BATCHES; i++) executeNext();
        ledger.forget(position - 1024);
        return BATCHES * BATCH;
      };
    },
  };
}
