/**
 * Runs trace files: each is one story of a protocol, as commands and the exact effects they have (a specification that is
 * checked). `UPDATE_TRACES=1 npx vitest run test/traces` rewrites the effects; the diff is then reviewed by a person.
 *
 * A file begins with `# ` comments: the story, and the paper's section. Then blocks: command lines, `----`, effects, blank line.
 * Commands (several to a block are allowed; links are `1->2`, `1->*`, `*->2`):
 *   cluster n=4 [seed=1] [persist=manual] [execute=manual] [stateBytes=3MiB] [option.path=value …]   must come first
 *   request NODE ID… [bytes=100B]      read NODE COUNT
 *   deliver all                       in send order until nothing is left
 *   deliver [LINK] [MESSAGE] [count=K]  what is under way now (not what that causes); `forward` names forwarded requests
 *   drop [LINK] [MESSAGE] [count=K]   duplicate [LINK] [MESSAGE] [count=K]    pending (lists what is under way)
 *   isolate NODE…   partition 0 1 | 2 3   cut LINK   (losing)   hold NODE|LINK   (keeping)   heal
 *   fire NODE TIMER [KEY]             fires an armed timer, moving time on to it     timers [NODE] (lists them)
 *   tick DURATION                     moves time on, firing what falls due, delivering nothing
 *   run DURATION                      the same, but delivers everything at once
 *   persist auto|manual   persist NODE [COUNT]      execute auto|manual   execute NODE [COUNT]
 *   crash NODE   restart NODE   command NODE transfer-leadership to=2
 *   status [NODE]   mempool [NODE]    trace full|quiet
 *   forge 3->1 {"type":"prepare","view":0,"digest":"d[3]"}   queues a hand-made message. In it: a printed digest name for its
 *     number, {"batch":[3,4]} for a batch, {"int32":[…]} for a typed array, {"sign":3,"digest":"d[3]"} for a signature of node 3
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createBatch } from '../../src/ledger/batch.ts';
import type { AnyProtocol, ProtocolMessage } from '../../src/protocols/protocol.ts';
import { formatDuration } from '../../src/units/format.ts';
import { parseBytes, parseDuration } from '../../src/units/parse.ts';
import type { NodeId } from '../../src/units/quantities.ts';
import { printEffects, type TraceLevel } from './effects.ts';
import { must, optionsFrom } from './option-text.ts';
import { type Pending, RecorderCluster } from './recorder-cluster.ts';

export { RecorderCluster } from './recorder-cluster.ts';

/** One test for each `*.txt` file of a directory (a `file:` URL). */
export function runTraces(definition: AnyProtocol, directory: URL): void {
  const files = readdirSync(directory)
    .filter((name) => name.endsWith('.txt'))
    .sort();
  describe(`traces of ${definition.name}`, () => {
    test('there are some', () => expect(files.length).toBeGreaterThan(0));
    test.each(files)('%s', (name) => {
      const path = fileURLToPath(new URL(name, directory.href.endsWith('/') ? directory : `${directory.href}/`));
      const text = readFileSync(path, 'utf8');
      const actual = runTrace(definition, text, name);
      if (process.env.UPDATE_TRACES === '1') writeFileSync(path, actual);
      else expect(text).toBe(actual);
    });
  });
}

/** Runs one trace and returns its text with the effects that really happened. Throws with `name:line` on a command that can't be. */
export function runTrace(definition: AnyProtocol, text: string, name: string): string {
  const lines = text.trimEnd().split('\n');
  if (!lines[0]?.startsWith('# '))
    throw new Error(`${name}:1: begin with a comment that tells the story and its section in the paper`);
  const session = new Session(definition);
  const out: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] as string;
    if (line.trim() === '' || line.startsWith('#')) {
      out.push(line.trimEnd());
      at++;
      continue;
    }
    const effects: string[] = [];
    for (; at < lines.length && lines[at]?.trim() !== '' && lines[at] !== '----'; at++) {
      const command = (lines[at] as string).trimEnd();
      out.push(command);
      if (command.startsWith('#')) continue;
      try {
        effects.push(...session.run(command));
      } catch (error) {
        throw new Error(`${name}:${at + 1}: ${command}: ${(error as Error).message}`, { cause: error });
      }
    }
    while (at < lines.length && lines[at]?.trim() !== '') at++;
    out.push('----', ...(effects.length > 0 ? effects : ['ok']));
  }
  return `${out.join('\n')}\n`;
}

