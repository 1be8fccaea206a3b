/** The `network` and `machine` of a scenario file, with their defaults and the reasons for them. */
import { distributions } from '../kernel/distributions.ts';
import { networkPresets } from '../network/presets.ts';
import { LONGEST_DELAY, LONGEST_RUN, MICROSECOND, MILLISECOND } from '../units/quantities.ts';
import { entriesOf } from './definition-shape.ts';
import type { RecordShape, Shape } from './shape.ts';

/** A distribution of durations, by name and options. */
export function distributionShape(meaning: string): Shape {
  return { kind: 'named', what: 'distribution', entries: entriesOf(distributions), meaning };
}

const unit: Shape = {
  kind: 'choice',
  choices: ['ns', 'us', 'ms', 's'],
  default: 'ms',
  meaning: 'The unit of the values.',
};

const matrix: Shape = {
  kind: 'either',
  meaning:
    'Where sites are and how long messages between them take: a preset by name, a CSV file, or one delay for all pairs.',
  scalar: {
    kind: 'text',
    choices: Object.keys(networkPresets),
    expected: `a preset: ${Object.keys(networkPresets).join(', ')}`,
    choosing: `a shipped matrix (${Object.keys(networkPresets).join(', ')}), or the path of a CSV file as { file: path }`,
    meaning: 'A preset by name.',
  },
  map: {
    kind: 'keyed',
    what: 'matrix',
    meaning: 'A matrix of your own.',
    entries: {
      file: {
        summary: 'A square CSV file: site names in the first row and column; asymmetric values are kept as they are.',
        target: { kind: 'text', expected: 'the path of a CSV file', meaning: 'Path from the scenario file.' },
        shape: {
          kind: 'record',
          meaning: 'How to read the file.',
          fields: {
            unit: { shape: unit, required: true },
            holds: {
              shape: {
                kind: 'choice',
                choices: ['round-trip', 'one-way'],
                default: 'round-trip',
                meaning: 'What a value is; round trips are halved.',
              },
              required: true,
            },
          },
        },
      },
      uniform: {
        summary: 'The same one-way delay between any two sites.',
        target: {
          kind: 'duration',
          default: null,
          min: MICROSECOND,
          max: LONGEST_DELAY,
          meaning: 'The one-way delay.',
        },
        shape: {
          kind: 'record',
          meaning: 'The sites.',
          fields: {
            sites: {
              shape: {
                kind: 'list',
                least: 1,
                of: { kind: 'text', expected: 'the name of a site', meaning: 'A site.' },
                meaning:
                  'Names of the sites; else each node has a site of its own, site-0 and on, and clients have `outside`.',
              },
            },
          },
        },
      },
    },
  },
};

const bandwidth: Shape = {
  kind: 'bit-rate',
  min: 1,
  meaning: "Bandwidth of a node's network card, such as 1Gbps (10^9 bit/s), or unlimited.",
};

export const networkShape: RecordShape = {
  kind: 'record',
  meaning: 'How long messages take and whether they arrive.',
  fields: {
    matrix: { shape: matrix, default: 'lan' },
    intraSite: {
      shape: {
        kind: 'duration',
        default: null,
        min: MICROSECOND,
        max: LONGEST_DELAY,
        meaning: "One-way delay between two machines of one site; default: the preset's own, else 250us.",
      },
      default: null,
    },
    addedDelay: {
      shape: {
        kind: 'duration',
        default: 0,
        min: 0,
        max: LONGEST_DELAY,
        meaning:
          'Added to every one-way delay: what switches, kernels and drivers take beyond the matrix (quorumlab calibrate --from fits it).',
      },
      default: '0s',
    },
    jitter: { shape: distributionShape('Added to every delay; never negative.'), default: { constant: '0s' } },
    egress: {
      shape: {
        kind: 'either',
        meaning: "Outgoing bandwidth of each node's card.",
        scalar: bandwidth,
        map: {
          kind: 'record',
          meaning: 'Bandwidth and how copies of a broadcast share it.',
          fields: {
            bandwidth: { shape: bandwidth, required: true },
            discipline: {
              shape: {
                kind: 'choice',
                choices: ['fair', 'fifo'],
                default: 'fair',
                meaning:
                  '`fair` interleaves the copies of a broadcast by segment, `fifo` sends them in turn; default: fair for tcp, fifo for datagram.',
              },
            },
          },
        },
      },
      default: '1Gbps',
    },
    ingress: { shape: bandwidth, default: '1Gbps' },
    transport: {
      shape: {
        kind: 'choice',
        choices: ['tcp', 'datagram'],
        default: 'tcp',
        meaning: '`tcp` keeps order and retransmits; with `datagram`, lost is lost.',
      },
      default: 'tcp',
    },
    loss: {
      shape: { kind: 'ratio', default: 0, max: 0.5, meaning: 'Share of segments that are lost on the way.' },
      default: '0%',
    },
    connectionTimeout: {
      shape: {
        kind: 'duration',
        default: null,
        min: MILLISECOND,
        max: LONGEST_RUN,
        meaning: 'A connection without progress for so long breaks.',
      },
      default: '5s',
    },
    tls: {
      shape: { kind: 'flag', default: false, meaning: 'Reconnecting costs one more round trip.' },
      default: false,
    },
  },
};

