/**
 * Opaque requests of a fixed size with nothing to execute: for protocol benchmarks and for comparison with published figures,
 * which were nearly all measured with such requests ("0/0", "4 kB/0", 256 B values).
 */
import { draw, Purpose, stream } from '../kernel/random.ts';
import type { Bytes, Ratio, RequestId } from '../units/quantities.ts';
import type { Workload, WorkloadContext, WorkloadDefinition, WorkloadState } from './workload.ts';

export interface OpaqueOptions {
  readonly requestBytes: Bytes;
  readonly replyBytes: Bytes;
  readonly readShare: Ratio;
}

export const opaque: WorkloadDefinition<OpaqueOptions> = {
  name: 'opaque',
  summary: 'Requests of a fixed size that may be empty; nothing is executed, every request is valid.',
  reference: 'Castro & Liskov, OSDI 1999, section 7.1 (micro-benchmarks 0/0, 4/0, 0/4); etcd benchmark (256 B values)',
  options: {
    requestBytes: { kind: 'bytes', default: 256, min: 0, meaning: 'Size of a request without headers; 0 is allowed.' },
    replyBytes: { kind: 'bytes', default: 0, min: 0, meaning: 'Size of a reply without headers; 0 is allowed.' },
    readShare: {
      kind: 'ratio',
      default: 0,
      min: 0,
      max: 1,
      meaning: 'Share of requests that change nothing and may take a read path of the protocol.',
    },
  },
  create: (options, context) => new OpaqueWorkload(options, context),
};

class OpaqueWorkload implements Workload {
  readonly hasReads: boolean;
  readonly executes = false;
  readonly #requestBytes: Bytes;
  readonly #replyBytes: Bytes;
  /** Of 2³⁰ draws, this many name a read. */
  readonly #reads: number;
  readonly #stream: number;

  constructor(options: OpaqueOptions, context: WorkloadContext) {
    this.#requestBytes = options.requestBytes;
    this.#replyBytes = options.replyBytes;
    this.hasReads = options.readShare > 0;
    this.#reads = Math.round(options.readShare * 1073741824);
    this.#stream = stream(context.seed, Purpose.workload);
  }

  bytes(_id: RequestId): Bytes {
    return this.#requestBytes;
  }

  replyBytes(_id: RequestId): Bytes {
    return this.#replyBytes;
  }

  isRead(id: RequestId): boolean {
    return this.hasReads && draw(this.#stream, id) >>> 2 < this.#reads;
  }

  newState(): WorkloadState {
    throw new Error('the opaque workload has no state: look at `executes` before asking for one');
  }
}
