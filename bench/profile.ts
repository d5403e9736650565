import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeCommand, runCommand } from '../scripts/command.ts'
import { tableText } from './run/print.ts'

/** What V8 writes with --cpu-prof: a call tree, and which node of it was running at each sample. */
type Profile = {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

type Frame = Profile['nodes'][number]['callFrame']

const ROWS = 25

const command = describeCommand({
  name: 'npm run bench:profile --',
  description: 'Prints where a process spent its time: self time by module and by function, without what it was idle.',
  examples: ['npm run bench:profile -- /tmp/profiles/CPU.20261121.081500.4711.0.001.cpuprofile'],
})
  .argument('<file>', 'a .cpuprofile')
  .action((file: string) => {
    const selfUs = selfTimes(JSON.parse(readFileSync(file, 'utf8')) as Profile)
    console.log(tableText(shares('Self time by module', selfUs, moduleOf)))
    console.log(`\n${tableText(shares('Self time by function', selfUs, functionOf))}`)
  })

await runCommand(command)

function selfTimes({ nodes, samples, timeDeltas }: Profile): Map<Frame, number> {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const times = new Map<Frame, number>()
  for (const [index, id] of samples.entries()) {
    const frame = frames.get(id)!
    if (frame.functionName === '(idle)') continue
    times.set(frame, (times.get(frame) ?? 0) + timeDeltas[index]!)
  }
  return times
}

function shares(title: string, selfUs: ReadonlyMap<Frame, number>, nameOf: (frame: Frame) => string) {
  const sums = new Map<string, number>()
  let totalUs = 0
  for (const [frame, us] of selfUs) {
    sums.set(nameOf(frame), (sums.get(nameOf(frame)) ?? 0) + us)
    totalUs += us
  }
  const rows = [...sums].toSorted(([, a], [, b]) => b - a).slice(0, ROWS)
  return { title, columns: ['', '% of busy time'], rows: rows.map(([name, us]) => [name, (us / totalUs) * 100]) }
}

/** A package, a module of Node, a folder of ours; for what is no script, its own name, such as "(garbage collector)". */
function moduleOf({ url, functionName }: Frame): string {
  if (url === '') return functionName
  if (url.startsWith('node:')) return url
  const path = url.startsWith('file:') ? relative(process.cwd(), fileURLToPath(url)) : url
  const [, packageName] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? []
  return packageName ?? path.split('/').slice(0, 4).join('/')
}

function functionOf(frame: Frame): string {
  const { url, functionName, lineNumber } = frame
  const name = functionName || '(anonymous)'
  return url === ''
    ? name
    : `${name}  ${url.replace(/.*node_modules\//, '').replace(/^file:.*?\/(?=services|packages|bench)/, '')}:${lineNumber + 1}`
}
