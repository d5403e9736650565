import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** The command line of a process, empty when there is none. */
export function commandLine(pid: number): string {
  if (!(pid > 0)) return ''
  if (!existsSync('/proc/self/cmdline')) return ps('args', pid)
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return '' // it ended between the question and the answer
  }
}

export function isAlive(pid: number): boolean {
  return startedAt(pid) !== ''
}

/**
 * When a living process began, as the system writes it, empty when there is none: together with its number it tells one
 * process from every other.
 *
 * A zombie does not live: in many containers nobody ever collects the exit code of a process whose parent was killed.
 */
export function startedAt(pid: number): string {
  if (!(pid > 0)) return ''
  if (!existsSync('/proc/self/stat')) return ps('stat', pid).startsWith('Z') ? '' : ps('lstart', pid)
  try {
    // proc(5): field 3 is the state, field 22 the start in ticks since boot. Field 2, the name, may hold blanks and brackets.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? '' : (fields[19] ?? '')
  } catch {
    return ''
  }
}

/** The process number that a file holds; 0 when there is no such file: its process ended in an orderly way, or never ran. */
export function readPid(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch {
    return 0
  }
}

function ps(column: string, pid: number): string {
  return (spawnSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '').trim()
}
