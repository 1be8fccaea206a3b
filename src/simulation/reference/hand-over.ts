/**
 * Messages of a machine of the reference kernel from the end of the job that made them to their hand-over to the card: each is signed,
 * some wait for a signature that was begun before them, and all leave in the order in which they were made (docs/MODEL.md section 2).
 */
import type { Outgoing } from './outgoing.ts';

/** A signature begun before the message that will carry it is made. */
interface Begun {
  isMade: boolean;
  whenMade: () => void;
}

export class HandOver {
  /** Made and not handed over yet, in the order in which they were made. */
  private waiting: Outgoing[] = [];
  private readonly begun = new Map<number, Begun>();
  private readonly work: (cost: number, done: () => void) => void;
  private readonly handOver: (outgoing: Outgoing) => void;

  /** @param work has the machine's cores work for `cost` ns; `done` is called at the end, at once for 0. */
  constructor(work: (cost: number, done: () => void) => void, handOver: (outgoing: Outgoing) => void) {
    this.work = work;
    this.handOver = handOver;
  }

  /** A message was made; signing it costs `cost` ns on the cores, and it needs a signature begun before (−1: none). */
  add(outgoing: Outgoing, cost: number, awaits: number): void {
    this.waiting.push(outgoing);
    let missing = awaits < 0 ? 1 : 2;
    const part = (): void => {
      if (--missing > 0) return;
      outgoing.signed = true;
      while (this.waiting[0]?.signed) this.handOver(this.waiting.shift() as Outgoing);
    };
    if (awaits >= 0) this.awaitSignature(awaits, part);
    this.work(cost, part);
  }

  /** Begins a signature of `cost` ns for a message that will be made later. */
  beginSignature(number: number, cost: number): void {
    const signature: Begun = { isMade: false, whenMade: () => {} };
    this.begun.set(number, signature);
    this.work(cost, () => {
      signature.isMade = true;
      signature.whenMade();
    });
  }

  private awaitSignature(number: number, act: () => void): void {
    const signature = this.begun.get(number);
    if (signature === undefined) throw new Error(`a message awaits signature ${number}, which was not begun`);
    this.begun.delete(number);
    if (signature.isMade) act();
    else signature.whenMade = act;
  }

  /** The machine died: returns the replies to clients on it, which were still here. */
  crash(): readonly number[] {
    const here = this.waiting.filter(({ copies }) => copies.length === 0).map(({ flight }) => flight);
    this.waiting = [];
    this.begun.clear();
    return here;
  }
}
