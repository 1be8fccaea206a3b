// How the tests run: each file in its own process, because tests start worker pools and child processes of their own.
import { defineConfig } from 'vitest/config';
import type { Reporter } from 'vitest/node';

/** The default reporter is silent about why a test of a passing file was skipped; nothing is skipped in silence here. */
const skipReasons: Reporter = {
  onTestCaseResult(testCase) {
    const result = testCase.result();
    if (result.state === 'skipped') console.log(` skipped: ${testCase.fullName}: ${result.note ?? 'no reason given'}`);
  },
};

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    pool: 'forks',
    // Vitest leaves one core to its own process, which has little to do: with two cores only one would test.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', skipReasons],
  },
});
