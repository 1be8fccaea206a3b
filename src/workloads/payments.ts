/**
 * Payments: ISO 20022 credit transfers between accounts, a few of which are hot (Zipf's law, as in YCSB). A transfer that would
 * overdraw its account is refused by the ledger. Money is neither made nor lost: the sum of all balances is the invariant.
 */
import { absorb, below, draw, Purpose, stream, unit } from '../kernel/random.ts';
import { KeyValueStore } from '../ledger/key-value.ts';
import type { Bytes, Ratio, RequestId } from '../units/quantities.ts';
import type { Workload, WorkloadContext, WorkloadDefinition, WorkloadState } from './workload.ts';
import { ZipfRanks } from './zipf.ts';

export interface PaymentsOptions {
  readonly message: 'pacs.008' | 'pain.001';
  readonly accounts: number;
  readonly skew: Ratio;
  readonly initialBalance: number;
  readonly largestAmount: number;
  readonly readShare: Ratio;
}

export const payments: WorkloadDefinition<PaymentsOptions> = {
  name: 'payments',
  summary:
    'ISO 20022 credit transfers between accounts with hot spots; overdrafts are invalid, balances are conserved.',
  reference: 'ISO 20022 (pacs.008, pain.001, pain.002: sizes of real messages); YCSB (zipfian access, constant 0.99)',
  options: {
    message: {
      kind: 'choice',
      choices: ['pacs.008', 'pain.001'],
      default: 'pacs.008',
      meaning: 'What a request is: a transfer between institutions (2-3 kB) or a customer’s single order (2.5 kB).',
    },
    accounts: { kind: 'count', default: 10_000, min: 2, max: 1_000_000, meaning: 'Accounts that pay each other.' },
    skew: {
      kind: 'ratio',
      default: 0.99,
      min: 0,
      max: 1,
      meaning:
        'How unequally accounts are used: 0 all alike, 1 the classic Zipf law (the r-th busiest in proportion to 1/r).',
    },
    initialBalance: {
      kind: 'count',
      default: 10_000_000,
      min: 0,
      max: 1_000_000_000,
      meaning: 'What each account holds at first, in minor units (cents).',
    },
    largestAmount: {
      kind: 'count',
      default: 100_000,
      min: 1,
      max: 1_000_000_000,
      meaning: 'Amounts are uniform from 1 to this, in minor units (cents).',
    },
    readShare: { kind: 'ratio', default: 0, min: 0, max: 1, meaning: 'Share of requests that ask for a balance.' },
  },
  create: (options, context) => new PaymentsWorkload(options, context),
};

/** Sizes of real messages: the smallest, and how far above it they go. */
const TRANSFER_BYTES = {
  'pacs.008': { least: 2000, spread: 1000 },
  'pain.001': { least: 2500, spread: 0 },
} as const;
/** pain.002, the status report. */
const STATUS_BYTES = { least: 600, spread: 700 } as const;
/** A balance query; ours: the size of the smallest status report. The answer is taken to be as large as a status report. */
const QUERY_BYTES: Bytes = 600;
/** An account in a snapshot: an IBAN of up to 34 characters, the balance, a version and framing. Ours. */
const ENTRY_BYTES: Bytes = 64;

/** What each of a request's draws decides. */
const Draw = { read: 1, payer: 2, payerAlias: 3, payee: 4, payeeAlias: 5, amount: 6, reply: 7 } as const;

class PaymentsWorkload implements Workload {
  readonly hasReads: boolean;
  readonly executes = true;
  readonly #options: PaymentsOptions;
  readonly #reads: number;
  readonly #leastBytes: Bytes;
  readonly #sizes: number;
  readonly #sizeStream: number;
  readonly #replyStream: number;
  readonly #readStream: number;
  readonly #workStream: number;

  constructor(options: PaymentsOptions, context: WorkloadContext) {
    this.#options = options;
    this.hasReads = options.readShare > 0;
    this.#reads = Math.round(options.readShare * 1073741824);
    const { least, spread } = TRANSFER_BYTES[options.message];
    this.#leastBytes = least;
    this.#sizes = spread + 1;
    this.#sizeStream = stream(context.seed, Purpose.size);
    this.#replyStream = absorb(this.#sizeStream, Draw.reply);
    this.#workStream = stream(context.seed, Purpose.workload);
    this.#readStream = absorb(this.#workStream, Draw.read);
  }

  bytes(id: RequestId): Bytes {
    return this.isRead(id) ? QUERY_BYTES : this.#leastBytes + below(draw(this.#sizeStream, id), this.#sizes);
  }

  replyBytes(id: RequestId): Bytes {
    return STATUS_BYTES.least + below(draw(this.#replyStream, id), STATUS_BYTES.spread + 1);
  }

  isRead(id: RequestId): boolean {
    return this.hasReads && draw(this.#readStream, id) >>> 2 < this.#reads;
  }

  newState(): WorkloadState {
    return new AccountsState(this, this.#options, this.#workStream);
  }
}

class AccountsState implements WorkloadState {
  readonly #workload: Workload;
  readonly #options: PaymentsOptions;
  readonly #ranks: ZipfRanks;
  readonly #balances = new KeyValueStore();
  readonly #streams: readonly number[];

  constructor(workload: Workload, options: PaymentsOptions, workStream: number) {
    this.#workload = workload;
    this.#options = options;
    this.#ranks = new ZipfRanks(options.accounts, options.skew);
    this.#streams = Array.from({ length: Draw.amount + 1 }, (_, use) => absorb(workStream, use));
    for (let account = 0; account < options.accounts; account++) this.#balances.set(0, account, options.initialBalance);
  }

  execute(id: RequestId): boolean {
    if (this.#workload.isRead(id)) return true;
    const payer = this.#ranks.draw(this.#bits(Draw.payer, id), this.#bits(Draw.payerAlias, id));
    const drawn = this.#ranks.draw(this.#bits(Draw.payee, id), this.#bits(Draw.payeeAlias, id));
    // Nobody pays himself: the next account in rank takes his place.
    const payee = drawn === payer ? (payer + 1) % this.#options.accounts : drawn;
    const amount = 1 + Math.floor(unit(this.#bits(Draw.amount, id)) * this.#options.largestAmount);
    return this.#transfer(payer, payee, amount);
  }

  digest(): number {
    return this.#balances.digest;
  }

  bytes(): Bytes {
    return this.#options.accounts * ENTRY_BYTES;
  }

  invariant(): string | null {
    const expected = this.#options.accounts * this.#options.initialBalance;
    let sum = 0;
    for (let account = 0; account < this.#options.accounts; account++) {
      const balance = this.#balances.get(0, account);
      if (balance < 0) return `account ${account} is overdrawn: its balance is ${balance}`;
      sum += balance;
    }
    return sum === expected ? null : `the balances sum to ${sum} and not to ${expected}, with which the accounts began`;
  }

  #transfer(payer: number, payee: number, amount: number): boolean {
    const balance = this.#balances.get(0, payer);
    if (balance < amount) return false;
    this.#balances.set(0, payer, balance - amount);
    this.#balances.set(0, payee, this.#balances.get(0, payee) + amount);
    return true;
  }

  #bits(use: number, id: RequestId): number {
    return draw(this.#streams[use] as number, id);
  }
}
