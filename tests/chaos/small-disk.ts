import { spawnSync } from 'node:child_process'
import { mkdirSync, statfsSync } from 'node:fs'

/** A disk of its own for the database, which can be full. */
export type SmallDisk = {
  /** From now on nothing more fits on it. */
  fill(): void
  /** There is room again. */
  empty(): void
  /** It is gone at once, and its memory with the last process that uses it. */
  unmount(): void
}

const SIZE_BYTES = 4 * 1024 ** 3

/** Mounts a file system in memory at a folder. Null where that is not allowed, or not known. */
export function mountSmallDisk(folder: string): SmallDisk | null {
  mkdirSync(folder, { recursive: true })
  if (!succeeds('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_BYTES},mode=0755`, 'loyalty-chaos', folder])) return null
  return {
    fill() {
      // Its size becomes what is used, rather than what is used its size: at once, and without the memory.
      for (let attempt = 0; attempt < 20; attempt++) {
        const { blocks, bfree, bsize } = statfsSync(folder)
        // Refused when more was written between the question and this.
        if (succeeds('mount', ['-o', `remount,size=${(blocks - bfree) * bsize}`, folder])) return
      }
      throw new Error(`${folder} could not be filled`)
    },
    empty() {
      if (!succeeds('mount', ['-o', `remount,size=${SIZE_BYTES}`, folder])) throw new Error(`${folder} stays full`)
    },
    unmount: () => void succeeds('umount', ['-l', folder]),
  }
}

function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}
