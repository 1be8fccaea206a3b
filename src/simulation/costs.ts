/** Turns a protocol's Work into virtual time with the machine's crypto table. Fractions of a ns are kept (multiples of 2⁻¹⁶). */
import type { MachineSpec } from '../machines/machine-spec.ts';
import type { Work } from '../protocols/protocol.ts';

export class Costs {
  readonly handling: number;
  readonly requestHandling: number;
  readonly execution: number;
  readonly wakeUp: number;
  readonly mac: number;
  readonly verifySignature: number;
  readonly sign: number;
  private readonly hashPerByte: number;

  constructor(machine: MachineSpec) {
    this.handling = machine.handling;
    this.requestHandling = machine.requestHandling;
    this.execution = machine.execution;
    this.wakeUp = machine.wakeUp ?? 0;
    this.mac = machine.crypto.mac;
    this.sign = machine.crypto.sign;
    this.verifySignature = machine.crypto.verify;
    this.hashPerByte = Math.round(machine.crypto.hashPerByte * 65536) / 65536;
  }

  /** ns on the sender's cores, once per message. */
  sending(work: Work): number {
    return work.signs * this.sign + work.macs * this.mac + work.hashBytes * this.hashPerByte;
  }

  /** ns on each receiver's cores. */
  receiving(work: Work): number {
    return work.verifies * this.verifySignature + work.macChecks * this.mac + work.hashBytes * this.hashPerByte;
  }
}
