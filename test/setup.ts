// Stray console output fails the test that caused it: only the command line prints, and it writes to its own streams.
// A test that expects console output replaces the method itself: `vi.spyOn(console, 'warn').mockImplementation(...)`.
import { format } from 'node:util';
import { afterEach } from 'vitest';

// No test reads a run that an earlier one, or earlier code, has kept: a test about kept runs names a folder of its own.
process.env.QUORUMLAB_CACHE = 'off';

const strayOutput: string[] = [];

for (const method of ['log', 'info', 'debug', 'warn', 'error', 'trace', 'table', 'dir'] as const) {
  console[method] = (...values: unknown[]): never => {
    const message = `stray console.${method} in a test: ${format(...values)}`;
    strayOutput.push(message);
    throw new Error(message);
  };
}

// The code under test may have caught what was thrown above, so the record is looked at again after each test.
afterEach(() => {
  if (strayOutput.length > 0) throw new Error(strayOutput.splice(0).join('\n'));
});
