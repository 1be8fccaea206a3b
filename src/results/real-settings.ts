/**
 * What real systems call the settings that are tuned, as data: only where the setting means the same there. Each with where that is
 * said; `note` tells what still differs.
 */
import { formatDuration } from '../units/format.ts';
import { type Duration, MILLISECOND } from '../units/quantities.ts';

/** What a setting says, in ns and bytes. */
export interface TunedValues {
  readonly protocol: 'raft' | 'pbft';
  readonly base: Duration;
  readonly heartbeat: Duration | null;
  readonly batch: { readonly maxTransactions: number; readonly maxBytes: number; readonly timeout: Duration };
}

export interface RealSetting {
  readonly system: string;
  readonly setting: string;
  /** The option here. */
  readonly option: string;
  readonly value: string;
  readonly source: string;
  readonly note: string;
}

interface Mapping extends Omit<RealSetting, 'value'> {
  readonly protocol: TunedValues['protocol'];
  readonly of: (values: TunedValues) => string;
}

const ETCD_TUNING = 'etcd documentation, Tuning: time parameters (v3.6)';
const FABRIC_ORDERER = 'Hyperledger Fabric, sampleconfig/configtx.yaml, Orderer (2.5)';
const BFT_SMART = 'BFT-SMaRt, config/system.config and its wiki';

/** As Fabric reads sizes: whole KB or MB (of 1,024) by their unit, bytes as a bare number (common/viperutil, byteSizeDecodeHook). */
function fabricBytes(bytes: number): string {
  if (bytes % (1 << 20) === 0) return `${bytes / (1 << 20)} MB`;
  return bytes % (1 << 10) === 0 ? `${bytes / (1 << 10)} KB` : String(bytes);
}

/** etcd and BFT-SMaRt take whole milliseconds, at least one. */
function wholeMs(ns: Duration): string {
  return String(Math.max(1, Math.round(ns / MILLISECOND)));
}

function ticksIn({ base, heartbeat }: TunedValues): string {
  return String(Math.max(2, Math.round(base / (heartbeat ?? base))));
}

/** Fabric refuses a batch timeout of 0. */
const LEAST_BATCH_TIMEOUT: Duration = MILLISECOND;

const mappings: readonly Mapping[] = [
  {
    system: 'etcd',
    setting: '--heartbeat-interval',
    option: 'heartbeat',
    protocol: 'raft',
    of: ({ heartbeat, base }) => wholeMs(heartbeat ?? base),
    source: ETCD_TUNING,
    note: 'whole ms, the same at all members; it is also the tick that etcd counts timeouts in',
  },
  {
    system: 'etcd',
    setting: '--election-timeout',
    option: 'election_timeout (lower end)',
    protocol: 'raft',
    of: ({ base }) => wholeMs(base),
    source: ETCD_TUNING,
    note: 'whole ms; each timeout is drawn from this to just under twice this, in ticks; at least five heartbeats, at most 50000',
  },
  {
    system: 'Fabric orderer (etcdraft)',
    setting: 'EtcdRaft.Options.TickInterval',
    option: 'heartbeat',
    protocol: 'raft',
    of: ({ heartbeat, base }) => formatDuration(heartbeat ?? base),
    source: FABRIC_ORDERER,
    note: 'with HeartbeatTick 1 a heartbeat is one tick',
  },
  {
    system: 'Fabric orderer (etcdraft)',
    setting: 'EtcdRaft.Options.ElectionTick',
    option: 'election_timeout ÷ heartbeat',
    protocol: 'raft',
    of: ticksIn,
    source: FABRIC_ORDERER,
    note: 'ticks until an election, drawn up to one tick under twice as many',
  },
  {
    system: 'Fabric orderer (etcdraft)',
    setting: 'BatchTimeout',
    option: 'batch.timeout',
    protocol: 'raft',
    of: ({ batch }) => formatDuration(Math.max(LEAST_BATCH_TIMEOUT, batch.timeout)),
    source: FABRIC_ORDERER,
    note: 'Fabric takes no 0: 1ms stands for it',
  },
  {
    system: 'Fabric orderer (etcdraft)',
    setting: 'BatchSize.MaxMessageCount',
    option: 'batch.max_transactions',
    protocol: 'raft',
    of: ({ batch }) => String(batch.maxTransactions),
    source: FABRIC_ORDERER,
    note: 'as the scenario says; it is not tuned',
  },
  {
    system: 'Fabric orderer (etcdraft)',
    setting: 'BatchSize.PreferredMaxBytes',
    option: 'batch.max_bytes',
    protocol: 'raft',
    of: ({ batch }) => fabricBytes(batch.maxBytes),
    source: FABRIC_ORDERER,
    note: 'as the scenario says; a single larger transaction makes a larger block, here as there',
  },
  {
    system: 'BFT-SMaRt',
    setting: 'system.totalordermulticast.timeout',
    option: 'request_timeout',
    protocol: 'pbft',
    of: ({ base }) => wholeMs(base),
    source: BFT_SMART,
    note: 'whole ms; a replica first sends a late request on to the leader and asks for another leader at the next expiry: up to twice as long as here',
  },
  {
    system: 'BFT-SMaRt',
    setting: 'system.totalordermulticast.maxbatchsize',
    option: 'batch.max_transactions',
    protocol: 'pbft',
    of: ({ batch }) => String(batch.maxTransactions),
    source: BFT_SMART,
    note: 'as the scenario says; it is not tuned',
  },
];

export function realSettings(values: TunedValues): readonly RealSetting[] {
  return mappings
    .filter(({ protocol }) => protocol === values.protocol)
    .map(({ system, setting, option, of, source, note }) => ({
      system,
      setting,
      option,
      value: of(values),
      source,
      note,
    }));
}

export interface Snippet {
  readonly system: string;
  /** To paste into its command line or configuration. */
  readonly text: string;
}

export function snippetsFor(values: TunedValues): readonly Snippet[] {
  const of = (setting: string): string => realSettings(values).find((one) => one.setting === setting)?.value ?? '';
  if (values.protocol === 'pbft') {
    const lines = ['system.totalordermulticast.timeout', 'system.totalordermulticast.maxbatchsize'];
    return [
      { system: 'BFT-SMaRt, config/system.config', text: lines.map((name) => `${name} = ${of(name)}`).join('\n') },
    ];
  }
  return [
    {
      system: 'etcd',
      text: `etcd --heartbeat-interval=${of('--heartbeat-interval')} --election-timeout=${of('--election-timeout')}`,
    },
    {
      system: 'Hyperledger Fabric, configtx.yaml',
      text: [
        'Orderer:',
        `  BatchTimeout: ${of('BatchTimeout')}`,
        '  BatchSize:',
        `    MaxMessageCount: ${of('BatchSize.MaxMessageCount')}`,
        `    PreferredMaxBytes: ${of('BatchSize.PreferredMaxBytes')}`,
        '  EtcdRaft:',
        '    Options:',
        `      TickInterval: ${of('EtcdRaft.Options.TickInterval')}`,
        `      ElectionTick: ${of('EtcdRaft.Options.ElectionTick')}`,
        '      HeartbeatTick: 1',
      ].join('\n'),
    },
  ];
}
