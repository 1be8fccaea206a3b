/** `quorumlab worker --redis URL`: computes runs that drivers on other machines queue (docs/scale.md), until it is stopped. */
import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import { poolExecutor } from '../executor/pool.ts';
import { codeInWords } from '../executor/redis/crew.ts';
import { serve, type Tally } from '../executor/redis/serve.ts';
import { ownCode } from '../results/build-fingerprint.ts';
import { type CommandContext, processContext } from './context.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';
import { threadCount } from './options.ts';
import { addressGiven, lineTo, told } from './redis-workers.ts';
import { tellingOfStandStill } from './stand-still.ts';

interface WorkerOptions {
  readonly redis: string;
  readonly threads?: number;
  readonly once?: true;
  readonly idleExit?: number;
}

export function workerCommand(program: Command, context: CommandContext = processContext): void {
  program
    .command('worker')
    .description('compute runs that other machines queue with --redis; stop it with Ctrl-C, which gives back its runs')
    .requiredOption(
      '--redis <url>',
      'the Redis or Valkey server: redis://[:password@]host[:port][/database], rediss:// with TLS; a password may stand in REDISCLI_AUTH instead',
    )
    .option('--threads <n>', 'runs at once, each on a thread (default: one a usable core)', threadCount)
    .option('--once', 'end when nothing is queued any more')
    .option('--idle-exit <seconds>', 'end when nothing was to do for so long', secondsOf)
    .action((options: WorkerOptions) => work(options, context));
}

async function work(options: WorkerOptions, context: CommandContext): Promise<void> {
  if (options.once && options.idleExit !== undefined)
    throw new CommandEnd(ExitCode.usage, '--once ends as soon as nothing is queued: leave out --idle-exit or --once');
  const address = addressGiven(options.redis);
  const threads = options.threads ?? availableParallelism();
  const tell = lineTo(context.err);
  const stop = new AbortController();
  let pressed = false;
  const stopListening = context.onInterrupt(() => {
    pressed = true;
    tell('stopping: the runs under way are given back (Ctrl-C again to quit at once)');
    stop.abort();
  });
  const terminate = (): void => {
    tell('asked to end: the runs under way are given back');
    stop.abort();
  };
  process.once('SIGTERM', terminate);
  const pool = poolExecutor({ threads, ...(context.worker === null ? {} : { worker: context.worker }) });
  tell(`worker of ${codeInWords(ownCode())}, ${threads} thread${threads === 1 ? '' : 's'}, at ${address.shown}`);
  try {
    const tally = await told(
      serve({
        address,
        tell,
        executor: tellingOfStandStill(pool, context.err),
        signal: stop.signal,
        idleExitMs: options.once ? 0 : options.idleExit === undefined ? null : options.idleExit * 1000,
        onChange: tallyLines(tell),
      }),
    );
    tell(`ended: ${inWords(tally)}`);
  } finally {
    stopListening();
    process.off('SIGTERM', terminate);
    await pool.close();
  }
  if (pressed) throw new CommandEnd(ExitCode.interrupted);
}

const EVERY_MS = 2000;

/** At most one line every two seconds. */
function tallyLines(tell: (line: string) => void, now: () => number = () => performance.now()): (tally: Tally) => void {
  let last = now();
  return (tally) => {
    if (now() - last < EVERY_MS) return;
    last = now();
    tell(inWords(tally));
  };
}

/** `12 runs finished, 1 crashed, 4 under way`. */
function inWords({ finished, crashed, refused, givenBack, atWork }: Tally): string {
  return [
    `${finished} run${finished === 1 ? '' : 's'} finished`,
    ...(crashed > 0 ? [`${crashed} crashed`] : []),
    ...(refused > 0 ? [`${refused} refused`] : []),
    ...(givenBack > 0 ? [`${givenBack} given back`] : []),
    ...(atWork > 0 ? [`${atWork} under way`] : []),
  ].join(', ');
}

function secondsOf(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || !Number.isFinite(value))
    throw new InvalidArgumentError('It must be a number of seconds.');
  return value;
}
