/**
 * Supply-chain traceability: items go through commission → pack → ship → receive → inspect between parties, each step reported as
 * one GS1 EPCIS 2.0 event. `openItems` items of a client group are under way at a time, from the first moment on, a quarter of them
 * before each step but the first, so that any five events in a row are one of each step: what is asked for has one mix throughout.
 * Mixed in: queries for an item's trace, and mistaken second receipts.
 */
import { absorb, below, draw, Purpose, stream } from '../kernel/random.ts';
import type { Bytes, Ratio, RequestId } from '../units/quantities.ts';
import { EventKind, eventBytes } from './epcis-events.ts';
import { Mixture } from './mixture.ts';
import { MOST_PARTIES, STEPS, Step, TraceabilityState } from './traceability-state.ts';
import type { Workload, WorkloadContext, WorkloadDefinition, WorkloadState } from './workload.ts';

export interface SupplyChainOptions {
  readonly parties: number;
  readonly openItems: number;
  readonly doubleReceipt: Ratio;
  readonly readShare: Ratio;
  readonly replyBytes: Bytes;
}

export const supplyChain: WorkloadDefinition<SupplyChainOptions> = {
  name: 'supply-chain',
  summary: 'Item life cycles (commission, pack, ship, receive, inspect) as EPCIS events; second receipts are invalid.',
  reference: 'GS1 EPCIS 2.0 (ISO/IEC 19987); event sizes from real minified events by kind',
  options: {
    parties: {
      kind: 'count',
      default: 12,
      min: 2,
      max: MOST_PARTIES,
      meaning: 'Companies that hand items to each other.',
    },
    openItems: {
      kind: 'count',
      default: 1000,
      min: 1,
      max: 1_000_000,
      meaning:
        'Items of one client group under way at a time, in fours; five quarters as many events lie between two steps of an item.',
    },
    doubleReceipt: {
      kind: 'ratio',
      default: 0.005,
      min: 0,
      max: 1,
      meaning: 'Share of requests that receive an item a second time by mistake, which the ledger refuses.',
    },
    readShare: {
      kind: 'ratio',
      default: 0,
      min: 0,
      max: 1,
      meaning: 'Share of requests that query the trace of an item.',
    },
    replyBytes: {
      kind: 'bytes',
      default: 128,
      min: 0,
      meaning: 'Size of the acknowledgement of an event; the reply to a query adds the events of its item.',
    },
  },
  problems(options) {
    const extras = options.doubleReceipt + options.readShare;
    if (extras <= 1) return [];
    return [
      {
        severity: 'error',
        path: 'readShare',
        message: `queries (${options.readShare}) and double receipts (${options.doubleReceipt}) are more than all requests`,
        expected: 'shares that add up to at most 1',
      },
    ];
  },
  create: (options, context) => new SupplyChainWorkload(options, context),
};

const PER_STEPS = 1 / STEPS;
/** What a request can be beside one of the five steps. */
const DOUBLE_RECEIPT = STEPS;
const QUERY = STEPS + 1;
/** A query names an item and a time range: method, EPC, parameters and framing. Ours. */
const QUERY_BYTES: Bytes = 240;

/** The kinds of event that report each step, and in how many of 256 cases. Beside plain observations (Object): an item made from
 * others (Transformation), a hand-over under an order (Transaction), a sensor or seal attached for inspection (Association). */
const KINDS_OF_STEP: readonly (readonly (readonly [kind: number, of256: number])[])[] = [
  [
    [EventKind.object, 205],
    [EventKind.transformation, 51],
  ],
  [[EventKind.aggregation, 256]],
  [
    [EventKind.object, 128],
    [EventKind.transaction, 128],
  ],
  [
    [EventKind.object, 128],
    [EventKind.transaction, 128],
  ],
  [
    [EventKind.object, 179],
    [EventKind.association, 77],
  ],
];
const KINDS = Int32Array.from(
  KINDS_OF_STEP.flatMap((kinds) => kinds.flatMap(([kind, of256]) => Array<number>(of256).fill(kind))),
);

class SupplyChainWorkload implements Workload {
  readonly hasReads: boolean;
  readonly executes = true;
  readonly #options: SupplyChainOptions;
  readonly #groups: number;
  readonly #extras: Mixture;
  /** Of 2³⁰ draws of an extra, this many name a query; the others a double receipt. */
  readonly #queries: number;
  readonly #workStream: number;
  readonly #sizeStream: number;
  readonly #itemStream: number;
  /** Turns between two steps of an item; a turn is one event of each step. */
  readonly #turnsApart: number;
  /** Reciprocal of the number of groups. */
  readonly #perGroup: number;
  /** What `locate` found: the request's group, its place in the life cycles (a step, DOUBLE_RECEIPT or QUERY) and its item. */
  #group = 0;
  #place = 0;
  #item = 0;

