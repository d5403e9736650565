import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** Signals a process and its children, whoever of them still lives. */
export function signalTree(root: number, signal: NodeJS.Signals): void {
  for (const pid of [root, ...childrenOf(root)]) signalOne(pid, signal)
}

export function signalOne(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended: there is nothing left to signal.
  }
}

export function childrenOf(parent: number): number[] {
  return parents()
    .filter(([, of]) => of === parent)
    .map(([pid]) => pid)
}

/** Every process with its parent. */
function parents(): [pid: number, parent: number][] {
  if (existsSync('/proc/self/stat')) {
    const pids = readdirSync('/proc').map(Number)
    return pids.filter((pid) => pid > 0).map((pid) => [pid, parentOf(pid)])
  }
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number])
}

/** proc(5): the field after the state, behind the name, which may hold blanks and brackets. */
function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return 0 // it has ended
  }
}
