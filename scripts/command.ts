import { Command } from 'commander'
import { openDatabase } from './database.ts'
import { aborted, listenForStop } from './stop-signal.ts'

/** 128 + SIGINT, as shells count. */
export const EXIT_INTERRUPTED = 130

export type CommandText = {
  /** How it is called, such as `npm run verify --`. */
  name: string
  description: string
  /** Lines of the help: what one types, and what it does. */
  examples: readonly string[]
}

/** A command of ours: what it is for, its options, examples. */
export function describeCommand({ name, description, examples }: CommandText): Command {
  return new Command(name)
    .description(description)
    .addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}`)
    .showHelpAfterError('(--help shows what there is)')
}

/** Runs the command that was typed. What it throws is one sentence for the person who typed it; exit code 1. */
export async function runCommand(command: Command): Promise<void> {
  try {
    await command.parseAsync()
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}

/**
 * Runs `work` with the database that the environment names, and closes that again; also when Ctrl-C ends it half-way: a
 * server that was started for the command must not outlive it.
 */
export async function withDatabase<T>(work: (url: string) => Promise<T>, options?: { create?: boolean }): Promise<T> {
  const { stopping } = listenForStop()
  const database = await openDatabase(process.env, options)
  const interrupted = aborted(stopping).then(async () => {
    await database.close()
    process.exit(EXIT_INTERRUPTED)
  })
  try {
    return await Promise.race([work(database.url), interrupted])
  } finally {
    await database.close()
  }
}