/** The state between the commands of one trace. */
class Session {
  private readonly definition: AnyProtocol;
  private started: RecorderCluster | null = null;
  private level: TraceLevel = 'full';

  constructor(definition: AnyProtocol) {
    this.definition = definition;
  }

  run(line: string): string[] {
    const [verb, ...words] = line.trim().split(/\s+/) as [string, ...string[]];
    const listing = verb === 'cluster' ? this.startCluster(words) : this.obey(verb, words, line);
    const cluster = this.cluster;
    return [...printEffects(cluster.takeEffects(), this.definition, cluster.names, cluster.n, this.level), ...listing];
  }

  private get cluster(): RecorderCluster {
    if (this.started === null) throw new Error('begin with a cluster command');
    return this.started;
  }

  private startCluster(words: readonly string[]): string[] {
    const settings = new Map(words.map((word) => settingOf(word)));
    const take = (key: string): string | undefined => {
      const value = settings.get(key);
      settings.delete(key);
      return value;
    };
    const n = count(take('n'));
    const seed = count(take('seed') ?? '1');
    const persistence = mode(take('persist') ?? 'auto');
    const execution = mode(take('execute') ?? 'auto');
    const stateBytes = take('stateBytes');
    this.started = new RecorderCluster(this.definition, {
      n,
      seed,
      persistence,
      execution,
      stateBytes: stateBytes === undefined ? null : must(parseBytes(stateBytes), stateBytes, 'stateBytes'),
      options: optionsFrom(this.definition.options, settings),
    });
    return [];
  }

