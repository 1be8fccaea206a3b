/**
 * What replicas ask for, as data, and how it is printed in traces: structured values only, with stable short names for digests
 * (`d[3,4]` a batch, `state5` the state after position 5, `sig2` a genuine signature of node 2, else d1, d2, … by appearance).
 */
import type { Batch } from '../../src/ledger/batch.ts';
import type { AnyProtocol, ProtocolMessage, SnapshotRef } from '../../src/protocols/protocol.ts';
import { formatDuration } from '../../src/units/format.ts';
import type { Digest, Duration, NodeId, Position, RequestId } from '../../src/units/quantities.ts';

export type Effect =
  | { readonly kind: 'event'; readonly node: NodeId; readonly text: string }
  | { readonly kind: 'send'; readonly node: NodeId; readonly to: NodeId | '*'; readonly message: ProtocolMessage }
  | {
      readonly kind: 'forward';
      readonly node: NodeId;
      readonly to: NodeId;
      readonly ids: readonly RequestId[];
      readonly keep: boolean;
    }
  | {
      readonly kind: 'timer';
      readonly node: NodeId;
      readonly timer: number;
      readonly key: number;
      readonly after: Duration;
      readonly spread: Duration;
    }
  | { readonly kind: 'cancel'; readonly node: NodeId; readonly timer: number; readonly key: number }
  | { readonly kind: 'persist'; readonly node: NodeId; readonly change: unknown; readonly ticket: number }
  | { readonly kind: 'sign'; readonly node: NodeId; readonly number: number }
  | { readonly kind: 'commit'; readonly node: NodeId; readonly position: Position; readonly batch: Batch | null }
  | {
      readonly kind: 'reads';
      readonly node: NodeId;
      readonly verb: 'serve' | 'drop';
      readonly first: number;
      readonly count: number;
    }
  | { readonly kind: 'install'; readonly node: NodeId; readonly snapshot: SnapshotRef }
  | { readonly kind: 'mark'; readonly node: NodeId; readonly mark: number; readonly a: number; readonly b: number }
  | { readonly kind: 'violation'; readonly node: NodeId; readonly text: string };

/** full: everything, under the event that caused it; quiet: outcomes only (commits, marks, reads, installs, violations). */
export type TraceLevel = 'full' | 'quiet';

const OUTCOMES: ReadonlySet<Effect['kind']> = new Set(['commit', 'mark', 'reads', 'install', 'violation']);

/** Prints effects one a line. An event without effects is left out; equal messages sent in a row become one line. */
export function printEffects(
  effects: readonly Effect[],
  definition: AnyProtocol,
  names: Names,
  n: number,
  level: TraceLevel,
): string[] {
  const lines: string[] = [];
  let header: string | null = null;
  let indent = '';
  for (let i = 0; i < effects.length; i++) {
    const effect = effects[i] as Effect;
    if (effect.kind === 'event') {
      header = level === 'full' && effect.text !== '' ? effect.text : null;
      indent = header === null ? '' : '  ';
      continue;
    }
    if (level === 'quiet' && !OUTCOMES.has(effect.kind)) continue;
    if (header !== null) lines.push(header);
    header = null;
    if (effect.kind !== 'send') {
      lines.push(indent + printOne(effect, definition, names));
      continue;
    }
    const text = names.message(definition, effect.message);
    const receivers: (NodeId | '*')[] = [effect.to];
    for (; effect.to !== '*'; i++) {
      const next = effects[i + 1];
      if (next?.kind !== 'send' || next.node !== effect.node || next.to === '*' || receivers.includes(next.to)) break;
      if (names.message(definition, next.message) !== text) break;
      receivers.push(next.to);
    }
    lines.push(`${indent}${effect.node}->${receivers.length === n - 1 && n > 2 ? '*' : receivers.join(',')} ${text}`);
  }
  return lines;
}

