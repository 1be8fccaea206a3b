/**
 * A node's egress card in the reference kernel: one server for all messages and, under `fair`, a second one for messages of one
 * segment that are handed over while a longer one is in the card (docs/MODEL.md section 3). Each copy departs by an event.
 */
import { DOUBLES, FlightColumn as F, type Flights } from '../../network/flights.ts';
import type { NetworkSpec } from '../../network/network-spec.ts';
import { nanosecondsPerByte } from '../../network/wire.ts';
import type { Instant } from '../../units/quantities.ts';
import { type Machine, Rank } from './machine.ts';
import type { Copy, Outgoing } from './outgoing.ts';
import { Server } from './server.ts';

interface MainJob {
  readonly message: Outgoing;
  /** Its copies leave by the express lane; here it only takes its share of the bandwidth. */
  readonly express: boolean;
}

export class ReferenceCard {
  private readonly machine: Machine;
  private readonly flights: Flights;
  private readonly depart: (copy: Copy) => void;
  private readonly perByte: number;
  private readonly fair: boolean;
  private readonly segmentWire: number;
  private readonly main = new Server();
  private mainQueue: MainJob[] = [];
  /** Messages of more than one segment in the queue or being sent. */
  private longOnes = 0;
  private readonly lane = new Server();
  private laneQueue: { readonly message: Outgoing; readonly from: Instant }[] = [];

  constructor(machine: Machine, spec: NetworkSpec, flights: Flights, depart: (copy: Copy) => void) {
    this.machine = machine;
    this.flights = flights;
    this.depart = depart;
    this.perByte = nanosecondsPerByte(spec.egress.bitsPerSecond);
    this.fair = spec.egress.discipline === 'fair';
    this.segmentWire = spec.segmentBytes + spec.headerBytes;
  }

  handOver(message: Outgoing): void {
    if (this.perByte === 0) {
      for (const copy of message.copies) this.depart(copy);
      return;
    }
    const long = message.wire > this.segmentWire;
    const express = this.fair && !long && this.longOnes > 0;
    this.mainQueue.push({ message, express });
    if (long) this.longOnes++;
    if (!this.main.serving) this.nextOnMain();
    if (!express) return;
    const from = this.machine.now + Math.floor(this.segmentWire * this.perByte);
    this.laneQueue.push({ message, from });
    if (this.laneQueue.length === 1 && !this.lane.serving)
      this.machine.schedule(from, Rank.card, () => this.nextOnLane());
  }

  private nextOnMain(): void {
    const job = this.mainQueue.shift();
    if (job === undefined) return;
    if (!job.express) this.send(job.message, this.main);
    const end = this.main.begin(this.machine.now, job.message.wire * this.perByte * job.message.copies.length);
    this.machine.schedule(end, Rank.card, () => {
      this.main.end();
      if (job.message.wire > this.segmentWire) this.longOnes--;
      this.nextOnMain();
    });
  }

  private nextOnLane(): void {
    const { message } = this.laneQueue.shift() as { readonly message: Outgoing };
    this.send(message, this.lane);
    const end = this.lane.begin(this.machine.now, message.wire * this.perByte * message.copies.length);
    this.machine.schedule(end, Rank.card, () => {
      this.lane.end();
      const next = this.laneQueue[0];
      if (next === undefined) return;
      if (next.from <= this.machine.now) this.nextOnLane();
      else this.machine.schedule(next.from, Rank.card, () => this.nextOnLane());
    });
  }

  /** Schedules the departure of each copy of a message that `server` begins to send now. */
  private send({ flight, wire, copies }: Outgoing, server: Server): void {
    const start = this.machine.now;
    const fraction = server.fractionAt(start);
    const each = wire * this.perByte;
    // Interleaved per segment, copies end one last segment apart; else one whole copy.
    const interleaved = this.fair && wire > this.segmentWire;
    const apart = interleaved
      ? (wire - (Math.ceil(wire / this.segmentWire) - 1) * this.segmentWire) * this.perByte
      : each;
    const endOf = (i: number): number => each * copies.length - (copies.length - 1 - i) * apart;
    if (copies.some((copy) => !copy.lost)) this.flights.doubles[flight * DOUBLES + F.spread] = Math.floor(endOf(0));
    copies.forEach((copy, i) => {
      this.machine.schedule(start + Math.floor(fraction + endOf(i)), Rank.card, () => this.depart(copy));
    });
  }

  busyUntil(at: Instant): number {
    return this.main.busyUntil(at);
  }

  crash(at: Instant): void {
    this.mainQueue = [];
    this.laneQueue = [];
    this.longOnes = 0;
    this.main.crash(at);
    this.lane.crash(at);
  }
}
