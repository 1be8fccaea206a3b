/** The `space` of a scenario file: what `quorumlab size` chooses from, and its catalogue of hardware. */
import type { AnyProtocol } from '../protocols/protocol.ts';
import { protocols } from '../protocols/registry.ts';
import type { OptionField, OptionSchema } from '../units/options.ts';
import { machineShape } from './network-shape.ts';
import type { Field, Fields, RecordShape, Shape } from './shape.ts';

/** A value, or a list of values to choose from. */
function choosable(shape: Shape): Shape {
  return {
    kind: 'either',
    meaning: shape.meaning,
    scalar: shape,
    list: { kind: 'list', least: 1, of: shape, meaning: 'Values to choose from.' },
  };
}

/** Options without defaults, so that it is known which the file gives. */
function choosableOptions(schema: OptionSchema<unknown>): Fields {
  const fields: Record<string, Field> = {};
  for (const [key, field] of Object.entries(schema) as [string, OptionField][]) {
    if (field.kind === 'observations') continue;
    fields[key] =
      field.kind === 'group'
        ? {
            shape: {
              kind: 'record',
              meaning: field.meaning,
              fields: choosableOptions(field.fields as OptionSchema<unknown>),
            },
          }
        : { shape: choosable(field) };
  }
  return fields;
}

export const protocolsShape: RecordShape = {
  kind: 'record',
  meaning:
    'The protocols to choose from; of each option a value or a list of values. What is left out keeps its default, or, of a timeout, follows from the placement.',
  fields: Object.fromEntries(
    Object.entries(protocols as Readonly<Record<string, AnyProtocol>>).map(([name, { summary, options }]) => [
      name,
      { shape: { kind: 'record', meaning: summary, fields: choosableOptions(options as OptionSchema<unknown>) } },
    ]),
  ),
};

const siteName: Shape = { kind: 'text', expected: 'the name of a site', meaning: 'A site of the network.' };
const MOST_NODES = 100;

const siteLimits: RecordShape = {
  kind: 'record',
  meaning: 'How many nodes may stand at the site, and what they cost there.',
  fields: {
    atLeast: {
      shape: { kind: 'count', default: 0, min: 0, max: MOST_NODES, meaning: 'Nodes that must stand here.' },
      default: 0,
    },
    atMost: { shape: { kind: 'count', default: null, min: 0, max: MOST_NODES, meaning: 'Nodes that may stand here.' } },
    priceFactor: {
      shape: { kind: 'amount', meaning: 'What a machine and its bandwidth cost here, as a factor on the catalogue.' },
      default: 1,
    },
  },
};

const machineItem: RecordShape = {
  kind: 'record',
  meaning: 'A machine of the catalogue.',
  fields: {
    name: { shape: { kind: 'text', expected: 'a name', meaning: 'Its name in the answer.' }, required: true },
    cores: {
      shape: { kind: 'count', default: null, min: 1, max: 1024, meaning: 'Cores; one runs the protocol.' },
      required: true,
    },
    perMonth: {
      shape: {
        kind: 'amount',
        meaning: 'What it costs a month; default: its cores for 730 hours at prices.core_hour.',
      },
    },
    crypto: { shape: (machineShape.fields.crypto as Field).shape },
    disk: { shape: (machineShape.fields.disk as Field).shape },
  },
};

const bandwidthItem: RecordShape = {
  kind: 'record',
  meaning: 'A bandwidth of the catalogue.',
  fields: {
    rate: {
      shape: { kind: 'bit-rate', min: 1, meaning: "Of each node's card, out and in." },
      required: true,
    },
    perMonth: { shape: { kind: 'amount', meaning: 'What it costs a month for each node.' }, default: 0 },
  },
};

export const spaceShape: RecordShape = {
  kind: 'record',
  meaning: 'What `quorumlab size` chooses from; other commands leave it alone.',
  fields: {
    protocols: { shape: protocolsShape, required: true },
    nodes: {
      shape: { kind: 'any', meaning: 'Numbers of nodes: one, a range such as 4..10, or a list.' },
      required: true,
    },
    sites: {
      shape: {
        kind: 'either',
        meaning: 'Where nodes may stand: a list of sites, or for each what may stand there.',
        list: { kind: 'list', least: 1, of: siteName, meaning: 'Sites.' },
        map: { kind: 'map', keys: 'sites', least: 1, of: siteLimits, meaning: 'Sites and their limits.' },
      },
      required: true,
    },
    machines: {
      shape: { kind: 'list', least: 1, of: machineItem, meaning: 'The catalogue of machines; all nodes get the same.' },
      required: true,
    },
    bandwidth: {
      shape: {
        kind: 'list',
        least: 1,
        of: bandwidthItem,
        meaning: 'The catalogue of bandwidths; default: network.egress.',
      },
    },
    survive: {
      shape: {
        kind: 'text',
        pattern: /^[1-9]\d? (sites?|nodes?)$/,
        expected: "what may be lost, such as '1 site' or '2 nodes'",
        meaning:
          'Whatever so many sites or nodes are lost, the rest must go on and meet the objectives after recovery.',
      },
    },
    byzantine: {
      shape: {
        kind: 'count',
        default: null,
        min: 1,
        max: MOST_NODES,
        meaning: 'So many Byzantine nodes must be tolerated.',
      },
    },
    byzantineMeanwhile: {
      shape: {
        kind: 'flag',
        default: false,
        meaning: 'Also while what `survive` names is lost; else one or the other.',
      },
      default: false,
    },
    loadMargin: {
      shape: {
        kind: 'ratio',
        default: 0.05,
        meaning: 'How much more than the throughput asked for is offered.',
      },
      default: '5%',
    },
    averageLoad: {
      shape: {
        kind: 'ratio',
        default: 1,
        meaning: 'The mean load of a month as a share of the throughput asked for: what traffic and disk are paid for.',
      },
      default: '100%',
    },
  },
};
