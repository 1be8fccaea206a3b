/**
 * Opaque requests of a fixed (or exponential) size with nothing to execute: for protocol benchmarks and for comparison with published figures,
 * which were nearly all measured with such requests ("0/0", "4 kB/0", 256 B values).
 */
import { createSampler } from '../kernel/distributions.ts';
import { draw, Purpose, stream } from '../kernel/random.ts';
import type { Sampler } from '../kernel/sampler.ts';
import type { Bytes, Ratio, RequestId } from '../units/quantities.ts';
import type { Workload, WorkloadContext, WorkloadDefinition, WorkloadState } from './workload.ts';

export interface OpaqueOptions {
  readonly requestBytes: Bytes;
  readonly replyBytes: Bytes;
  readonly requestLaw: 'constant' | 'exponential';
  readonly replyLaw: 'constant' | 'exponential';
  readonly readShare: Ratio;
}

export const opaque: WorkloadDefinition<OpaqueOptions> = {
  name: 'opaque',
  summary: 'Requests of a fixed or exponential size that may be empty; nothing is executed, every request is valid.',
  reference: 'Castro & Liskov, OSDI 1999, section 7.1 (micro-benchmarks 0/0, 4/0, 0/4); etcd benchmark (256 B values)',
  options: {
    requestBytes: { kind: 'bytes', default: 256, min: 0, meaning: 'Size of a request without headers; 0 is allowed.' },
    replyBytes: { kind: 'bytes', default: 0, min: 0, meaning: 'Size of a reply without headers; 0 is allowed.' },
    requestLaw: {
      kind: 'choice',
      choices: ['constant', 'exponential'],
      default: 'constant',
      meaning: 'Whether requests have one size, or exponential sizes with that mean.',
    },
    replyLaw: {
      kind: 'choice',
      choices: ['constant', 'exponential'],
      default: 'constant',
      meaning: 'The same of replies.',
    },
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

/** null: all of one size. */
function sizesOf(law: OpaqueOptions['requestLaw'], mean: Bytes): Sampler | null {
  return law === 'exponential' && mean > 0 ? createSampler({ kind: 'exponential', mean }) : null;
}

class OpaqueWorkload implements Workload {
  readonly hasReads: boolean;
  readonly executes = false;
  readonly #requestBytes: Bytes;
  readonly #replyBytes: Bytes;
  /** Of 2³⁰ draws, this many name a read. */
  readonly #reads: number;
  readonly #stream: number;
  readonly #requestSizes: Sampler | null;
  readonly #replySizes: Sampler | null;
  readonly #requestStream: number;
  readonly #replyStream: number;

  constructor(options: OpaqueOptions, context: WorkloadContext) {
    this.#requestBytes = options.requestBytes;
    this.#replyBytes = options.replyBytes;
    this.hasReads = options.readShare > 0;
    this.#reads = Math.round(options.readShare * 1073741824);
    this.#stream = stream(context.seed, Purpose.workload);
    this.#requestSizes = sizesOf(options.requestLaw, options.requestBytes);
    this.#replySizes = sizesOf(options.replyLaw, options.replyBytes);
    this.#requestStream = stream(context.seed, Purpose.size, 0);
    this.#replyStream = stream(context.seed, Purpose.size, 1);
  }

  bytes(id: RequestId): Bytes {
    const sizes = this.#requestSizes;
    return sizes === null ? this.#requestBytes : Math.floor(sizes.draw(draw(this.#requestStream, id)));
  }

  replyBytes(id: RequestId): Bytes {
    const sizes = this.#replySizes;
    return sizes === null ? this.#replyBytes : Math.floor(sizes.draw(draw(this.#replyStream, id)));
  }

  isRead(id: RequestId): boolean {
    return this.hasReads && draw(this.#stream, id) >>> 2 < this.#reads;
  }

  newState(): WorkloadState {
    throw new Error('the opaque workload has no state: look at `executes` before asking for one');
  }
}
