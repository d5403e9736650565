import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from '../../../../tests/harness/api.ts'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'

const PAGE = `<script type="application/json">__CONSOLE_SETTINGS__</script><script nonce="__CSP_NONCE__"></script>`

let folder: string
let database: TestDatabase
let api: TestApi
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'console-'))
  database = await createDatabase()
  api = await startTestApi(database.url, {
    CONSOLE_FOLDER: folder,
    REALTIME_PUBLIC_URL: 'https://live.shop.example/</script>',
  })
})
afterAll(async () => {
  await api.close()
  await database.drop()
  rmSync(folder, { recursive: true })
})

const navigate = (path: string) => api.call('GET', path, { headers: { accept: 'text/html,*/*;q=0.8' } })

/** Leaves a build behind, as one that was made at `atSeconds`. */
function build(page: string, atSeconds: number): void {
  mkdirSync(join(folder, 'assets'), { recursive: true })
  writeFileSync(join(folder, 'assets', 'index-abc.js'), 'export {}')
  writeFileSync(join(folder, 'worker.js'), `worker of ${page}`)
  writeFileSync(join(folder, 'index.html'), page)
  writeFileSync(join(folder, 'customer.html'), `of customers ${page}`)
  utimesSync(join(folder, 'index.html'), atSeconds, atSeconds)
}

test('while there is no console, a person who opens it is told so, and the page comes by itself when it is built', async () => {
  expect(await navigate('/demo/admin/customers')).toMatchObject({ status: 503 })
  build(PAGE, 1_000)
  expect(await navigate('/demo/admin/customers')).toMatchObject({ status: 200 })
  build(`${PAGE}again`, 2_000)
  expect((await navigate('/')).text).toContain('again')
})

test('the page is never cached, and its policy names one fresh nonce, the same as the page, and the realtime server', async () => {
  build(PAGE, 3_000)
  const [one, two] = [await navigate('/'), await navigate('/sign-in')]
  const nonces = [one, two].map(({ text }) => /nonce="([^"]+)"/.exec(text)![1]!)
  expect(nonces[0]).not.toBe(nonces[1])
  expect(one.headers.get('cache-control')).toBe('no-store')
  const policy = one.headers.get('content-security-policy')!
  expect(policy).toContain(`script-src 'self' 'nonce-${nonces[0]}'`)
  expect(policy).toContain(`connect-src 'self' https://live.shop.example wss://live.shop.example;`)
  expect(policy).toContain(`default-src 'none'`)
  expect(policy).not.toMatch(/unsafe|\*/)
})

test.each([
  ['/cards', true],
  ['/cards?from=mail', true],
  ['/cards/sign-in', true],
  ['/cards/0199f000-0000-7000-8000-00000000ffff', true],
  ['/notifications', true],
  ['/qr/', true],
  ['/', false],
  ['/sign-in', false],
  ['/cards/admin/customers', false],
  ['/qr/admin', false],
])('%s is of the customers’ side: %s, and their page gets no camera', async (path, isCustomers) => {
  build(PAGE, 3_200)
  const { status, text, headers } = await navigate(path)
  expect([status, text.startsWith('of customers')]).toEqual([200, isCustomers])
  expect(headers.get('permissions-policy')).toContain(isCustomers ? 'camera=()' : 'camera=(self)')
})

test('the service worker is asked for again each time, at the root, with a policy that lets it fetch from here only', async () => {
  build(PAGE, 3_500)
  const { status, headers, text } = await api.call('GET', '/worker.js')
  expect([status, text]).toEqual([200, `worker of ${PAGE}`])
  expect(headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  expect(headers.get('cache-control')).toBe('no-cache')
  expect(headers.get('content-security-policy')).toBe("default-src 'none'; connect-src 'self'")
  rmSync(join(folder, 'worker.js'))
  expect(await api.call('GET', '/worker.js')).toMatchObject({ status: 404, body: { code: 'route-not-found' } })
})

test('settings cannot leave the element that holds them', async () => {
  const { text } = await navigate('/')
  expect(text.match(/<\/script>/g)).toHaveLength(2)
  expect(JSON.parse(/json">(.*?)<\/script>/.exec(text)![1]!)).toHaveProperty('realtimeUrl')
})

test('assets are for good; one that is not there is a 404, not the page', async () => {
  const found = await api.call('GET', '/assets/index-abc.js', { headers: { accept: '*/*' } })
  expect(found.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect(await api.call('GET', '/assets/gone.js')).toMatchObject({ status: 404, body: { code: 'route-not-found' } })
})

test.each([
  ['a route of the API that does not exist', 'GET', '/api/nothing', 'text/html'],
  ['a program that asks for something else', 'GET', '/demo/admin/customers', 'application/json'],
  ['a request that is no reading', 'POST', '/demo/admin/customers', 'text/html'],
])('%s gets a problem, not the page', async (_what, method, path, accept) => {
  const answer = await api.call(method, path, { headers: { accept } })
  expect(answer).toMatchObject({ status: 404, body: { code: 'route-not-found' } })
})

test('a realtime server on this machine is told to others under the name by which they came', async () => {
  const beside = await startTestApi(database.url, { CONSOLE_FOLDER: folder, WS_SERVER_URL: 'http://localhost:9011' })
  const { text } = await beside.call('GET', '/', { headers: { accept: 'text/html' } })
  expect(text).toContain('{"realtimeUrl":"http://127.0.0.1:9011/"}')
  await beside.close()
})
