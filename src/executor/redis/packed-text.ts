/** Texts on their way through Redis: compressed (gzip, base64) where that makes them shorter. */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

const compress = promisify(gzip);
const expand = promisify(gunzip);

/** Shorter texts gain less than the marks of the format cost. */
const WORTH_TRYING = 512;
/** Bytes of a text; what expands beyond it was not made by us. */
const LARGEST_TEXT = 256 * 2 ** 20;

/** Begins with `gzip:` where it is compressed. Off the main thread, so that a worker's lock is renewed meanwhile. */
export async function packed(text: string): Promise<string> {
  if (text.length < WORTH_TRYING) return text;
  const shorter = `gzip:${(await compress(text)).toString('base64')}`;
  return shorter.length < text.length ? shorter : text;
}

/** @throws where the text was not made by `packed`. */
export async function unpacked(text: string): Promise<string> {
  if (!text.startsWith('gzip:')) return text;
  const bytes = await expand(Buffer.from(text.slice('gzip:'.length), 'base64'), { maxOutputLength: LARGEST_TEXT });
  return bytes.toString('utf8');
}
