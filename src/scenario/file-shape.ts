/** The whole scenario file as a shape: what the reader, the JSON Schema and the resolved file follow (docs/ARCHITECTURE.md). */
import type { AnyProtocol } from '../protocols/protocol.ts';
import { protocols } from '../protocols/registry.ts';
import { LONGEST_RUN, MILLISECOND } from '../units/quantities.ts';
import { entriesOf } from './definition-shape.ts';
import { drillsShape } from './drills.ts';
import { clientsShape, faultsShape, nodesShape, workloadShape } from './load-shape.ts';
import { machineShape, networkShape } from './network-shape.ts';
import { objectiveFields, precisionFields } from './objectives.ts';
import { pricesShape } from './prices.ts';
import type { Entries, Field, Fields, RecordShape, Shape } from './shape.ts';
import { spaceShape } from './space-shape.ts';

/** A protocol that is in no registry. */
const OWN = 'the path of your own (./my-protocol.mjs)';

const LEVEL_LIST: Shape = {
  kind: 'list',
  least: 1,
  of: { kind: 'any', meaning: 'A level.' },
  meaning: 'a list of values',
};

const runShape: RecordShape = {
  kind: 'record',
  meaning: 'How long is simulated, and how often.',
  fields: {
    kind: {
      shape: {
        kind: 'words',
        words: ['steady-state', 'terminating'],
        meaning:
          'What is measured: `steady-state`: long-run behaviour, so the warm-up is left out; `terminating`: the whole of each run from its start to its end (`stop_after`, else `duration`). Not declared: terminating where `warmup` is 0s, else steady-state.',
      },
    },
    warmup: {
      shape: {
        kind: 'words',
        words: ['auto'],
        or: { kind: 'duration', default: null, meaning: 'a duration' },
        meaning: 'What is left out at the start: a duration, or `auto` to detect it (MSER-5).',
      },
      default: 'auto',
    },
    duration: {
      shape: {
        kind: 'duration',
        default: null,
        min: MILLISECOND,
        max: LONGEST_RUN,
        meaning: 'Virtual time of one run, warm-up included; at most 104 days.',
      },
      default: '60s',
    },
    replications: {
      shape: {
        kind: 'count',
        default: 5,
        min: 1,
        max: 1_000_000,
        meaning:
          'Independent repetitions of each design point, for the 95 % intervals; with `precision` the least number of them.',
      },
      default: 5,
    },
    precision: {
      shape: {
        kind: 'record',
        fields: precisionFields,
        meaning:
          'Runs go on until the 95 % interval of each of these measures is so narrow at every point (half its width as a share of the mean), or `most_replications` are spent.',
      },
    },
    mostReplications: {
      shape: {
        kind: 'count',
        default: null,
        min: 1,
        max: 1_000_000,
        meaning: 'The budget of each design point where `precision` is asked for; 50 unless given.',
      },
    },
    stopAfter: {
      shape: { kind: 'count', default: null, min: 1, meaning: 'End a run as soon as so many requests are final.' },
    },
  },
};

export const fileFields: Fields = {
  scenario: {
    shape: {
      kind: 'count',
      default: null,
      min: 1,
      max: 1,
      meaning: 'Version of this format; 1 is the only one so far.',
    },
    required: true,
  },
  name: {
    shape: {
      kind: 'text',
      pattern: /^[a-z0-9]+(-[a-z0-9]+)*$/,
      expected: 'a name of small letters, digits and hyphens',
      meaning: 'Names the folder of the results.',
    },
    required: true,
  },
  question: {
    shape: {
      kind: 'text',
      expected: 'the question that this scenario answers',
      meaning: 'The question that this scenario answers; printed above the results.',
    },
    required: true,
  },
  seed: {
    shape: {
      kind: 'count',
      default: null,
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
      meaning: 'Seed of all randomness: the same seed gives the same results to the bit. No default.',
    },
    required: true,
  },
  run: { shape: runShape, default: {} },
  network: { shape: networkShape, default: {} },
  machine: { shape: machineShape, default: {} },
  nodes: { shape: nodesShape, required: true },
  clients: { shape: clientsShape, required: true },
  workload: { shape: workloadShape, required: true },
  ...protocolFields(entriesOf(protocols)),
  levels: {
    shape: {
      kind: 'map',
      keys: 'paths of settings, such as clients.0.load.open.poisson',
      of: LEVEL_LIST,
      meaning: 'Factors: every combination of these values is a design point.',
    },
  },
  zipped: {
    shape: {
      kind: 'list',
      least: 1,
      meaning:
        'Factors of several settings that move together: each element maps paths to lists of one length, whose first, second, … values belong together. Every combination of them, and of `levels`, is a design point.',
      of: {
        kind: 'map',
        least: 1,
        keys: 'paths of settings that move together, such as nodes.count',
        of: LEVEL_LIST,
        meaning: 'One factor: paths whose values move together.',
      },
    },
  },
  faults: { shape: faultsShape, default: [] },
  objective: {
    shape: { kind: 'record', fields: objectiveFields, meaning: 'Thresholds; missing one gives exit code 2.' },
    default: {},
  },
  prices: { shape: pricesShape },
  drills: { shape: drillsShape },
  space: { shape: spaceShape },
  progressWithin: {
    shape: {
      kind: 'duration',
      default: null,
      min: MILLISECOND,
      max: LONGEST_RUN,
      meaning:
        'After the last fault ended, a request must become final within this time, else liveness is violated (exit code 4).',
    },
    default: '30s',
  },
};

export const fileShape: RecordShape = {
  kind: 'record',
  meaning: 'A scenario of quorumlab: one question, and everything needed to answer it.',
  fields: fileFields,
};

/** Protocols that a scenario names by their path; null: one that could not be imported, of whose options nothing is known. */
export type OwnDefinitions = ReadonlyMap<string, AnyProtocol | null>;

/** The shape of a file that names protocols of the user's own. */
export function fileShapeWith(own: OwnDefinitions): RecordShape {
  if (own.size === 0) return fileShape;
  const entries: Entries = Object.fromEntries(
    [...own].map(([path, definition]) => [
      path,
      definition === null
        ? { summary: '', shape: { kind: 'any', meaning: 'options' } as const }
        : entriesOf({ [path]: definition })[path]!,
    ]),
  );
  return { ...fileShape, fields: { ...fileFields, ...protocolFields({ ...entriesOf(protocols), ...entries }) } };
}

function protocolFields(entries: Entries): { readonly protocol: Field; readonly compare: Field } {
  return {
    protocol: {
      shape: {
        kind: 'named',
        what: 'protocol',
        entries,
        own: OWN,
        meaning: 'The one consensus protocol (or use `compare`): by name, or your own by the path of its file.',
      },
    },
    compare: {
      shape: {
        kind: 'list',
        least: 1,
        meaning: 'Several protocols or settings side by side, under the same load, faults and random numbers.',
        of: {
          kind: 'tagged',
          tag: 'protocol',
          entries,
          own: OWN,
          meaning: 'One of those compared: `protocol`, its options, and what else differs.',
          common: {
            label: {
              shape: {
                kind: 'text',
                expected: 'a label',
                meaning: 'Its name in results; default: the name of the protocol.',
              },
            },
            nodes: { shape: nodesShape },
          },
        },
      },
    },
  };
}
