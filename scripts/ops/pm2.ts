import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { readPid } from '../postgres/processes.ts'

const ROOT = resolve(import.meta.dirname, '..', '..')
const PM2 = join(ROOT, 'node_modules', 'pm2', 'bin', 'pm2')
const ECOSYSTEM = 'ecosystem.config.json'

/** A pm2 of its own: nothing of what the machine's other pm2 runs is seen or touched. */
export type Pm2 = {
  start(): Promise<void>
  reload(): Promise<void>
  /** The services' processes. */
  list(): Promise<{ name: string; pid: number }[]>
  /** Ends the services gracefully, then the daemon. */
  kill(): Promise<void>
  /** Numbers of the daemon and of every service that it last wrote down; works without the daemon. */
  pids(): number[]
}

/**
 * @param home folder for its socket, logs and process numbers (PM2_HOME)
 * @param env what the services are told, beside what `ecosystem.config.json` says
 */
export function createPm2(home: string, env: Readonly<Record<string, string>>): Pm2 {
  const { PATH = '', HOME = '', TMPDIR } = process.env
  const shell = {
    HOME,
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
    // The daemon runs services on the `node` that it finds first: the one that runs this.
    PATH: `${dirname(process.execPath)}:${PATH}`,
    NO_COLOR: '1',
    PM2_HOME: home,
    ...env,
  }

  async function pm2(...args: string[]): Promise<string> {
    const child = spawn(process.execPath, [PM2, ...args], {
      cwd: ROOT,
      env: shell,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C in the middle of a start would leave services that nobody has written down.
      detached: true,
    })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part: string) => (text += part))
    }
    const code = await new Promise((done) => child.once('exit', done))
    if (code !== 0) throw new Error(`pm2 ${args.join(' ')}: exit code ${String(code)}\n${text.trim()}`)
    return text
  }

  return {
    start: async () => void (await pm2('start', ECOSYSTEM)),
    reload: async () => void (await pm2('reload', ECOSYSTEM, '--update-env')),
    async list() {
      const text = await pm2('jlist')
      const processes = JSON.parse(text.slice(text.indexOf('['))) as { name: string; pid: number }[]
      return processes.map(({ name, pid }) => ({ name, pid }))
    },
    kill: async () => void (await pm2('kill')),
    pids: () => [join(home, 'pm2.pid'), ...pidFiles(join(home, 'pids'))].map(readPid).filter((pid) => pid > 0),
  }
}

function pidFiles(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name))
  } catch {
    return [] // it never started anything
  }
}
