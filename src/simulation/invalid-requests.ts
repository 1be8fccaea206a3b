/**
 * Which executed requests changed nothing, for the replies still to be made: a reply says whether its request was valid. Those that
 * every replica has passed and whose clients hold them as final are dropped, so that memory follows what is open and not the
 * length of the run.
 */
import type { Instant, Position, RequestId } from '../units/quantities.ts';

/** It is not looked for what can be dropped before there are so many more. */
const FEWEST = 1024;

/** At this instant everything up to this position had been executed. */
interface Look {
  readonly upTo: Position;
  readonly at: Instant;
}

export class InvalidRequests {
  /** The position of each, in ascending order. */
  private readonly positions = new Map<RequestId, Position>();
  private looks: readonly Look[] = [];
  private lookAt = FEWEST;

  get size(): number {
    return this.positions.size;
  }

  /** A request of the batch at `position`, which is not below that of any added before. */
  add(id: RequestId, position: Position): void {
    this.positions.set(id, position);
  }

  has(id: RequestId): boolean {
    return this.positions.has(id);
  }

  /**
   * What was executed before the oldest request that is not final was sent, is final. Looked for only when there are more than twice
   * as many as could not be dropped the last time.
   * @param now when everything up to the position `executed` has been executed by some replica
   * @param below every replica has passed the positions below it
   * @param oldest when the oldest request of a client group that is not final was sent (NEVER: all are final)
   */
  forget(now: Instant, executed: Position, below: Position, oldest: (id: RequestId) => Instant): void {
    const { positions } = this;
    if (positions.size < this.lookAt) return;
    const looks = [...this.looks, { upTo: executed, at: now }];
    const used: Look[] = [];
    let next = 0;
    let kept = 0;
    for (const [id, position] of positions) {
      while ((looks[next] as Look).upTo < position) next++;
      const look = looks[next] as Look;
      if (position < below && look.at < oldest(id)) {
        positions.delete(id);
        continue;
      }
      if (used[used.length - 1] !== look) used.push(look);
      if (look.at < now) kept++;
    }
    this.looks = used;
    this.lookAt = positions.size + kept + FEWEST;
  }
}
