import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

const DIST = join(import.meta.dirname, '..', '..', 'apps', 'console', 'dist')
const FIRST_LOAD_GZIP_BYTES_MAX = 250 * 1024
const CUSTOMER_GZIP_BYTES_MAX = 120 * 1024

/** Scripts that a page names. */
function scriptsOf(page: string): string[] {
  const html = readFileSync(join(DIST, page), 'utf8')
  return [...html.matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)].map((match) => match[1]!)
}

/** These scripts, and all that they may load, now or later. */
function withAllThatFollows(scripts: readonly string[]): Set<string> {
  const found = new Set(scripts)
  for (const script of found) {
    for (const [, path] of textOf(script).matchAll(/["'`](?:\.|assets)\/([^"'`]+\.js)["'`]/g))
      found.add(basename(path!))
  }
  return found
}

const textOf = (script: string) => readFileSync(join(DIST, 'assets', script), 'utf8')

function weigh(what: string, scripts: ReadonlySet<string>): number {
  const bytes = [...scripts].reduce((sum, script) => sum + gzipSync(textOf(script), { level: 9 }).length, 0)
  console.log(`${what}: ${(bytes / 1024).toFixed(1)} kB gzip in ${scripts.size} files`)
  return bytes
}

test('the first load of the console, before any page, is at most 250 kB of JavaScript as it travels', () => {
  const scripts = scriptsOf('index.html')
  expect(scripts.length).toBeGreaterThan(0)
  expect(weigh('first load', new Set(scripts))).toBeLessThanOrEqual(FIRST_LOAD_GZIP_BYTES_MAX)
})

test('the whole of the customers’ side, both languages and the QR code too, is at most 120 kB of JavaScript as it travels', () => {
  const first = scriptsOf('customer.html')
  expect(first.length).toBeGreaterThan(0)
  const all = withAllThatFollows(first)
  expect(all.size).toBeGreaterThan(first.length)
  weigh('first load of customers', new Set(first))
  expect(weigh('all of the customers’ side', all)).toBeLessThanOrEqual(CUSTOMER_GZIP_BYTES_MAX)
})

test('customers load nothing of the office: neither its words nor its component library', () => {
  const text = [...withAllThatFollows(scriptsOf('customer.html'))].map(textOf).join('')
  expect(text).toContain('Show this at the till.')
  expect(text).not.toMatch(/Realtime health|--mantine/)
})
