/**
 * The ledger of a traceability consortium: for each item its stage, the party that holds it and the party it is on the way to.
 * An event is valid only at the item's next stage and only from the party that may report it; anything else (a second receipt,
 * a receipt by the wrong party, a step left out) is invalid and changes nothing. It begins with items under way.
 */
import { KeyValueStore } from '../ledger/key-value.ts';
import type { Bytes } from '../units/quantities.ts';

/** The steps of a life cycle, in order. An item's stage is how many of them it has behind it. */
export const Step = { commission: 0, pack: 1, ship: 2, receive: 3, inspect: 4 } as const;
export const STEPS = 5;

/** What one entry weighs in a snapshot: an EPC URN (about 45 B), stage, two 13-digit party numbers, time and framing. Ours. */
const ENTRY_BYTES: Bytes = 96;
/** An item's value: its stage in 3 bits, its holder in 14, the party that it was last shipped to in 14. */
const HOLDER_SHIFT = 3;
const RECIPIENT_SHIFT = 17;
const PARTY_MASK = 0x3fff;
export const MOST_PARTIES = PARTY_MASK + 1;

/** What is under way when the ledger begins: nothing is written of it before its next step is taken. */
export interface Genesis {
  readonly groups: number;
  /** Of each group, as many items at each of the stages 4 to 1, in this order, from item 0 on. */
  readonly atEachStage: number;
  /** Who commissioned the item, and who is to receive it. */
  readonly origin: (group: number, item: number) => number;
  readonly consignee: (group: number, item: number) => number;
}

const NOTHING: Genesis = { groups: 0, atEachStage: 0, origin: () => 0, consignee: () => 0 };

export class TraceabilityState {
  readonly #items = new KeyValueStore();
  readonly #genesis: Genesis;
  /** Items of the genesis that took no step yet. */
  #untouched: number;

  constructor(genesis: Genesis = NOTHING) {
    this.#genesis = genesis;
    this.#untouched = genesis.groups * genesis.atEachStage * (STEPS - 1);
  }

  /**
   * `actor` reports that it took `step` with item `item` of `group`; `consignee` matters for a shipment only. False where that is
   * invalid. Items below 0 were never commissioned by anybody.
   */
  apply(group: number, item: number, step: number, actor: number, consignee: number): boolean {
    if (item < 0) return false;
    const written = this.#items.get(group, item);
    if (written < 0) return false;
    const value = written === 0 ? this.#atGenesis(group, item) : written;
    const stage = value & 7;
    if (stage !== step) return false;
    const holder = stage === 0 ? actor : (value >> HOLDER_SHIFT) & PARTY_MASK;
    const recipient = value >> RECIPIENT_SHIFT;
    // The holder reports every step but the receipt, which is the recipient's, who holds the item from then on.
    if (actor !== (step === Step.receive ? recipient : holder)) return false;
    const next =
      (step + 1) | (actor << HOLDER_SHIFT) | ((step === Step.ship ? consignee : recipient) << RECIPIENT_SHIFT);
    this.#items.set(group, item, next, step === Step.inspect);
    if (written === 0 && stage > 0) this.#untouched--;
    return true;
  }

  /** The value that an item begins with: 0 where it is still to be commissioned. */
  #atGenesis(group: number, item: number): number {
    const { atEachStage, origin, consignee } = this.#genesis;
    if (item >= atEachStage * (STEPS - 1)) return 0;
    const stage = STEPS - 1 - Math.floor(item / atEachStage);
    const to = consignee(group, item);
    const holder = stage > Step.receive ? to : origin(group, item);
    return stage | (holder << HOLDER_SHIFT) | ((stage > Step.ship ? to : 0) << RECIPIENT_SHIFT);
  }

  digest(): number {
    return this.#items.digest;
  }

  bytes(): Bytes {
    return (this.#items.keys + this.#untouched) * ENTRY_BYTES;
  }
}
