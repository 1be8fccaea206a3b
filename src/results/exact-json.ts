/**
 * JSON that loses nothing of a run's plain data: typed arrays and the numbers that JSON has no word for are written as
 * `{"$f64": base64}` and `{"$number": "Infinity"}`. What is written is read back equal to the bit, so a run that was kept, or made on
 * another machine, is the same run.
 */

/** Of equal values the text is equal, whatever the order of their keys. @throws where the value is not plain data. */
export function toExactJson(value: unknown): string {
  return JSON.stringify(encoded(value, '$'));
}

/** @throws where the text was not written by `toExactJson`. */
export function fromExactJson(text: string): unknown {
  return decoded(JSON.parse(text), '$');
}

const views = { $f64: Float64Array, $i32: Int32Array } as const;
type ViewTag = keyof typeof views;

function encoded(value: unknown, path: string): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { $number: Object.is(value, -0) ? '-0' : `${value}` };
  if (Array.isArray(value)) return value.map((element, i) => encoded(element, `${path}[${i}]`));
  for (const [tag, View] of Object.entries(views))
    if (value instanceof View)
      return { [tag]: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype)
    throw new Error(`${path} is ${Object.prototype.toString.call(value)}, not plain data`);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(
    fields
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => {
        if (key.startsWith('$')) throw new Error(`${path}.${key}: keys that begin with $ are this format's own`);
        return [key, encoded(field, `${path}.${key}`)];
      }),
  );
}

function decoded(value: unknown, path: string): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((element, i) => decoded(element, `${path}[${i}]`));
  const fields = Object.entries(value);
  const [first] = fields;
  if (first?.[0].startsWith('$') !== true)
    return Object.fromEntries(fields.map(([key, field]) => [key, decoded(field, `${path}.${key}`)]));
  const [tag, content] = first;
  if (fields.length === 1 && typeof content === 'string') {
    if (tag === '$number') return Number(content);
    if (tag in views) return viewOf(tag as ViewTag, content, path);
  }
  throw new Error(`${path} holds '${tag}', expected $number or one of ${Object.keys(views).join(', ')} with a text`);
}

/** In a buffer of its own, so that it can be handed to another thread. */
function viewOf(tag: ViewTag, base64: string, path: string): Float64Array | Int32Array {
  const View = views[tag];
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length % View.BYTES_PER_ELEMENT !== 0)
    throw new Error(`${path} holds ${bytes.length} bytes, expected a multiple of ${View.BYTES_PER_ELEMENT}`);
  const view = new View(bytes.length / View.BYTES_PER_ELEMENT);
  new Uint8Array(view.buffer).set(bytes);
  return view;
}
