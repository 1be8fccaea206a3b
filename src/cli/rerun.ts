/** `quorumlab rerun FILE --point LABEL --replication K`: one run again, by its name; `--check` proves that it repeats. */
import type { Command } from 'commander';
import type { Simulate } from '../executor/executor.ts';
import { protocolsOf } from '../executor/own-protocols.ts';
import { reasonOfCrash } from '../executor/run-task.ts';
import type { DigestEvent } from '../kernel/run-digest.ts';
import { counted, instant } from '../report/words.ts';
import { nearest } from '../scenario/problem.ts';
import { runSettings, runSpecFor } from '../scenario/run-spec-for.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { firstDifferingEvent } from '../simulation/event-difference.ts';
import { firstDifference } from '../simulation/first-difference.ts';
import type { RunResult } from '../simulation/run-result.ts';
import type { RunSpec } from '../simulation/run-spec.ts';
import { MILLISECOND } from '../units/quantities.ts';
import { type CommandContext, type Output, processContext } from './context.ts';
import { CommandEnd, ExitCode, exitCodeOf } from './exit-codes.ts';
import { loadScenarios, tooManyRequests } from './load.ts';
import { collect, wholeNumber } from './options.ts';

interface RerunOptions {
  readonly point: string;
  readonly replication: number;
  readonly check?: true;
  readonly quick?: true;
  readonly set?: readonly string[];
}

export function rerunCommand(program: Command, context: CommandContext = processContext): void {
  program
    .command('rerun')
    .description('run one replication again; --check proves that it repeats')
    .argument('<file>', 'scenario file')
    .requiredOption('--point <label>', 'the design point, by its label')
    .requiredOption('--replication <k>', 'the replication, from 0', wholeNumber)
    .option('--check', 'run it twice and on the reference kernel, and compare the digests')
    .option('--quick', 'as it was run with --quick')
    .option('--set <path=value>', 'override a value of the scenario; may be repeated', collect)
    .action((file: string, options: RerunOptions) => rerun(file, options, context));
}

async function rerun(file: string, options: RerunOptions, context: CommandContext): Promise<void> {
  const quick = options.quick ?? false;
  const [loaded] = await loadScenarios([file], { set: options.set ?? [], quick, replications: null }, context.err);
  const { scenario } = loaded as NonNullable<typeof loaded>;
  const point = pointNamed(scenario, options.point);
  const { mostReplications: replications } = runSettings(scenario, { quick });
  if (options.replication >= replications)
    throw new CommandEnd(
      ExitCode.usage,
      `${scenario.file}: there is no replication ${options.replication}, expected ${replications === 1 ? '0' : `0 to ${replications - 1}`}, or more with --set run.replications=…`,
    );
  const spec = runSpecFor(scenario, point, options.replication, { quick });
  const refused = tooManyRequests(scenario, { quick });
  if (refused !== null) throw new CommandEnd(ExitCode.usage, refused);
  const simulate = await simulateFor(spec, context);
  const result = simulate(spec);
  describe(result, context.out);
  const findings: ExitCode[] = [
    ...(result.violations.some(({ kind }) => kind === 'safety') ? [ExitCode.unsafe] : []),
    ...(result.violations.some(({ kind }) => kind === 'liveness') ? [ExitCode.notLive] : []),
  ];
  if (options.check && !repeats(result, simulate, spec, context.out)) findings.push(ExitCode.notDeterministic);
  const code = exitCodeOf(findings);
  if (code !== ExitCode.ok) throw new CommandEnd(code);
}

/** How runs of this specification are made. What a protocol of the user's own throws is the user's to mend, and no defect of ours. */
async function simulateFor(spec: RunSpec, context: CommandContext): Promise<Simulate> {
  const kernel = context.simulate ?? (await import('../simulation/simulate.ts')).simulate;
  if (spec.protocol.module === undefined) return kernel;
  const crashOf = (thrown: unknown): CommandEnd =>
    new CommandEnd(
      ExitCode.crashed,
      `not finished: ${spec.label}, replication ${spec.replication}: ${reasonOfCrash(spec, thrown)}`,
    );
  const own = await protocolsOf(spec).catch((thrown: unknown) => {
    throw crashOf(thrown);
  });
  return (run, how) => {
    try {
      return kernel(run, { ...how, ...own });
    } catch (thrown) {
      throw crashOf(thrown);
    }
  };
}

function pointNamed(scenario: Scenario, label: string): number {
  const labels = scenario.points.map((point) => point.label);
  const index = labels.indexOf(label);
  if (index >= 0) return index;
  throw new CommandEnd(
    ExitCode.usage,
    `${scenario.file}: no point is called '${label}'${nearest(label, labels)}, expected one of ${labels.join(', ')}`,
  );
}

function describe(result: RunResult, out: Output): void {
  const { label, replication, seed, digest, counts, endedAt } = result;
  out.write(`${label}, replication ${replication}, seed ${seed}\n`);
  out.write(`digest ${digest ?? 'none: a violation stopped the run'}\n`);
  out.write(
    `${counted(counts.transactions, 'transaction')} in ${counted(counts.batches, 'block')}, ` +
      `${counted(counts.deliveredMessages, 'message')} delivered, ended at ${instant(endedAt / MILLISECOND)}\n`,
  );
  for (const { kind, check, at, node, detail } of result.violations) {
    const where = node < 0 ? '' : ` on node ${node}`;
    out.write(`${kind} violated: ${check} at ${instant(at / MILLISECOND)}${where}: ${detail}\n`);
  }
}

/** The same run once more and on the reference kernel: all three must agree to the bit. */
function repeats(first: RunResult, simulate: Simulate, spec: RunSpec, out: Output): boolean {
  const others = [
    { name: 'again', result: simulate(spec) },
    { name: 'reference kernel', result: simulate(spec, { kernel: 'reference' }) },
  ];
  const differing = others.filter(({ result }) => !sameRun(first, result));
  for (const { name, result } of others) out.write(`${name}: digest ${result.digest ?? 'none'}\n`);
  if (differing.length === 0) {
    out.write('deterministic: the runs are identical\n');
    return true;
  }
  const difference = firstDifference(first, differing[0]?.result as RunResult);
  out.write(
    `NOT deterministic: ${differing.map(({ name }) => name).join(' and ')} ${differing.length === 1 ? 'differs' : 'differ'} from the first run\n`,
  );
  const event = differingEvent(simulate, spec, differing[0]?.name === 'again' ? 'islands' : 'reference');
  if (event !== null) out.write(`first event: ${event}\n`);
  out.write(`first difference: ${difference ?? 'in a delivery or timer that leaves no trace in the results'}\n`);
  return false;
}

/** The first event of the digests in which a run on the fast kernel and one on `kernel` differ, by running both again. */
function differingEvent(simulate: Simulate, spec: RunSpec, kernel: 'islands' | 'reference'): string | null {
  const [one, other]: [DigestEvent[], DigestEvent[]] = [[], []];
  simulate(spec, { events: one });
  simulate(spec, { kernel, events: other });
  return firstDifferingEvent({ name: 'the first run', events: one }, { name: 'the other', events: other });
}

/** A run that a violation stopped has no digest: it repeats when it is stopped by the same violation. */
function sameRun(a: RunResult, b: RunResult): boolean {
  if (a.digest !== null || b.digest !== null) return a.digest === b.digest;
  return JSON.stringify(a.violations) === JSON.stringify(b.violations);
}
