import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openWorld } from '../harness/world.ts'
import { ROOT } from './run-script.ts'

const page = readFileSync(join(ROOT, 'docs', 'operations.md'), 'utf8')

test('docs/operations.md lists every variable that the API reads, and no other', () => {
  const source = readFileSync(join(ROOT, 'services', 'api', 'src', 'config.ts'), 'utf8')
  const documented = [...page.matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => match[1]!)
  const read = [...source.matchAll(/^ {4}([A-Z_]+):/gm)].map((match) => match[1]!)
  expect(documented.toSorted()).toEqual(read.toSorted())
})

test('docs/operations.md lists every figure of our own that /metrics shows, and no other', async () => {
  const world = await openWorld()
  const shown = new Set<string>()
  for (const url of [world.api.url, world.realtime!.url]) {
    const text = await (await fetch(`${url}/metrics`)).text()
    for (const [, name] of text.matchAll(/^# TYPE (loyalty_\w+)/gm)) shown.add(name!)
  }
  await world.close()
  const documented = new Set([...page.matchAll(/`(loyalty_(?:api|realtime)_\w+)`/g)].map((match) => match[1]!))
  expect([...documented].toSorted()).toEqual([...shown].toSorted())
})
