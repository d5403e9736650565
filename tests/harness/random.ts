import { Random } from '../../scripts/random.ts'

/** The chance of a random test. Its seed, which the test prints, gives the same run again: `SEED=… npx vitest run …`. */
export function randomOfRun(): Random {
  return new Random(Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31)))
}
