// How the tests run: two processes take file after file, and keep what they have loaded and compiled; some files get one of their own.
import { defineConfig } from 'vitest/config';
import type { Reporter } from 'vitest/node';

/** The default reporter is silent about why a test of a passing file was skipped; nothing is skipped in silence here. */
const skipReasons: Reporter = {
  onTestCaseResult(testCase) {
    const result = testCase.result();
    if (result.state === 'skipped') console.log(` skipped: ${testCase.fullName}: ${result.note ?? 'no reason given'}`);
  },
};

/**
 * Files with a process of their own, which begin first: they replace modules (which others have loaded already), measure the process that
 * they are in, or take so long that at the end one of them would be waited for.
 */
const apart = [
  'test/validation/{small,wrong}-*.test.ts',
  'test/unit/simulation-memory.test.ts',
  'test/unit/executor*.test.ts',
  'test/cli/{query,regress-speed}.test.ts',
];

export default defineConfig({
  test: {
    setupFiles: ['test/setup.ts'],
    pool: 'forks',
    // Vitest leaves one core to its own process, which has little to do: with two cores only one would test.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', skipReasons],
    projects: [
      { extends: true, test: { name: 'apart', include: apart } },
      { extends: true, test: { name: 'together', include: ['test/**/*.test.ts'], exclude: apart, isolate: false } },
    ],
  },
});
