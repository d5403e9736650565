import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

const DIST = join(import.meta.dirname, '..', '..', 'apps', 'console', 'dist')
const FIRST_LOAD_GZIP_BYTES_MAX = 250 * 1024

test('the first load of the console, before any page, is at most 250 kB of JavaScript as it travels', () => {
  const page = readFileSync(join(DIST, 'index.html'), 'utf8')
  const scripts = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map((match) => match[1]!)
  expect(scripts.length).toBeGreaterThan(0)
  const bytes = scripts.reduce((sum, path) => sum + gzipSync(readFileSync(join(DIST, path)), { level: 9 }).length, 0)
  console.log(`first load: ${Math.round(bytes / 1024)} kB gzip in ${scripts.length} files`)
  expect(bytes).toBeLessThanOrEqual(FIRST_LOAD_GZIP_BYTES_MAX)
})
