/** Which messages and which repairs are lost: per segment and independent, by counter hash (docs/MODEL.md section 3). */
import { draw, mix, Purpose, stream, unit } from '../kernel/random.ts';
import type { Ratio } from '../units/quantities.ts';
import { FlightColumn as F, type Flights, INTS } from './flights.ts';
import type { Hole, LinkState } from './link-state.ts';

export class Loss {
  private readonly rate: Ratio;
  private readonly stream: number;
  private readonly flights: Flights;
  private readonly segmentsOfWire: (wire: number) => number;

  constructor(rate: Ratio, seed: number, flights: Flights, segmentsOfWire: (wire: number) => number) {
    this.rate = rate;
    this.stream = stream(seed, Purpose.loss);
    this.flights = flights;
    this.segmentsOfWire = segmentsOfWire;
  }

  /** Whether some segment of this message is lost on its way to `receiver`: 1 − (1 − p)^s for s segments. */
  takes(source: number, receiver: number, flight: number): boolean {
    if (this.rate === 0) return false;
    let kept = 1;
    for (let s = this.segmentsOfWire(this.flights.ints[flight * INTS + F.wire] as number); s > 0; s--)
      kept *= 1 - this.rate;
    return unit(this.bits(this.stream ^ Math.imul(source + 1, 0x9e3779b1), flight, receiver + 1)) < 1 - kept;
  }

  /** Whether a repair is lost as well. It carries the one segment that was missing. */
  takesRepair({ source, receiver }: LinkState, { lost, attempt }: Hole): boolean {
    return unit(this.bits(this.stream + attempt, lost.flight, receiver + 1 + source * 65537)) < this.rate;
  }

  /** Which of the message's segments was lost, from 0: uniform. */
  lostSegment(receiver: number, flight: number, segments: number): number {
    return Math.floor(unit(this.bits(this.stream ^ 0x51ed270b, flight, receiver + 1)) * segments);
  }

  private bits(streamHash: number, flight: number, receiver: number): number {
    const sequence = this.flights.ints[flight * INTS + F.sequence] as number;
    return mix(draw(streamHash, sequence) ^ Math.imul(receiver, 0x85ebca6b));
  }
}
