/** An island of the reference kernel as an owner of events: what it scheduled before a crash does not happen afterwards. */
import type { EventHeap } from '../../kernel/event-heap.ts';
import type { Instant } from '../../units/quantities.ts';

/**
 * What comes first at one instant (docs/MODEL.md section 1). Faults and measurements, which are not in the heap, stand between
 * `core` and `effects`.
 */
export const Rank = {
  /** A copy leaves, or a core's job ends: what they free is free for all that follows. */
  card: 0,
  core: 1,
  effects: 2,
  decision: 3,
  disk: 4,
  localReply: 5,
  clients: 6,
  /** The ingress card lets go of a message, receives one, and only then may clients on the machine hand theirs over. */
  ingress: 7,
  arrival: 8,
  request: 9,
  thread: 10,
} as const;

/** The queue of all events and the instant that it has reached. */
export interface Agenda {
  readonly heap: EventHeap;
  now: Instant;
}

export class Machine {
  readonly self: number;
  private readonly agenda: Agenda;
  /** Counts the crashes: events of an earlier life are void. */
  private life = 0;

  constructor(agenda: Agenda, self: number) {
    this.agenda = agenda;
    this.self = self;
  }

  get now(): Instant {
    return this.agenda.now;
  }

  /** @param source orders what happens at one instant and rank: the number of a core. */
  schedule(at: Instant, rank: number, act: () => void, source = 0): void {
    const { life, self } = this;
    this.agenda.heap.push({
      at,
      rank,
      island: self,
      source,
      sequence: 0,
      flight: 0,
      run: () => {
        if (life === this.life) act();
      },
    });
  }

  crash(): void {
    this.life++;
  }
}
