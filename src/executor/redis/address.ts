/** The address of a Redis or Valkey server as people give it, and as they are shown it: without its password. */

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly database: number;
  readonly username: string | null;
  readonly password: string | null;
  readonly tls: boolean;
  /** For messages: no username, no password. */
  readonly shown: string;
}

const EXPECTED = 'expected redis://[[user]:password@]host[:port][/database], or rediss:// for TLS';

/**
 * `password` is taken where the address holds none, so that it need not stand in a command line that others can read.
 * @throws an Error that says what is wrong and never repeats the text, in which a password may stand.
 */
export function redisAddress(text: string, password: string | null = null): RedisAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '')
    throw new Error(`not the address of a Redis server: ${EXPECTED}`);
  if (url.search !== '' || url.hash !== '')
    throw new Error(`nothing may follow the database (a ? or # in a password is written %3F or %23): ${EXPECTED}`);
  const [, database = '0'] = /^\/?(\d{1,4})?$/.exec(url.pathname) ?? [null, ''];
  if (database === '') throw new Error(`the database is a number, such as /1: ${EXPECTED}`);
  const port = url.port === '' ? 6379 : Number(url.port);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port,
    database: Number(database),
    username: decoded(url.username),
    password: decoded(url.password) ?? password,
    tls: url.protocol === 'rediss:',
    shown: `${url.protocol}//${url.hostname}:${port}${database === '0' ? '' : `/${database}`}`,
  };
}

/** Any text with the user and the password of each Redis address in it left out. */
export function withoutPasswords(text: string): string {
  return text.replace(/(rediss?:\/\/)\S*@/gi, '$1***@');
}

function decoded(part: string): string | null {
  if (part === '') return null;
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Error('a % in its user or password must be written %25');
  }
}
