/** Raft needs a majority: a follower far away, whose window is full, gets fewer copies, so the leader's card carries more than n − 1 copies of each. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { capacityLimits } from '../../src/experiment/size/capacity-bound.ts';
import type { Load } from '../../src/experiment/size/demand.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { runSpecFor } from '../../src/scenario/run-spec-for.ts';
import { simulate } from '../../src/simulation/simulate.ts';

const files: Readonly<Record<string, string>> = {
  'far.yaml': `scenario: 1
name: far
question: Does a far follower take its copies?
seed: 1
run: { warmup: 2s, duration: 8s, replications: 1 }
network: { matrix: { file: far.csv, unit: ms, holds: round-trip }, intra_site: 250us, egress: 100Mbps, ingress: 100Mbps }
machine: { cores: 4, crypto: { profile: openssl-server, scheme: ed25519 }, disk: nvme }
nodes: { sites: { A: 3, B: 2 } }
clients: [{ site: A, load: { open: { poisson: 1100/s } }, retry_after: 5s }]
workload: { opaque: { request_bytes: 4KiB } }
protocol: { raft: { batch: { max_transactions: 10, max_bytes: 64KiB, timeout: 2ms }, max_inflight: 8, election_timeout: 4s..8s, heartbeat: 400ms, initial_leader: 0 } }
`,
  'far.csv': ',A,B\nA,0,400\nB,400,0\n',
};

test("the bound of the leader's card is not below what a run with far followers gives", () => {
  const readText = (path: string): string => files[path.replace(/^.*\//, '')] ?? readFileSync(path, 'utf8');
  const read = loadScenario('far.yaml', { readText });
  if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join('; '));
  const spec = runSpecFor(read.scenario, 0, 0, { quick: false });
  const load = {
    sample: { bytes: [4096], written: { sizes: [4096] } },
    origins: [{ toLeader: true }],
  } as unknown as Load;
  const egress = capacityLimits(spec, load, 1, 6600).find(({ kind }) => kind === 'egress')?.most ?? 0;
  const measured = simulate(spec).segments.filter(({ from }) => from >= 2e9);
  const throughput = measured.reduce((sum, { final }) => sum + final, 0) / 6;
  expect(throughput).toBeGreaterThan(1000);
  expect(egress).toBeGreaterThan(throughput);
});