  constructor(options: SupplyChainOptions, context: WorkloadContext) {
    this.#options = options;
    this.#groups = context.groups;
    this.#workStream = stream(context.seed, Purpose.workload);
    this.#sizeStream = stream(context.seed, Purpose.size);
    this.#itemStream = absorb(this.#workStream, 2);
    const extras = options.readShare + options.doubleReceipt;
    this.#extras = new Mixture(extras, absorb(this.#workStream, 1));
    this.#queries = extras === 0 ? 0 : Math.round((options.readShare / extras) * 1073741824);
    this.hasReads = options.readShare > 0;
    this.#turnsApart = Math.ceil(options.openItems / (STEPS - 1));
    this.#perGroup = 1 / context.groups;
  }

  bytes(id: RequestId): Bytes {
    const place = this.#placeOf(id);
    if (place === QUERY) return QUERY_BYTES;
    return stepBytes(place === DOUBLE_RECEIPT ? Step.receive : place, draw(this.#sizeStream, id));
  }

  replyBytes(id: RequestId): Bytes {
    if (!this.hasReads || this.#placeOf(id) !== QUERY) return this.#options.replyBytes;
    this.#locate(id);
    return this.#options.replyBytes + this.#traceBytes(this.#group, this.#item);
  }

  isRead(id: RequestId): boolean {
    return this.hasReads && this.#placeOf(id) === QUERY;
  }

  newState(): WorkloadState {
    const state = new TraceabilityState({
      groups: this.#groups,
      atEachStage: this.#turnsApart,
      origin: (group, item) => this.#originOf(group, item),
      consignee: (group, item) => this.#consigneeOf(group, item),
    });
    return {
      execute: (id) => this.#execute(state, id),
      digest: () => state.digest(),
      bytes: () => state.bytes(),
      invariant: () => null,
    };
  }

  #execute(state: TraceabilityState, id: RequestId): boolean {
    this.#locate(id);
    if (this.#place === QUERY) return true;
    const step = this.#place === DOUBLE_RECEIPT ? Step.receive : this.#place;
    const consignee = this.#consigneeOf(this.#group, this.#item);
    const actor = step < Step.receive ? this.#originOf(this.#group, this.#item) : consignee;
    return state.apply(this.#group, this.#item, step, actor, consignee);
  }

  #originOf(group: number, item: number): number {
    return below(draw(absorb(this.#itemStream, group), item), this.#options.parties);
  }

  /** Another party than the origin. */
  #consigneeOf(group: number, item: number): number {
    const { parties } = this.#options;
    const bits = draw(absorb(this.#itemStream, group), item);
    return (below(bits, parties) + 1 + below(draw(bits, item), parties - 1)) % parties;
  }

  /** The step that a request reports, or DOUBLE_RECEIPT or QUERY. */
  #placeOf(id: RequestId): number {
    const counter = quotient(id, this.#perGroup);
    const before = this.#extras.extrasBefore(id - counter * this.#groups, counter);
    return before < 0 ? this.#extraPlace(id) : this.#stepOf(counter - before);
  }

  /**
   * Turn t of a group is one event of each step, of items that lie `turnsApart` apart: item i takes its last step in turn i, and what
   * has i below 4 turnsApart was under way before. Double receipts and queries are about one of the last items that have all their events
   * behind them (in the order of sending), at first about items from before the ledger began (numbers below 0).
   */
  #locate(id: RequestId): void {
    const counter = quotient(id, this.#perGroup);
    this.#group = id - counter * this.#groups;
    const before = this.#extras.extrasBefore(this.#group, counter);
    const event = counter - (before < 0 ? ~before : before);
    const turn = quotient(event, PER_STEPS);
    if (before >= 0) {
      this.#place = event - turn * STEPS;
      this.#item = turn + (STEPS - 1 - this.#place) * this.#turnsApart;
    } else {
      this.#place = this.#extraPlace(id);
      this.#item = turn - 1 - below(draw(this.#itemStream, id), this.#turnsApart);
    }
  }

  #stepOf(event: number): number {
    return event - quotient(event, PER_STEPS) * STEPS;
  }

  #extraPlace(id: RequestId): number {
    return draw(this.#workStream, id) >>> 2 < this.#queries ? QUERY : DOUBLE_RECEIPT;
  }

  /** The events of a finished item together: law and kinds as for the events themselves, drawn for the item. */
  #traceBytes(group: number, item: number): Bytes {
    let bytes = 0;
    for (let step = 0; step < STEPS; step++)
      bytes += stepBytes(step, draw(absorb(this.#itemStream, group), item * STEPS + step));
    return bytes;
  }
}

/** The size of the event that reports this step, from 32 random bits: its kind from the lower eight, its size from the upper ten. */
function stepBytes(step: number, bits: number): Bytes {
  return eventBytes(KINDS[(step << 8) | (bits & 255)] as number, bits);
}

/** floor(dividend / divisor) for a dividend in [0, 2³¹) and the divisor's reciprocal: no division, and exact, since the half keeps the
 * product further from whole numbers than its rounding errors reach. */
function quotient(dividend: number, reciprocal: number): number {
  return ((dividend + 0.5) * reciprocal) | 0;
}
