/**
 * What one island sends by lanes in one go, as columns: card, link and lane then take one column after the other in tight loops. The
 * network has one pair of them for all islands, each in its turn.
 */
import type { NodeId, RequestId } from '../units/quantities.ts';

const FIRST = 16;

export class LaneColumns {
  count = 0;
  /** When a message is ready; then when it has left the card; then when it arrives. */
  times = new Float64Array(FIRST);
  /** The islands they go to. */
  receivers = new Int32Array(FIRST);
  wires = new Int32Array(FIRST);
  /** Requests: their ids. Replies: see ReplyLane. */
  places = new Int32Array(FIRST);
  results = new Int32Array(FIRST);
  /** Replies: the client group. */
  groups = new Int32Array(FIRST);

  /** Room for `count` more messages. */
  reserve(count: number): void {
    while (this.count + count > this.times.length) this.grow();
  }

  /** A place for one more message. */
  next(): number {
    if (this.count === this.times.length) this.grow();
    return this.count++;
  }

  /** Requests `id`, `id` + `step`, … to one node, at each instant from `times[from]` to `times[to - 1]`. */
  addRequests(receiver: NodeId, id: RequestId, step: number, instants: Float64Array, from: number, to: number): void {
    this.reserve(to - from);
    const { times, receivers, places } = this;
    let next = this.count;
    for (let i = from, request: number = id; i < to; i++, next++, request += step) {
      times[next] = instants[i] as number;
      receivers[next] = receiver;
      places[next] = request;
    }
    this.count = next;
  }

  private grow(): void {
    const size = this.times.length * 2;
    const times = new Float64Array(size);
    times.set(this.times);
    this.times = times;
    const wider = (column: Int32Array): Int32Array<ArrayBuffer> => {
      const grown = new Int32Array(size);
      grown.set(column);
      return grown;
    };
    this.receivers = wider(this.receivers);
    this.wires = wider(this.wires);
    this.places = wider(this.places);
    this.results = wider(this.results);
    this.groups = wider(this.groups);
  }
}
