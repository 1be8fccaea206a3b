/** The `nodes`, `clients`, `workload` and `faults` of a scenario file. */
import { faultDefinitions } from '../faults/registry.ts';
import { LONGEST_RUN, MICROSECOND } from '../units/quantities.ts';
import { arrivalProcesses } from '../workloads/arrival-registry.ts';
import { workloads } from '../workloads/registry.ts';
import { entriesOf, optionsShape } from './definition-shape.ts';
import { distributionShape } from './network-shape.ts';
import type { Entries, Fields, RecordShape, Shape } from './shape.ts';
import { traceNames } from './shipped-data.ts';

const nodeNumber: Shape = {
  kind: 'count',
  default: null,
  min: 0,
  meaning: 'The number of a node, from 0 in the order of nodes.sites.',
};
const siteName: Shape = { kind: 'text', expected: 'the name of a site', meaning: 'A site of the network.' };

export const nodesShape: RecordShape = {
  kind: 'record',
  meaning: 'How many nodes and where: `sites` or `count`.',
  fields: {
    sites: {
      shape: {
        kind: 'map',
        keys: 'sites',
        least: 1,
        of: { kind: 'count', default: null, min: 1, max: 10_000, meaning: 'a number of nodes' },
        meaning: 'Nodes at each site; they are numbered in this order.',
      },
    },
    count: {
      shape: {
        kind: 'count',
        default: null,
        min: 1,
        max: 10_000,
        meaning: 'Nodes, dealt to the sites in turn; for networks without places (lan, multi-az, uniform).',
      },
    },
  },
};

/** Arrival processes that need no file, and the trace of the workload. */
const arrivalEntries: Entries = {
  ...entriesOf(Object.fromEntries(Object.entries(arrivalProcesses).filter(([name]) => name !== 'trace'))),
  trace: {
    summary: 'The arrivals of the workload `arrival_trace`.',
    shape: { kind: 'record', meaning: 'No options.', fields: {} },
  },
};

const closed: RecordShape = {
  kind: 'record',
  meaning: 'Closed loop: a new request only after a reply.',
  fields: {
    clients: {
      shape: { kind: 'count', default: null, min: 1, max: 1_000_000, meaning: 'Clients at this place.' },
      required: true,
    },
    outstanding: {
      shape: { kind: 'count', default: 1, min: 1, max: 1_000_000, meaning: 'Requests each keeps under way.' },
      default: 1,
    },
    think: { shape: distributionShape('Time between a reply and the next request.'), default: { constant: '0s' } },
    initialSpread: {
      shape: {
        kind: 'words',
        words: ['auto'],
        or: { kind: 'duration', default: null, max: LONGEST_RUN, meaning: 'a duration; 0s: all at once' },
        meaning:
          'Each client begins at a moment drawn from so long a time at the start: a duration, or `auto`, two round trips to the farthest node, `processing` and the mean think time.',
      },
      default: 'auto',
    },
  },
};

const clientFields: Fields = {
  site: { shape: siteName },
  node: { shape: nodeNumber },
  load: {
    required: true,
    shape: {
      kind: 'named',
      what: 'load',
      meaning: 'What these clients ask for and when.',
      entries: {
        open: {
          summary: 'Open loop: arrivals do not wait for replies.',
          shape: {
            kind: 'named',
            what: 'arrival process',
            entries: arrivalEntries,
            meaning: 'When requests are meant to be sent.',
          },
        },
        closed: { summary: closed.meaning, shape: closed },
      },
    },
  },
  submit: {
    shape: {
      kind: 'either',
      meaning: "Where a request goes first; default: the protocol's rule.",
      scalar: { kind: 'words', words: ['primary', 'nearest', 'all'], meaning: 'primary, nearest or all.' },
      map: { kind: 'record', meaning: 'One node.', fields: { node: { shape: nodeNumber, required: true } } },
    },
  },
  retryAfter: {
    shape: {
      kind: 'duration',
      default: null,
      min: MICROSECOND,
      max: LONGEST_RUN,
      meaning: 'A request without its replies after this time is sent again; null: never.',
    },
    default: '4s',
    nullable: true,
  },
  processing: {
    shape: {
      kind: 'duration',
      default: null,
      max: LONGEST_RUN,
      meaning:
        "What the client's own machine takes for each request (library, encoding, system calls); delays it and occupies nothing.",
    },
    default: '0s',
  },
  replyQuorum: {
    shape: {
      kind: 'count',
      default: null,
      min: 1,
      meaning: "Matching replies that make a request final; default: the protocol's.",
    },
  },
};