function printOne(effect: Exclude<Effect, { kind: 'event' | 'send' }>, definition: AnyProtocol, names: Names): string {
  const { node } = effect;
  switch (effect.kind) {
    case 'forward':
      return `${node}->${effect.to} forward [${effect.ids.join(',')}]${effect.keep ? ' keep' : ''}`;
    case 'timer': {
      const { after, spread } = effect;
      const until = spread > 0 ? `..${formatDuration(after + spread)}` : '';
      return `${node} timer ${definition.timers[effect.timer]} ${effect.key} +${formatDuration(after)}${until}`;
    }
    case 'cancel':
      return `${node} cancel ${definition.timers[effect.timer]} ${effect.key}`;
    case 'persist':
      return `${node} persist ${names.value(effect.change)} ticket=${effect.ticket}`;
    case 'sign':
      return `${node} begins signature ${effect.number}`;
    case 'commit':
      return `${node} commit ${effect.position} ${effect.batch === null ? 'null' : names.value(effect.batch)}`;
    case 'reads':
      return `${node} ${effect.verb} reads ${effect.first}..${effect.first + effect.count - 1}`;
    case 'install':
      return `${node} install ${names.value(effect.snapshot)}`;
    case 'mark':
      return `${node} mark ${definition.marks[effect.mark]} ${effect.a} ${effect.b}`;
    case 'violation':
      return `VIOLATION ${effect.text}`;
  }
}

/** Short stable names for what is meaningless as a number. */
export class Names {
  private readonly byDigest = new Map<Digest, string>();
  private readonly bySignature = new Map<number, string>();
  private readonly byName = new Map<string, number>();
  private unnamed = 0;

  batch(batch: Batch): void {
    this.give(this.byDigest, batch.digest, `d${idsText(batch.ids)}`);
  }

  state(position: Position, digest: Digest): void {
    // A second state of one position means that replicas diverged: the prime shows it.
    let name = `state${position}`;
    while (this.byName.has(name) && this.byName.get(name) !== digest) name += "'";
    this.give(this.byDigest, digest, name);
  }

  signature(signer: NodeId, signature: number): void {
    this.bySignature.set(signature, `sig${signer}`);
  }

  digest(digest: Digest): string {
    if (digest === 0) return 'null';
    const known = this.byDigest.get(digest);
    if (known !== undefined) return known;
    const name = `d${++this.unnamed}`;
    this.give(this.byDigest, digest, name);
    return name;
  }

  /** The digest that was printed under this name. */
  numberOf(name: string): Digest | undefined {
    return name === 'null' ? 0 : this.byName.get(name);
  }

  message(definition: AnyProtocol, message: ProtocolMessage): string {
    const { type, ...fields } = message as ProtocolMessage & Record<string, unknown>;
    return [definition.messages[type] ?? `type${type}`, ...this.fields(fields)].join(' ');
  }

  /** Any plain value; `key` says how a number is meant. */
  value(value: unknown, key = ''): string {
    if (value === null || value === undefined) return 'null';
    if (typeof value === 'number' && /digests?$/i.test(key)) return this.digest(value);
    if (typeof value === 'number' && /signatures?$/i.test(key)) return this.signatureName(value);
    if (typeof value !== 'object') return String(value);
    if (isBatch(value)) {
      this.batch(value);
      return `batch${idsText(value.ids)}`;
    }
    if (isSnapshot(value)) return `snapshot@${value.position}(${this.digest(value.digest)} ${value.bytes}B)`;
    if (Array.isArray(value) || ArrayBuffer.isView(value) || value instanceof Set)
      return `[${Array.from(value as Iterable<unknown>, (item) => this.value(item, key)).join(',')}]`;
    if (value instanceof Map)
      return `{${Array.from(value, ([at, item]) => `${this.value(at, 'key')}:${this.value(item, key)}`).join(' ')}}`;
    return `{${this.fields(value as Record<string, unknown>).join(' ')}}`;
  }

  private fields(fields: Record<string, unknown>): string[] {
    return Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) =>
        isBatch(value) && key === 'batch' ? this.value(value) : `${key}=${this.value(value, key)}`,
      );
  }

  /** 0 stands for no signature at all (messages that MACs protect, or that are never relayed). */
  private signatureName(signature: number): string {
    return this.bySignature.get(signature) ?? (signature === 0 ? 'none' : 'forged');
  }

  private give(names: Map<Digest, string>, digest: Digest, name: string): void {
    if (names.has(digest)) return;
    names.set(digest, name);
    this.byName.set(name, digest);
  }
}

/** `[3]`, `[3,5]`, `[1..400]`. */
function idsText(ids: Int32Array): string {
  const first = ids[0] as number;
  const consecutive = ids.length > 2 && ids.every((id, index) => id === first + index);
  return consecutive ? `[${first}..${first + ids.length - 1}]` : `[${ids.join(',')}]`;
}

function isBatch(value: unknown): value is Batch {
  return typeof value === 'object' && value !== null && 'ids' in value && 'stamps' in value;
}

function isSnapshot(value: object): value is SnapshotRef {
  return Object.keys(value).length === 3 && 'position' in value && 'digest' in value && 'bytes' in value;
}