const disk: Shape = {
  kind: 'either',
  meaning: 'What durability costs: a preset (scenarios/profiles/disk) or figures of your own.',
  scalar: {
    kind: 'text',
    expected: 'a disk preset',
    meaning: 'none, ramdisk, nvme, ssd, hdd, or another file of scenarios/profiles/disk.',
  },
  map: {
    kind: 'record',
    meaning: 'A disk of your own.',
    fields: {
      fsync: {
        shape: distributionShape('Time of one fsync; concurrent writes share the next one (group commit).'),
        required: true,
      },
      bandwidth: {
        shape: { kind: 'bit-rate', min: 1, meaning: 'Sequential write bandwidth, such as 2GB/s, or unlimited.' },
        required: true,
      },
    },
  },
};

export const machineShape: RecordShape = {
  kind: 'record',
  meaning: 'What each node is: every node has the same machine.',
  fields: {
    cores: {
      shape: {
        kind: 'count',
        default: 4,
        min: 1,
        max: 1024,
        meaning: 'One runs the protocol; the others verify and sign.',
      },
      default: 4,
    },
    handling: {
      shape: {
        kind: 'duration',
        default: null,
        meaning:
          'Time of the protocol thread for each message received: the order of a socket read, decoding and dispatch.',
      },
      default: '5us',
    },
    requestHandling: {
      shape: { kind: 'duration', default: null, meaning: 'The same for each client request received.' },
      default: '5us',
    },
    execution: {
      shape: {
        kind: 'duration',
        default: null,
        meaning: 'Time to execute one transaction: the order of a few operations on an embedded key-value store.',
      },
      default: '5us',
    },
    executionLaw: {
      shape: {
        kind: 'choice',
        choices: ['constant', 'exponential'],
        default: 'constant',
        meaning:
          'Whether every transaction takes `execution`, or an exponential time with that mean, the same on all nodes.',
      },
      default: 'constant',
    },
    crypto: {
      shape: {
        kind: 'record',
        meaning: 'What signatures, MACs and hashing cost; charged as virtual time.',
        fields: {
          profile: {
            shape: {
              kind: 'text',
              expected: 'a crypto profile',
              meaning:
                'A cost table of scenarios/profiles/crypto (openssl-server, noble) or the path of your own (./my.yaml).',
            },
            default: 'openssl-server',
          },
          scheme: {
            shape: {
              kind: 'text',
              expected: 'a signature scheme of the profile',
              meaning: 'The signature scheme: ed25519, ecdsa-p256 or secp256k1.',
            },
            default: 'ed25519',
          },
          mode: {
            shape: {
              kind: 'choice',
              choices: ['modelled', 'none'],
              default: 'modelled',
              meaning: '`modelled`: charged from the table; `none`: costs nothing.',
            },
            default: 'modelled',
          },
        },
      },
      default: {},
    },
    disk: { shape: disk, default: 'nvme' },
  },
};
