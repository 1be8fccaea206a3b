/**
 * Loads a module in a thread of its own first, which is ended after a while: a file that ends the process, waits for ever or never
 * comes to its end would otherwise take the command with it, without a word.
 */
import { Worker } from 'node:worker_threads';

/** A module with a protocol has little to do while it is loaded. */
const LOADING_LIMIT_MS = 10_000;

/** `waits`: nothing is left that could wake it (Node emits `beforeExit` then, but not where process.exit is called). */
const TRIAL = `
const { parentPort, workerData } = require('node:worker_threads');
const answer = (what) => parentPort.postMessage(what);
process.once('beforeExit', () => answer('waits'));
import(workerData).then(() => answer('ended'), () => answer('ended'));
`;

/** What a module does instead of coming to the end of its loading; null: it does, or throws, which its import then shows. */
export function troubleInLoading(url: string, limitMs: number = LOADING_LIMIT_MS): Promise<string | null> {
  const thread = new Worker(TRIAL, { eval: true, workerData: url, stdin: true, stdout: true, stderr: true });
  return new Promise<string | null>((resolve) => {
    const timer = setTimeout(
      () => resolve(`takes more than ${limitMs / 1000} s to load (an endless loop?), expected definitions only`),
      limitMs,
    );
    // Whatever is heard first counts: ending the thread below is heard too.
    const hear = (trouble: string | null): void => {
      clearTimeout(timer);
      resolve(trouble);
    };
    thread.once('message', (what) => hear(what === 'waits' ? WAITS : null));
    thread.once('error', () => hear(null));
    thread.once('exit', (status) =>
      hear(`ends the process while it is loaded (exit ${status}), expected definitions only`),
    );
  }).finally(() => thread.terminate());
}

const WAITS = 'waits for ever while it is loaded (an await that nothing ends), expected definitions only';