  private obey(verb: string, words: readonly string[], line: string): string[] {
    const cluster = this.cluster;
    const [first, second] = words;
    switch (verb) {
      case 'request': {
        const bytes = words.find((word) => word.startsWith('bytes='));
        const ids = words
          .slice(1)
          .filter((word) => word !== bytes)
          .map(count);
        if (ids.length === 0) throw new Error('name the requests');
        if (
          !cluster.request(
            count(first),
            ids,
            bytes === undefined ? 100 : must(parseBytes(bytes.slice(6)), bytes, 'request'),
          )
        )
          return [cluster.isUp(count(first)) ? 'known already' : 'lost: the node is down'];
        return [];
      }
      case 'read':
        cluster.read(count(first), count(second));
        return [];
      case 'deliver':
        if (first === 'all' && words.length === 1) cluster.deliverAll();
        else this.each(words, (index) => cluster.deliver(index));
        return [];
      case 'drop':
        return [`dropped ${this.each(words, (index) => cluster.drop(index))}`];
      case 'duplicate':
        return [`duplicated ${this.each(words, (index) => cluster.duplicate(index))}`];
      case 'pending':
        return cluster.pending.map((pending) => `${pending.from}->${pending.to} ${this.textOf(pending)}`);
      case 'isolate':
        for (const word of words) cluster.partition([[count(word)]]);
        return [];
      case 'partition':
        cluster.partition(
          words
            .join(' ')
            .split('|')
            .map((group) => group.trim().split(/\s+/).map(count)),
        );
        return [];
      case 'cut':
        for (const [from, to] of this.linksOf(first)) cluster.cut(from, to);
        return [];
      case 'hold': {
        const links = first?.includes('->')
          ? this.linksOf(first)
          : [...this.linksOf(`${first}->*`), ...this.linksOf(`*->${first}`)];
        for (const [from, to] of links) cluster.hold(from, to);
        return [];
      }
      case 'heal':
        cluster.heal();
        return [];
      case 'fire':
        this.fire(count(first), second, words[2]);
        return [];
      case 'timers':
        return cluster
          .timers()
          .filter((timer) => first === undefined || timer.node === count(first))
          .map((timer) => `${timer.node} ${this.definition.timers[timer.timer]} ${timer.key}`);
      case 'tick':
      case 'run':
        cluster.advance(must(parseDuration(first ?? ''), first, verb), verb === 'run');
        return [];
      case 'persist':
      case 'execute': {
        const all = second === undefined ? Number.POSITIVE_INFINITY : count(second);
        if (first === 'auto' || first === 'manual') {
          if (verb === 'persist') cluster.persistence = first;
          else cluster.execution = first;
          for (const node of cluster.nodes) node.handle(() => {});
        } else if (verb === 'persist') cluster.persist(count(first), all);
        else cluster.execute(count(first), all);
        return [];
      }
      case 'crash':
        cluster.crash(count(first));
        return [];
      case 'restart':
        cluster.restart(count(first));
        return [];
      case 'command': {
        const [key, to] = settingOf(words[2] ?? '');
        if (second !== 'transfer-leadership' || key !== 'to')
          throw new Error('write command NODE transfer-leadership to=NODE');
        cluster.command(count(first), { kind: second, to: count(to) });
        return [];
      }
      case 'status':
        return this.chosen(first).map((node) => this.statusOf(node));
      case 'mempool':
        return this.chosen(first).map((node) => {
          const { mempool } = cluster.node(node);
          const oldest = Number.isFinite(mempool.oldest) ? ` oldest=${formatDuration(mempool.oldest - 0)}` : '';
          return `${node} count=${mempool.count} bytes=${mempool.bytes}${oldest}`;
        });
      case 'trace':
        if (first !== 'full' && first !== 'quiet') throw new Error('write trace full or trace quiet');
        this.level = first;
        return [];
      case 'forge': {
        const message = this.messageFrom(line.slice(line.indexOf('{')));
        for (const [from, to] of this.linksOf(first)) cluster.forge(from, to, message);
        return [`${first} ${cluster.names.message(this.definition, message)}`];
      }
      default:
        throw new Error('unknown command; the header of harness.ts lists them');
    }
  }

  /** Acts on the pending messages that match `[LINK] [MESSAGE] [count=K]`, in send order, but not on those this gives rise to. */
  private each(words: readonly string[], act: (index: number) => void): number {
    const { pending } = this.cluster;
    const link = words.find((word) => word.includes('->'));
    const links = link === undefined ? null : new Set(this.linksOf(link).map(([from, to]) => `${from}->${to}`));
    const limit = words.find((word) => word.startsWith('count='));
    const name = words.find((word) => word !== link && word !== limit);
    if (name !== undefined && name !== 'forward' && !this.definition.messages.includes(name))
      throw new Error(`no message ${name}; there are ${this.definition.messages.join(', ')}, forward`);
    const chosen = pending
      .filter((candidate) => name === undefined || candidate.name === name)
      .filter((candidate) => links?.has(`${candidate.from}->${candidate.to}`) ?? true)
      .filter((candidate) => this.cluster.isDeliverable(candidate))
      .slice(0, limit === undefined ? pending.length : count(limit.slice(6)));
    if (chosen.length === 0) throw new Error(`nothing under way matches (${pending.length} pending)`);
    let acted = 0;
    for (const candidate of chosen) {
      const index = pending.indexOf(candidate);
      if (index < 0) continue;
      act(index);
      acted++;
    }
    return acted;
  }

