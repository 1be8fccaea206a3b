// Protocols broken on purpose, one rule each, so that the checks prove that they can fail. A broken protocol is the real one with
// its host or its replica tampered with from outside.
import { createBatch } from '../../src/ledger/batch.ts';
import type { AnyProtocol, Host, Replica } from '../../src/protocols/protocol.ts';
import { protocolNamed } from '../../src/protocols/registry.ts';

type AnyMessage = { readonly type: number; readonly term: number };
type AnyHost = Host<AnyMessage, unknown>;
type AnyReplica = Replica<AnyMessage>;

/** `target` with some members replaced. What is not replaced keeps working on the target itself. */
function replaced<T extends object>(target: T, members: Partial<T>): T {
  return new Proxy(target, {
    get(_, key) {
      if (key in members) return Reflect.get(members, key) as unknown;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

interface Tampering {
  /** Members of the host that replicas see. `later` gives the replica, once it exists. */
  readonly host?: (host: AnyHost, later: () => AnyReplica) => Partial<AnyHost>;
  readonly replica?: (replica: AnyReplica, host: AnyHost) => Partial<AnyReplica>;
  /** What a replica recovers from. */
  readonly recovered?: (durable: unknown) => unknown;
}

function broken(name: string, { host: changeHost, replica: changeReplica, recovered: change }: Tampering): AnyProtocol {
  const protocol = protocolNamed(name);
  return {
    ...protocol,
    create(host: AnyHost, options: unknown, recovered: unknown) {
      let replica: AnyReplica | null = null;
      const seen = changeHost
        ? replaced(
            host,
            changeHost(host, () => replica as AnyReplica),
          )
        : host;
      const inner = protocol.create(seen, options, change ? change(recovered) : recovered) as AnyReplica;
      replica = changeReplica ? replaced(inner, changeReplica(inner, host)) : inner;
      return replica;
    },
  };
}

/** A part of a replica that its class keeps to itself. */
function part<T>(replica: object, name: string): T {
  const found: unknown = Reflect.get(replica, name);
  if (found === undefined) throw new Error(`the replica has no part called ${name} any more`);
  return found as T;
}

// --- Raft --------------------------------------------------------------------------------------------------------------------

const raftType = (name: string): number => protocolNamed('raft').messages.indexOf(name);
const raftTimer = (name: string): number => protocolNamed('raft').timers.indexOf(name);

/** Every candidate gets a vote, whomever this node voted for before (against thesis 3.4). */
export const votesTwice = broken('raft', {
  replica: (replica, host) => ({
    receive(from, message) {
      if (message.type !== raftType('request-vote')) replica.receive(from, message);
      else host.send(from, { type: raftType('vote-response'), term: message.term, granted: true } as AnyMessage);
    },
  }),
});

/** What was written counts before the disk has it (against thesis 3.8). */
export const answersBeforeFsync = broken('raft', {
  host: (host, later) => ({
    persist(change, bytes, ticket) {
      host.persist(change, bytes, ticket);
      later().persisted(ticket);
    },
  }),
});

/** After a restart nothing is remembered. */
export const forgetsItsDisk = broken('raft', { recovered: () => null });

/** A new leader counts replicas of entries of earlier terms, too (against thesis 3.6.2, figure 3.7). */
export const countsOldTerms = broken('raft', {
  replica: (replica) => {
    const state = part<{ termStart: number }>(replica, 's');
    return {
      receive(from, message) {
        state.termStart = 0;
        replica.receive(from, message);
      },
    };
  },
});

/** Answers reads from its own state, without asking the leader. */
export const readsStale = broken('raft', {
  replica: (_replica, host) => ({ readsArrived: (first, count) => host.serveReads(first, count) }),
});

/** One node too few is taken for a majority. */
export const majorityTooSmall = broken('raft', {
  replica: (replica) => {
    part<{ quorum: number }>(replica, 's').quorum--;
    return {};
  },
});

/** Nobody ever stands for election. */
export const neverElects = broken('raft', {
  replica: (replica) => ({
    timeout(timer, key) {
      if (timer !== raftTimer('election')) replica.timeout(timer, key);
    },
  }),
});

/** Installs another state than the one it was sent. */
export const installsWrongState = broken('raft', {
  host: (host) => ({ install: (snapshot) => host.install({ ...snapshot, digest: snapshot.digest ^ 1 }) }),
});

// --- PBFT --------------------------------------------------------------------------------------------------------------------

interface Quorums {
  quorum: number;
}

/** One vote too few is taken for a quorum. */
export const quorumTooSmall = broken('pbft', {
  replica: (replica) => {
    const { quorums } = part<{ quorums: Quorums }>(replica, 'state');
    quorums.quorum--;
    part<Quorums>(replica, 'ordering').quorum--;
    return {};
  },
});

/** A batch is committed as soon as the primary proposed it: nobody prepares. */
export const commitsUnprepared = broken('pbft', {
  replica: (replica, host) => ({
    receive(from, message) {
      const { type, seq, batch } = message as unknown as { type: number; seq: number; batch: never };
      replica.receive(from, message);
      if (protocolNamed('pbft').messages[type] === 'pre-prepare' && seq > host.executedPosition)
        host.commit(seq, batch);
    },
  }),
});

/** The backups are patient for ever. */
export const neverSuspects = broken('pbft', {
  replica: (replica) => ({
    timeout(timer, key) {
      if (protocolNamed('pbft').timers[timer] !== 'request') replica.timeout(timer, key);
    },
  }),
});

/** Node 1 says that it leads view 0, whose primary is node 0. */
export const usurpsView = broken('pbft', {
  replica: (replica, host) => ({
    start() {
      replica.start();
      if (host.self === 1) host.mark(protocolNamed('pbft').marks.indexOf('leader'), 0, 0);
    },
  }),
});

// --- Echo --------------------------------------------------------------------------------------------------------------------

/** Each position also holds a request that no client has sent. */
export const inventsRequests = broken('echo', {
  host: (host) => ({
    commit(position, batch) {
      if (batch === null) throw new Error('echo commits no empty batch');
      const ids = Int32Array.from([...batch.ids, 1_000_000 + position]);
      const received = Float64Array.from([...batch.received, 0]);
      host.commit(position, createBatch(ids, received, batch.bytes, batch.stamps.proposedAt, batch.stamps.proposer));
    },
  }),
});

/** Node 2 orders by itself: it commits what it has been told in pairs, the second before the first. */
export const swapsPositions = broken('echo', {
  host: (host) => {
    if (host.self !== 2) return {};
    return { commit: (position, batch) => host.commit(position % 2 === 1 ? position + 1 : position - 1, batch) };
  },
});
