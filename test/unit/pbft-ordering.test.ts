// Sequence numbers that were handed to the host stay known, whatever becomes of the window meanwhile.
import { expect, test } from 'vitest';
import { NULL_DIGEST } from '../../src/ledger/batch.ts';
import type { PbftHost } from '../../src/protocols/pbft/durable.ts';
import { Outbox } from '../../src/protocols/pbft/durable.ts';
import { EarlyMessages } from '../../src/protocols/pbft/early.ts';
import { Evidence } from '../../src/protocols/pbft/evidence.ts';
import { COMMIT, PRE_PREPARE, PREPARE } from '../../src/protocols/pbft/messages.ts';
import type { PbftOptions } from '../../src/protocols/pbft/options.ts';
import { Ordering } from '../../src/protocols/pbft/ordering.ts';
import { pbft } from '../../src/protocols/pbft/pbft.ts';
import { Slots } from '../../src/protocols/pbft/slots.ts';
import { ReplicaState } from '../../src/protocols/pbft/state.ts';
import { defaultsOf } from '../../src/units/options.ts';
import { RecorderCluster } from '../traces/recorder-cluster.ts';

const WINDOW = 4;
const defaults = defaultsOf<PbftOptions>(pbft.options);
const options: PbftOptions = { ...defaults, auth: 'mac', checkpointInterval: WINDOW, watermarkWindow: WINDOW };

/** The ordering of replica 3 of 4 in view 0, and what brings a null request through it. */
function rig() {
  const host = new RecorderCluster(pbft, { n: 4, options }).nodes[3] as unknown as PbftHost;
  const state = new ReplicaState(host, options);
  const slots = new Slots(4, state.window, false, () => {});
  const nothing = () => {};
  const ordering = new Ordering(
    state,
    slots,
    new Evidence(state, slots),
    new Outbox(host, false),
    new EarlyMessages(state),
    { accepted: nothing, committed: nothing, othersAreAhead: nothing, missingBatch: nothing },
  );
  const order = (seq: number) => {
    const said = { view: 0, seq, digest: NULL_DIGEST, signature: 0, macs: state.macs };
    ordering.prePrepare(0, { type: PRE_PREPARE, ...said, batch: null });
    for (const from of [1, 2]) ordering.prepare(from, { type: PREPARE, ...said });
    for (const from of [0, 1, 2]) ordering.commit(from, { type: COMMIT, ...said });
  };
  const moveTo = (low: number) => {
    state.raiseLow(low);
    slots.discardThrough(low);
  };
  return { state, ordering, order, moveTo };
}

test('what was delivered out of order counts once the gap below it is closed', () => {
  const { state, order } = rig();
  for (const seq of [2, 4, 3]) order(seq);
  expect(state.committed).toBe(0);
  order(1);
  expect(state.committed).toBe(4);
});

// As when a new view moves the window twice while a replica still fetches the state below it.
test('what was delivered is known when a state below it is installed, though the window has left it', () => {
  const { state, ordering, order, moveTo } = rig();
  moveTo(20);
  for (let seq = 21; seq <= 24; seq++) order(seq);
  moveTo(24);
  for (let seq = 25; seq <= 28; seq++) order(seq);
  expect(state.committed).toBe(0);
  ordering.installed(20);
  expect(state.committed).toBe(28);
});

test('a state that covers part of what was delivered leaves the rest of it to count', () => {
  const { state, ordering, order, moveTo } = rig();
  moveTo(20);
  for (const seq of [21, 22, 24]) order(seq);
  ordering.installed(22);
  expect(state.committed).toBe(22);
  order(23);
  expect(state.committed).toBe(24);
});