  private fire(node: NodeId, name: string | undefined, key: string | undefined): void {
    const armed = this.cluster.timers().filter((timer) => timer.node === node);
    const timer = armed.find((candidate) => {
      return this.definition.timers[candidate.timer] === name && (key === undefined || candidate.key === count(key));
    });
    if (timer === undefined) {
      const list = armed.map((candidate) => `${this.definition.timers[candidate.timer]} ${candidate.key}`);
      throw new Error(`not armed; node ${node} has ${list.length > 0 ? list.join(', ') : 'no timer armed'}`);
    }
    // The command names the timer: a header would only repeat it.
    const before = this.cluster.takeEffects();
    this.cluster.fire(timer);
    const after = this.cluster.takeEffects().slice(1);
    for (const effect of [...before, ...after]) this.cluster.record(effect);
  }

  private statusOf(node: NodeId): string {
    const status = this.cluster.status(node);
    if (status === null) return `${node} down`;
    const { replica, executedPosition } = this.cluster.node(node);
    const settled = status.settled ? 'settled' : 'unsettled';
    const detail = status.detail === '' ? '' : ` ${status.detail}`;
    return `${node} ${status.role} term=${status.term} ${settled} leader=${replica?.leader} committed=${status.committed} executed=${executedPosition}${detail}`;
  }

  private textOf(pending: Pending): string {
    if (pending.message !== null) return this.cluster.names.message(this.definition, pending.message);
    return `forward [${pending.requests?.join(',')}]`;
  }

  private chosen(word: string | undefined): NodeId[] {
    return word === undefined ? this.cluster.nodes.map((node) => node.self) : [this.cluster.node(count(word)).self];
  }

  private linksOf(word: string | undefined): [NodeId, NodeId][] {
    const [from, to] = (word ?? '').split('->');
    if (from === undefined || to === undefined) throw new Error(`${word}: not a link such as 1->2`);
    const all = this.cluster.nodes.map((node) => node.self);
    const ends = (end: string) =>
      end === '*' ? all : end.split(',').map((node) => this.cluster.node(count(node)).self);
    return ends(from).flatMap((a) =>
      ends(to)
        .filter((b) => b !== a)
        .map((b): [NodeId, NodeId] => [a, b]),
    );
  }

  private messageFrom(json: string): ProtocolMessage {
    const cluster = this.cluster;
    const message = JSON.parse(json, (key, value: unknown) => {
      if (key === 'type' && typeof value === 'string' && this.definition.messages.includes(value))
        return this.definition.messages.indexOf(value);
      if (typeof value === 'string') return cluster.names.numberOf(value) ?? value;
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
      const special = value as { batch?: unknown; int32?: number[]; sign?: number; digest?: number };
      const keys = Object.keys(value).join(' ');
      if (keys === 'int32') return Int32Array.from(special.int32 ?? []);
      if (keys === 'sign digest') return cluster.signatureOf(special.sign as number, special.digest as number);
      if (keys === 'batch' && Array.isArray(special.batch)) return batchOf(cluster, special.batch as number[]);
      return value;
    }) as ProtocolMessage;
    if (typeof message.type !== 'number') throw new Error(`type must be one of ${this.definition.messages.join(', ')}`);
    return message;
  }
}

function batchOf(cluster: RecorderCluster, ids: readonly number[]) {
  for (const id of ids) if (!cluster.requestBytes.has(id)) cluster.requestBytes.set(id, 100);
  const bytes = ids.reduce((sum, id) => sum + (cluster.requestBytes.get(id) as number), 0);
  const received = new Float64Array(ids.length).fill(cluster.now);
  const batch = createBatch(Int32Array.from(ids), received, bytes, cluster.now, -1);
  cluster.names.batch(batch);
  return batch;
}

function settingOf(word: string): [string, string] {
  const at = word.indexOf('=');
  if (at <= 0) throw new Error(`${word}: write key=value`);
  return [word.slice(0, at), word.slice(at + 1)];
}

function count(word: string | undefined): number {
  if (word === undefined || !/^\d+$/.test(word)) throw new Error(`${word ?? 'nothing'} where a whole number should be`);
  return Number(word);
}

function mode(word: string): 'auto' | 'manual' {
  if (word !== 'auto' && word !== 'manual') throw new Error(`${word}: auto or manual`);
  return word;
}
