/** Options as a trace's `cluster` command writes them: `batch.maxTransactions=2 electionTimeout=150ms..300ms`, over the defaults. */
import { defaultsOf, type OptionField, type OptionSchema } from '../../src/units/options.ts';
import {
  type Parsed,
  parseBytes,
  parseCount,
  parseDuration,
  parseDurationRange,
  parseRate,
  parseRatio,
} from '../../src/units/parse.ts';

/** The defaults of a schema with `settings` (dotted camelCase path → text) laid over them. Throws on an unknown path or bad value. */
export function optionsFrom(schema: OptionSchema<unknown>, settings: ReadonlyMap<string, string>): unknown {
  const options = structuredClone(defaultsOf(schema)) as Record<string, unknown>;
  for (const [path, text] of settings) {
    let fields = schema as Record<string, OptionField>;
    let target = options;
    const keys = path.split('.');
    keys.forEach((key, depth) => {
      const field = fields[key];
      if (field === undefined)
        throw new Error(`${path}: unknown option; there are ${Object.keys(fields).join(', ') || 'none'}`);
      if (depth < keys.length - 1) {
        if (field.kind !== 'group') throw new Error(`${path}: ${key} is no group`);
        fields = field.fields as Record<string, OptionField>;
        target = target[key] as Record<string, unknown>;
      } else target[key] = optionFrom(field, text, path);
    });
  }
  return options;
}

/** The value of one option. `none` where its default is null. */
function optionFrom(field: OptionField, text: string, path: string): unknown {
  if (text === 'none' && 'default' in field && field.default === null) return null;
  switch (field.kind) {
    case 'duration':
      return must(parseDuration(text), text, path);
    case 'duration-range':
      return must(parseDurationRange(text), text, path);
    case 'bytes':
      return must(parseBytes(text), text, path);
    case 'count':
      return must(parseCount(text), text, path);
    case 'rate':
      return must(parseRate(text), text, path);
    case 'ratio':
      return must(parseRatio(text), text, path);
    case 'flag':
      if (text !== 'true' && text !== 'false') throw new Error(`${path}: ${text}: expected true or false`);
      return text === 'true';
    case 'choice':
      if (!field.choices.includes(text)) throw new Error(`${path}: ${text}: expected ${field.choices.join(' or ')}`);
      return text;
    case 'group':
      throw new Error(`${path}: is a group; name an option inside it`);
  }
}

/** The parsed value, or an error that names where the text stood and what was expected. */
export function must<T>(parsed: Parsed<T>, text: string | undefined, where: string): T {
  if (!parsed.ok) throw new Error(`${where}: ${text === undefined ? 'nothing' : text}: expected ${parsed.expected}`);
  return parsed.value;
}