export const clientsShape: Shape = {
  kind: 'list',
  least: 1,
  meaning: 'Groups of clients, each at a site or on the machine of a node.',
  of: { kind: 'record', meaning: 'A group of clients.', fields: clientFields },
};

const ownWorkloads: Shape = {
  kind: 'named',
  what: 'workload',
  entries: entriesOf(workloads),
  meaning: 'What the requests contain.',
};

const arrivalTrace: RecordShape = {
  kind: 'record',
  meaning:
    'Replays the times of a CSV file, which are compressed into the run; clients with `load: { open: trace }` send them.',
  fields: {
    file: {
      shape: {
        kind: 'text',
        expected: 'a trace',
        meaning: `A shipped trace (${traceNames.join(', ')}) or the path of a CSV file with a header line.`,
      },
      required: true,
    },
    time: {
      shape: { kind: 'text', expected: 'the name of a column', meaning: 'The column with the time of a row.' },
      required: true,
    },
    count: {
      shape: {
        kind: 'text',
        expected: 'the name of a column',
        meaning: 'The column that says how many requests a row stands for; default: one.',
      },
    },
    targetRate: {
      shape: { kind: 'rate', default: 0, meaning: 'Compress time so that this is the mean rate of all rows.' },
    },
    compression: { shape: { kind: 'count', default: null, min: 1, meaning: 'Compress time by this factor.' } },
    repeat: {
      shape: {
        kind: 'flag',
        default: false,
        meaning: 'Begin again when the trace ends before the run; otherwise arrivals end with it.',
      },
      default: false,
    },
    workload: { shape: ownWorkloads, default: 'supply-chain' },
  },
};

export const workloadShape: Shape = {
  kind: 'named',
  what: 'workload',
  meaning: 'What clients ask the ledger to do.',
  entries: {
    ...entriesOf(workloads),
    arrival_trace: { summary: arrivalTrace.meaning, shape: arrivalTrace },
  },
};

const target: Shape = {
  kind: 'either',
  meaning: 'Which nodes.',
  scalar: {
    kind: 'words',
    words: ['leader', 'primary'],
    or: nodeNumber,
    meaning: 'Whoever leads then, or the number of a node.',
  },
  list: { kind: 'list', least: 1, of: nodeNumber, meaning: 'Several nodes by number, such as [0, 2].' },
  map: { kind: 'record', meaning: 'All nodes of a site.', fields: { site: { shape: siteName, required: true } } },
};
const time: RecordShape = {
  kind: 'record',
  meaning: 'When and for how long.',
  fields: {
    at: { shape: { kind: 'duration', default: null, meaning: 'When, from the start of the run.' }, required: true },
    spread: {
      shape: {
        kind: 'duration',
        default: null,
        meaning: 'It falls at a moment drawn uniformly from this long after `at`, anew in each replication.',
      },
      default: 0,
    },
    for: { shape: { kind: 'duration', default: null, min: 1, meaning: 'How long; absent: for the rest of the run.' } },
  },
};

export const faultsShape: Shape = {
  kind: 'list',
  meaning: 'What goes wrong, and when.',
  of: {
    kind: 'keyed',
    what: 'fault',
    meaning: 'A fault.',
    entries: Object.fromEntries(
      Object.entries(faultDefinitions).map(([name, { summary, options }]) => {
        const own = optionsShape(options, summary).fields;
        return [name, { summary, target, shape: { ...time, fields: { ...time.fields, ...own } } }];
      }),
    ),
  },
};
