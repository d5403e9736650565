import { readdirSync, readFileSync } from 'node:fs'

/** One clock tick of proc(5), which Linux gives to programs as a hundredth of a second on every architecture. */
const TICK_MS = 10

/**
 * CPU time that processes and all below them have used, in milliseconds. Linux only.
 *
 * From schedstat, which counts nanoseconds, thread by thread; times(2) would round each to hundredths of a second. What a
 * child used that has ended since is in its parent's account (in ticks), so a difference of two readings misses nothing.
 */
export function cpuTimeMs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + timeOfTreeMs(pid), 0)
}

/** The same of one process alone, without what it started. */
export function ownCpuTimeMs(pid: number): number {
  return list(`/proc/${pid}/task`).reduce((sum, task) => sum + timeOfTaskMs(pid, task), 0)
}

function timeOfTreeMs(pid: number): number {
  let sumMs = endedChildrenMs(pid)
  for (const task of list(`/proc/${pid}/task`)) {
    sumMs += timeOfTaskMs(pid, task)
    const children = read(`/proc/${pid}/task/${task}/children`).split(' ')
    for (const child of children) if (child !== '') sumMs += timeOfTreeMs(Number(child))
  }
  return sumMs
}

const timeOfTaskMs = (pid: number, task: string) =>
  Number(read(`/proc/${pid}/task/${task}/schedstat`).split(' ', 1)[0]) / 1e6

/** Fields 16 and 17 of proc(5): what children used that were waited for. The name before them may hold blanks. */
function endedChildrenMs(pid: number): number {
  const stat = read(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) * TICK_MS
}

/** Resident memory of a process, in KiB; 0 of none. */
export function residentKb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0)
}

/** A process may end while it is being read: it then counts with nothing. */
function read(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
