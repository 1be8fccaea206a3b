/**
 * Replies of one train (lanes.ts) that clients hear in one go, as columns in order of arrival: digest, clients and measures then take one
 * column after the other in tight loops. The network has one for all islands, each in its turn.
 */
import { powerOfTwoFrom } from '../kernel/elementary.ts';

const FIRST = 64;

export class ReplyRow {
  count = 0;
  /** When each arrives. */
  times = new Float64Array(FIRST);
  /** The place of its request in the train's batch; the request's id where there is no batch. */
  places = new Int32Array(FIRST);
  /** What it says: the position shifted left by one, and whether the request was valid. */
  results = new Int32Array(FIRST);
  ids = new Int32Array(FIRST);
  /** What enters the digest. */
  contents = new Int32Array(FIRST);
  /** When its request was meant to be sent, and how long that is ago. */
  intended = new Float64Array(FIRST);
  latencies = new Float64Array(FIRST);

  /** Room for `count` replies; what was there is gone. */
  reserve(count: number): void {
    if (count <= this.times.length) return;
    const size = powerOfTwoFrom(count);
    this.times = new Float64Array(size);
    this.places = new Int32Array(size);
    this.results = new Int32Array(size);
    this.ids = new Int32Array(size);
    this.contents = new Int32Array(size);
    this.intended = new Float64Array(size);
    this.latencies = new Float64Array(size);
  }
}
