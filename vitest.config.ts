import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** One for each core: Vitest would leave one free, and many of these tests wait for what somebody else does. */
const WORKERS = Math.max(2, availableParallelism())

// What test files, and the processes that they start, have in common is compiled once, and kept from run to run.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules', '.cache', 'compiled')

/**
 * unit: beside the source, touches nothing outside. db: beside the source, real PostgreSQL. flows: across the rooms, real
 * PostgreSQL, real sockets, real processes. browser: the built console in a real Chromium, several windows at once.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{packages,services,apps}/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['**/*.db.test.ts', '**/node_modules/**'],
          maxWorkers: WORKERS,
          // They touch nothing outside, and so nothing of each other: a worker loads what they test once.
          isolate: false,
        },
      },
      {
        test: {
          name: 'db',
          include: ['services/api/src/**/*.db.test.ts'],
          globalSetup: ['tests/harness/global-postgres.ts'],
          testTimeout: 30_000,
          maxWorkers: WORKERS,
          // Each has a database and an API of its own, and nothing of ours is global.
          isolate: false,
        },
      },
      {
        test: {
          name: 'flows',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/browser/**'],
          globalSetup: ['tests/harness/global-postgres.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: WORKERS,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          globalSetup: ['tests/harness/global-postgres.ts', 'tests/browser/global-console.ts'],
          testTimeout: 90_000,
          hookTimeout: 90_000,
          expect: { poll: { timeout: 10_000 } },
          // Last, and two at a time: outages are mostly waiting, but more browsers at once only make each other late.
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
        },
      },
    ],
  },
})
