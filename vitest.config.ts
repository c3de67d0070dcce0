import { availableParallelism } from 'node:os';

import { defineConfig } from 'vitest/config';

const onOwnDatabase = process.env['PLUGBOARD_TEST_DATABASE'] === 'external';
/** The launcher knows no database, and nodes that share one do so in the other run too. */
const triedOnce = ['test/system/{launcher,sync-nodes,refresh-nodes}.test.ts'];

export default defineConfig({
  test: {
    globalSetup: ['apps/server/src/store/testing/global-setup.ts'],
    pool: 'forks',
    // Much of a test is waiting for servers and databases: a second one goes on meanwhile.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Limits only catch what hangs: machines that run tests may stand still for seconds.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000, interval: 20 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{packages,apps}/*/src/**/*.test.ts', '{launcher,bench,test/run}/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/{conformance,console,run,servers}/**',
            ...(onOwnDatabase ? triedOnce : []),
          ],
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'console',
          include: ['test/console/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
          testTimeout: 400_000,
          hookTimeout: 300_000,
          maxConcurrency: 3,
        },
      },
      {
        extends: true,
        test: {
          name: 'servers',
          include: ['test/servers/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
