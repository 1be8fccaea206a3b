/** Randomness, samplers, histogram and digest: what is paid once or twice for every message. */
import { createSampler } from '../../src/kernel/distributions.ts';
import { draw, Purpose, stream } from '../../src/kernel/random.ts';
import { EventClass, RunDigest } from '../../src/kernel/run-digest.ts';
import { LogLinearHistogram } from '../../src/statistics/histogram.ts';
import { MICROSECOND } from '../../src/units/quantities.ts';
import { type Piece, sink } from './piece.ts';

const OPERATIONS = 4096;

/** Random bits, drawn beforehand. */
function someBits(): Int32Array {
  const start = stream(1, Purpose.jitter);
  return Int32Array.from({ length: OPERATIONS }, (_, i) => draw(start, i));
}

export const counterDraw: Piece = {
  name: 'counter-draw',
  per: 'draw of 32 bits',
  prepare: () => {
    const start = stream(1, Purpose.jitter);
    let counter = 0;
    return () => {
      let sum = 0;
      for (let i = 0; i < OPERATIONS; i++) sum ^= draw(start, counter++);
      counter |= 0;
      sink.value = sum;
      return OPERATIONS;
    };
  },
};

export const samplerDraw: Piece = {
  name: 'sampler-draw',
  per: 'lognormal value from 32 bits',
  prepare: () => {
    const table = createSampler({ kind: 'lognormal', mean: 100 * MICROSECOND, p99: 400 * MICROSECOND });
    const bits = someBits();
    return () => {
      let sum = 0;
      for (let i = 0; i < OPERATIONS; i++) sum += table.draw(bits[i] as number);
      sink.value = sum;
      return OPERATIONS;
    };
  },
};

export const histogramRecord: Piece = {
  name: 'histogram-record',
  per: 'value',
  prepare: () => {
    const histogram = new LogLinearHistogram();
    const values = Float64Array.from(someBits(), (word) => (word >>> 0) % 50_000_000);
    return () => {
      for (let i = 0; i < OPERATIONS; i++) histogram.record(values[i] as number);
      return OPERATIONS;
    };
  },
};

export const digestAdd: Piece = {
  name: 'digest-add',
  per: 'event',
  prepare: () => {
    const digest = new RunDigest();
    const contents = someBits();
    let at = 0;
    return () => {
      for (let i = 0; i < OPERATIONS; i++) digest.add(EventClass.delivery, i & 63, at++, contents[i] as number);
      sink.value = digest.text.length;
      return OPERATIONS;
    };
  },
};
