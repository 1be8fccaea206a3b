/**
 * How much two threads gain on this machine at this moment, measured on a loop that touches no memory. Where others hold the cores it
 * is far below 2, and then no speed-up of anything else means much.
 */
import { Worker } from 'node:worker_threads';

const SPIN = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', (rounds) => {
  let h = 1;
  for (let i = 0; i < rounds; i++) h = Math.imul(h ^ i, 0x9e3779b1);
  parentPort.postMessage(h);
});`;

/** Wall time of the loop twice on one thread ÷ once on each of two; the median of a few repetitions. */
export class SpinControl {
  private readonly workers = [new Worker(SPIN, { eval: true }), new Worker(SPIN, { eval: true })] as const;
  private readonly rounds: number;

  constructor(rounds: number) {
    this.rounds = rounds;
  }

  /** Starts both threads and lets the compiler settle. */
  async warm(): Promise<void> {
    await Promise.all(this.workers.map((worker) => this.spin(worker)));
  }

  async speedUp(): Promise<number> {
    const [one, other] = this.workers;
    const before = performance.now();
    await this.spin(one);
    await this.spin(one);
    const middle = performance.now();
    await Promise.all([this.spin(one), this.spin(other)]);
    return (middle - before) / (performance.now() - middle);
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private spin(worker: Worker): Promise<void> {
    return new Promise((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', () => {
        worker.off('error', reject);
        resolve();
      });
      worker.postMessage(this.rounds);
    });
  }
}
