// A saturated leader-based protocol is as fast as the leader's card. Published: Berger, Ben Toumia and Reiser, 2022 (arXiv 2208.14745),
// PBFT on 10 Gbit/s cards, one-way 1 ms, batches of 400, requests and replies of 1024 B, no CPU cost: about 1.17e6 / n
// transactions a second.
import { expect, test } from 'vitest';
import { simulate } from '../../src/simulation/simulate.ts';
import { MILLISECOND, SECOND } from '../../src/units/quantities.ts';
import { clientsAt, closedLoop, promptPbft, quietSpec } from '../support/quiet-spec.ts';
import { workloadOptions } from '../support/run-specs.ts';

const BYTES = 1024;
const BATCH = 400;
const RATE = 10e9;
const MEASURED: Readonly<Record<number, number>> = { 4: 292_985, 8: 146_533, 16: 73_333 };

for (const [nodes, published] of Object.entries(MEASURED))
  test(`PBFT with n = ${nodes} follows what the primary must send for each transaction, and the published figure, within 5 %`, () => {
    const n = Number(nodes);
    const batch = { maxTransactions: BATCH, timeout: 5 * MILLISECOND };
    const protocol = promptPbft({ batch, clientSignatures: false, pipeline: 0 });
    const clients = [clientsAt({ site: n }, closedLoop(7 * BATCH))];
    const workload = workloadOptions('opaque', { requestBytes: BYTES, replyBytes: BYTES });
    const card = { bitsPerSecond: RATE, discipline: 'fair' } as const;
    const quiet = quietSpec(n, MILLISECOND, {
      protocol,
      clients,
      workload,
      horizon: 0.3 * SECOND,
      boundaries: [0.1 * SECOND],
    });
    const spec = { ...quiet, network: { ...quiet.network, egress: card, ingress: { bitsPerSecond: RATE } } };
    const { segments, violations, utilisation } = simulate(spec);
    expect(violations).toEqual([]);
    const { final, from, to } = segments[1]!;
    const throughput = final / ((to - from) / SECOND);

    // To each backup the batch, in segments of 1448 B under 66 B of headers; to the client the reply. Votes hardly weigh anything.
    const payload = BYTES * (1 + 66 / 1448);
    const egress = (n - 1) * payload + BYTES + 66;
    const law = RATE / 8 / egress;
    expect(Math.abs(throughput / law - 1)).toBeLessThan(0.05);
    expect(Math.abs(throughput / published - 1)).toBeLessThan(0.05);
    expect(utilisation[0]!.egress).toBeGreaterThan(0.95);
    for (let backup = 1; backup < n; backup++) expect(utilisation[backup]!.egress).toBeLessThan(0.5);
  });
