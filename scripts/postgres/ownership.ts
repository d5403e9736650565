import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { startedAt } from './processes.ts'

/**
 * One living process at a time owns a path; `<path>.owner` names it.
 *
 * The file holds the owner's number and when that process began: after a restart of the machine, or of a container, the same
 * number belongs to a stranger, whom nobody should be told to stop.
 *
 * @throws Error with a sentence that says who owns it
 */
export function takeOwnership(path: string): void {
  const file = ownerFile(path)
  const own = `${file}.${process.pid}`
  writeFileSync(own, `${process.pid}\n${startedAt(process.pid)}\n`)
  try {
    // A link is made whole or not at all, so of two that start together one finds the other's name, never half of it.
    while (!linked(own, file)) {
      const owner = ownerOf(path)
      if (owner === process.pid) return
      if (owner !== null)
        throw new Error(`${path} is in use by process ${owner}; stop that one first, or set DATA_DIR to another place`)
      rmSync(file, { force: true })
    }
  } finally {
    rmSync(own, { force: true })
  }
}

export function giveUpOwnership(path: string): void {
  rmSync(ownerFile(path), { force: true })
}

/** The living process that owns a path; null when there is none. */
export function ownerOf(path: string): number | null {
  let lines: string[]
  try {
    lines = readFileSync(ownerFile(path), 'utf8').split('\n')
  } catch {
    return null // never owned, or given up this moment
  }
  const pid = Number(lines[0])
  return lines[1] !== '' && lines[1] === startedAt(pid) ? pid : null
}

const ownerFile = (path: string) => `${path}.owner`

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}
