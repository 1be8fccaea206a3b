/** `--redis URL`: what commands that compute on Redis workers say about them, and how they end when Redis does not answer. */
import type { Executor } from '../executor/executor.ts';
import { type RedisAddress, redisAddress } from '../executor/redis/address.ts';
import type { Output } from './context.ts';
import { CommandEnd, ExitCode } from './exit-codes.ts';

/** For `.option(...REDIS_OPTION)`. The address is read in the action, since commander repeats a value that it refuses. */
export const REDIS_OPTION = [
  '--redis <url>',
  'compute on the workers of this Redis server (see the command worker): redis://[:password@]host[:port][/database], rediss:// with TLS',
] as const;

/** As redis-cli calls it: a password in the environment does not stand in the list of processes. */
const PASSWORD_VARIABLE = 'REDISCLI_AUTH';

/** @throws CommandEnd where it is no address. */
export function addressGiven(redis: string): RedisAddress {
  try {
    return redisAddress(redis, process.env[PASSWORD_VARIABLE] ?? null);
  } catch (thrown) {
    throw new CommandEnd(ExitCode.usage, `--redis: ${(thrown as Error).message}`);
  }
}

/** `fresh`: results that Redis keeps from before are not reused. */
export async function openRedisExecutor(redis: string, fresh: boolean, err: Output): Promise<Executor> {
  const address = addressGiven(redis);
  const { redisExecutor } = await import('../executor/redis/driver.ts');
  const executor = await told(redisExecutor({ address, fresh, tell: lineTo(err) }));
  return {
    threads: executor.threads,
    execute: (specs, options) => told(executor.execute(specs, options)),
    close: () => executor.close(),
  };
}

/** A line of its own, also below a bar. */
export function lineTo(err: Output): (line: string) => void {
  return (line) => err.write(`${err.isTTY ? '\n' : ''}${line}\n`);
}

/** What the user can mend ends the command with one sentence and exit code 1; anything else is a defect and stays one. */
export async function told<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (thrown) {
    if (thrown instanceof Error && mendable.includes(thrown.name)) throw new CommandEnd(ExitCode.usage, thrown.message);
    throw thrown;
  }
}

const mendable = ['RedisGone', 'OwnProtocolRefused', 'PackageMissing'];
