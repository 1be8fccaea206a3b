/**
 * The command line as a function from arguments to an exit code. Only the command that is asked for is loaded, so that starting
 * costs no more than it needs.
 */
import { Command, CommanderError } from 'commander';
import { withoutPasswords } from '../executor/redis/address.ts';
import { type CommandContext, processContext } from './context.ts';
import { CommandEnd, ExitCode, reasonOfTheSystem } from './exit-codes.ts';
import { packageVersion } from './package-version.ts';
import { aboutUnknownFlag, unknownFlag } from './unknown-option.ts';

interface CommandEntry {
  readonly name: string;
  /** One line for `--help`. */
  readonly summary: string;
  /** Loads the command and adds it to the program. */
  readonly add: (program: Command, context: CommandContext) => Promise<void>;
}

const commands: readonly CommandEntry[] = [
  {
    name: 'run',
    summary: 'run scenarios, to a table and a report',
    add: async (program, context) => (await import('./run.ts')).runCommand(program, context),
  },
  {
    name: 'rerun',
    summary: 'run one replication again; --check proves that it repeats',
    add: async (program, context) => (await import('./rerun.ts')).rerunCommand(program, context),
  },
  {
    name: 'compare',
    summary: 'recommend one of several designs, with a decision matrix over drills and costs',
    add: async (program, context) => (await import('./compare.ts')).compareCommand(program, context),
  },
  {
    name: 'sensitivity',
    summary: 'say which uncertain input decides the answer, and which measurement would narrow it most',
    add: async (program, context) => (await import('./sensitivity.ts')).sensitivityCommand(program, context),
  },
  {
    name: 'size',
    summary: 'find the cheapest cluster that gives what is asked for: protocol, nodes, sites, machines, bandwidth',
    add: async (program, context) => (await import('./size.ts')).sizeCommand(program, context),
  },
  {
    name: 'saturate',
    summary: 'find the largest load that stays stable, what limits it, and what comes next',
    add: async (program, context) => (await import('./saturate.ts')).saturateCommand(program, context),
  },
  {
    name: 'tune',
    summary: 'find the smallest timeouts that a network bears, and the recovery that they buy',
    add: async (program, context) => (await import('./tune.ts')).tuneCommand(program, context),
  },
  {
    name: 'regress',
    summary: 'compare with a committed baseline: did it get worse? For continuous integration',
    add: async (program, context) => (await import('./regress.ts')).regressCommand(program, context),
  },
  {
    name: 'worker',
    summary: 'compute runs that other machines queue on a Redis server',
    add: async (program, context) => (await import('./worker.ts')).workerCommand(program, context),
  },
  {
    name: 'cache',
    summary: 'list or remove the finished runs that are kept',
    add: async (program, context) => (await import('./cache.ts')).cacheCommand(program, context),
  },
  {
    name: 'query',
    summary: 'ask kept runs and results in SQL',
    add: async (program, context) => (await import('./query.ts')).queryCommand(program, context),
  },
  {
    name: 'merge',
    summary: 'join the run stores of shards into one',
    add: async (program, context) => (await import('./merge.ts')).mergeCommand(program, context),
  },
  {
    name: 'calibrate',
    summary: 'measure what cryptography and fsync cost on this machine, as profiles',
    add: async (program, context) => (await import('./calibrate.ts')).calibrateCommand(program, context),
  },
  {
    name: 'validate',
    summary: 'hold predictions against closed forms and real systems',
    add: async (program, context) => (await import('./validate.ts')).validateCommand(program, context),
  },
  {
    name: 'lint',
    summary: 'check scenario files: every problem with its place',
    add: async (program, context) => (await import('./lint.ts')).lintCommand(program, context),
  },
  {
    name: 'init',
    summary: 'write a commented scenario to start from',
    add: async (program, context) => (await import('./init.ts')).initCommand(program, context),
  },
  {
    name: 'list',
    summary: 'list protocols, workloads, networks, faults and more',
    add: async (program, context) => (await import('./list.ts')).listCommand(program, context),
  },
  {
    name: 'explain',
    summary: 'explain one of them and its options',
    add: async (program, context) => (await import('./explain.ts')).explainCommand(program, context),
  },
  {
    name: 'schema',
    summary: 'print the JSON Schema of scenario files',
    add: async (program, context) => (await import('./schema.ts')).schemaCommand(program, context),
  },
];

/** Runs one command. Never throws: whatever happens is told on the error stream and by the exit code. */
export async function commandLine(
  argv: readonly string[],
  context: CommandContext = processContext,
): Promise<ExitCode> {
  const { out, err } = context;
  const program = new Command('quorumlab')
    .description(
      'Simulates permissioned consensus: which protocol finalises your transactions in time, and what when something breaks?',
    )
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ writeOut: (text) => out.write(text), writeErr: (text) => err.write(text) })
    .addHelpText('after', '\nquorumlab <command> --help says more. Documentation: README.md and docs/.');
  const words = argv.filter((argument) => !argument.startsWith('-'));
  const asked = words[0] === 'help' ? words[1] : words[0];
  try {
    for (const command of commands) {
      if (command.name === asked) await command.add(program, context);
      else program.command(command.name).description(command.summary);
    }
    for (const command of program.commands) command.exitOverride().showHelpAfterError('(--help says more)');
    if (argv.length === 0) {
      program.outputHelp({ error: true });
      return ExitCode.usage;
    }
    await program.parseAsync([...argv], { from: 'user' });
    return ExitCode.ok;
  } catch (thrown) {
    if (thrown instanceof CommanderError) await sayWhereItBelongs(thrown, asked ?? '', context);
    return exitCodeFor(thrown, argv, context);
  }
}

/** An option of another command is easily given to this one. Only then are all commands loaded. */
async function sayWhereItBelongs(thrown: CommanderError, asked: string, context: CommandContext): Promise<void> {
  const flag = unknownFlag(thrown);
  if (flag === null) return;
  const all = new Command();
  for (const command of commands) await command.add(all, context);
  const { fileFields } = await import('../scenario/file-shape.ts');
  const { snakeCase } = await import('../scenario/shape.ts');
  context.err.write(aboutUnknownFlag(flag, asked, all.commands, Object.keys(fileFields).map(snakeCase)));
}

function exitCodeFor(thrown: unknown, argv: readonly string[], { err }: CommandContext): ExitCode {
  if (thrown instanceof CommandEnd) {
    if (thrown.message !== '') err.write(`${thrown.message}\n`);
    return thrown.exitCode;
  }
  // commander has said what is wrong already; asking for help or the version is no error.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  const refused = refusedByTheSystem(thrown);
  if (refused !== null) {
    err.write(`${refused}\n`);
    return ExitCode.usage;
  }
  err.write(
    `internal error: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n` +
      `This is a defect of quorumlab ${packageVersion()} (Node ${process.version}). Please report it with the scenario file and\n` +
      `this command: quorumlab ${withoutPasswords(argv.join(' '))}\n`,
  );
  return ExitCode.crashed;
}

/** A file, folder or stream that can't be read or written is the user's to mend. */
function refusedByTheSystem(thrown: unknown): string | null {
  const reason = reasonOfTheSystem(thrown);
  if (reason === null) return null;
  return `${'path' in (thrown as object) ? String((thrown as { path: unknown }).path) : 'output'}: ${reason}`;
}
