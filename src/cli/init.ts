/** `quorumlab init [FILE]`: writes a commented scenario to start from. */
import { existsSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, relative, resolve, sep } from 'node:path';
import type { Command } from 'commander';
import { shellWord } from '../results/repeat-command.ts';
import { schemaPath } from '../scenario/shipped-data.ts';
import { type CommandContext, processContext } from './context.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';
import { fileProblem, makeFolders } from './output-folder.ts';

export function initCommand(program: Command, { out }: CommandContext = processContext): void {
  program
    .command('init')
    .description('write a commented scenario to start from')
    .argument('[file]', 'where to', 'scenario.yaml')
    .option('--force', 'replace a file that exists', false)
    .action((file: string, options: { readonly force: boolean }) => {
      if (existsSync(file) && !options.force)
        throw new CommandEnd(ExitCode.usage, `${file}: exists already; --force replaces it`);
      const problem = fileProblem(file);
      if (problem !== null)
        throw new CommandEnd(ExitCode.usage, `${file}: ${problem}; name a file in a folder where you may write`);
      const made = makeFolders(dirname(file));
      writeFileSync(file, scenarioText(file));
      const folder = made.length === 0 ? '' : `, in the new folder ${dirname(file)}`;
      const word = shellWord(file);
      out.write(`${file}: written${folder}; next: npx quorumlab lint ${word}, then npx quorumlab run ${word}\n`);
    });
}

/** The scenario for this path: named after the file, and pointing editors to the schema. */
function scenarioText(file: string): string {
  const schema = relative(dirname(resolve(file)), schemaPath())
    .split(sep)
    .join('/');
  const words = basename(file, extname(file))
    .toLowerCase()
    .match(/[a-z0-9]+/g) ?? ['scenario'];
  return TEMPLATE.replace('@SCHEMA@', () => schema).replace('@NAME@', () => words.join('-'));
}

const TEMPLATE = `# yaml-language-server: $schema=@SCHEMA@
# What stands in brackets may be left out; \`quorumlab explain NAME\` tells the options of each protocol, workload and so on.
scenario: 1                   # version of this format
name: @NAME@
question: Which protocol finalises our transactions in time, and what does a crash cost?
seed: 1                       # the same seed gives the same results, to the bit

# [How long is simulated (virtual time), and how often: intervals come from independent replications. kind: steady-state leaves the
#  warm-up out; terminating counts each run whole, until stop_after transactions are final or the duration is over. Or let runs go on
#  until intervals are narrow: replications: 10, precision: { finality_p99: 5% }, most_replications: 50]
run: { kind: steady-state, warmup: auto, duration: 30s, replications: 5 }

# [Where sites are: lan, multi-az, cloud-regions, belt-and-road, azure, wonderproxy; or a matrix of your own:
#  matrix: { file: my-matrix.csv, unit: ms, holds: round-trip }; or one delay: matrix: { uniform: 5ms }]
network:
  matrix: cloud-regions
  jitter: { lognormal: { mean: 1ms, p99: 5ms } }
  egress: 1Gbps               # 1Gbps = 10^9 bit/s, out of each node's network card
  ingress: 1Gbps

# [What each node is. Profiles: scenarios/profiles; disks: none, nvme, ssd, hdd.]
machine: { cores: 4, crypto: { profile: openssl-server, scheme: ed25519 }, disk: nvme }

# How many nodes at each site; they are numbered in this order. On a lan: nodes: { count: 4 }
nodes: { sites: { eu-central-1: 2, eu-west-1: 1, ap-southeast-1: 1 } }

# Who asks for what, where. Open loop: arrivals do not wait for replies. Closed loop:
#  load: { closed: { clients: 10, outstanding: 1, think: { constant: 5ms } } }
clients:
  - { site: eu-central-1, load: { open: { poisson: 300/s } }, retry_after: 1s }
  - { site: ap-southeast-1, load: { open: { poisson: 100/s } }, retry_after: 1s }
workload: supply-chain        # or payments, opaque, arrival_trace

# Protocols or settings side by side, under the same arrivals, faults and seeds. One alone: protocol: { raft: { … } }
compare:
  - { label: PBFT, protocol: pbft, batch: { timeout: 20ms } }
  - { label: Raft, protocol: raft, election_timeout: 1s..2s, heartbeat: 200ms, initial_leader: 0 }

# [Factors: every combination is a design point.]
# levels: { 'clients.0.load.open.poisson': [300/s, 600/s] }
# [Settings that move together are one factor; the lists of an element have one length.]
# zipped: [{ machine.cores: [2, 8], network.egress: [100Mbps, 1Gbps] }]

# [What goes wrong: crash or partition of leader, a node number, [several] or { site: name }.]
faults:
  - { crash: leader, at: 12s, for: 5s }

# [What you ask for; missing one gives exit code 2.]
# objective: { finality_p99: 2s, throughput: 350/s, availability: 99% }
`;
