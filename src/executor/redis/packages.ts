/**
 * bullmq and ioredis, which are installed only by those who use Redis workers: loaded when asked for, and where they are absent the
 * user is told what to install. Their types stay inside this folder.
 */

export type Bullmq = Pick<typeof import('bullmq'), 'Queue' | 'Worker' | 'WaitingError'>;
export type Ioredis = Pick<typeof import('ioredis'), 'Redis'>;

export interface RedisPackages {
  readonly bullmq: Bullmq;
  readonly ioredis: Ioredis;
}

/** The user's to mend. */
class PackageMissing extends Error {
  override readonly name = 'PackageMissing';
}

/** @throws PackageMissing, which says which package is missing and how to install it. */
export async function redisPackages(
  load: { readonly [Name in keyof RedisPackages]: () => Promise<RedisPackages[Name]> } = {
    bullmq: () => import('bullmq'),
    ioredis: () => import('ioredis'),
  },
): Promise<RedisPackages> {
  try {
    const [bullmq, ioredis] = await Promise.all([load.bullmq(), load.ioredis()]);
    return { bullmq, ioredis };
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND') throw thrown;
    const [, name = 'bullmq or ioredis'] = /'([^']+)'/.exec(message) ?? [];
    throw new PackageMissing(
      `Redis workers need the package ${name}, which is not installed: npm install bullmq@6 ioredis@6`,
    );
  }
}
