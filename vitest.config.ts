import { defineConfig } from 'vitest/config'

/**
 * unit: beside the source, touches nothing outside. db: beside the source, real PostgreSQL. flows: across the rooms, real
 * PostgreSQL, real sockets, real processes.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{packages,services}/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['**/*.db.test.ts', '**/node_modules/**'],
        },
      },
      {
        test: {
          name: 'db',
          include: ['services/api/src/**/*.db.test.ts'],
          globalSetup: ['tests/harness/global-postgres.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'flows',
          include: ['tests/**/*.test.ts'],
          globalSetup: ['tests/harness/global-postgres.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
