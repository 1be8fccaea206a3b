/**
 * JSON whose bytes follow from the value alone: keys in the order in which the value was built (docs/RESULTS.md), numbers as
 * JavaScript prints them, lists of plain values on one line. What JSON would silently turn into null is an error here.
 */
export function canonicalJson(value: unknown): string {
  return `${write(value, '', '$')}\n`;
}

function write(value: unknown, indent: string, path: string): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error(`${path} is ${value}, which a result file cannot hold`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return writeList(value, indent, path);
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    const inner = `${indent}  `;
    const fields = Object.entries(value).map(
      ([key, field]) => `${inner}${JSON.stringify(key)}: ${write(field, inner, `${path}.${key}`)}`,
    );
    return fields.length === 0 ? '{}' : `{\n${fields.join(',\n')}\n${indent}}`;
  }
  throw new Error(
    `${path} is ${value === undefined ? 'undefined' : Object.prototype.toString.call(value)}, not plain data`,
  );
}

function writeList(list: readonly unknown[], indent: string, path: string): string {
  if (list.every((element) => element === null || typeof element !== 'object'))
    return `[${list.map((element, i) => write(element, indent, `${path}[${i}]`)).join(', ')}]`;
  const inner = `${indent}  `;
  return `[\n${list.map((element, i) => `${inner}${write(element, inner, `${path}[${i}]`)}`).join(',\n')}\n${indent}]`;
}
