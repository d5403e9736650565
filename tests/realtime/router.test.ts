import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { createRouter, type Routes } from '../../services/realtime/src/http/router.ts'
import { until } from '../harness/until.ts'
import { startRealtime } from './harness.ts'

async function serve(routes: Routes) {
  const logged: string[] = []
  const log = pino({}, { write: (line: string) => void logged.push(line) })
  const server = createServer(createRouter(routes, log))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, logged }
}

test('a fault of ours is logged with the request’s id and answered without its detail', async () => {
  const { url, logged } = await serve({
    '/x': {
      GET: () => {
        throw new Error('secret detail')
      },
    },
  })
  const response = await fetch(`${url}/x`, { headers: { 'webhook-id': 'msg_7' } })
  expect(response.status).toBe(500)
  const body = await response.text()
  expect(body).toContain('internal-error')
  expect(body).not.toContain('secret detail')
  expect(logged.join('')).toContain('secret detail')
  expect(logged.join('')).toContain('"reqId":"msg_7"')
})

test('a fault after the answer has begun ends the connection: half an answer must not look whole', async () => {
  const { url } = await serve({
    '/x': {
      GET: async (_request, response) => {
        response.writeHead(200, { 'content-length': 10 }).write('half')
        throw new Error('then it broke')
      },
    },
  })
  await expect(fetch(`${url}/x`).then((response) => response.text())).rejects.toThrow()
})

test('a sender that goes away in the middle of its body is no fault', async () => {
  const rt = await startRealtime()
  await rt.realtime.ready()
  const before = await connections(rt.realtime.server)
  const tcp = connect(rt.port, '127.0.0.1')
  tcp.on('error', () => {})
  tcp.write(
    'POST /broadcast HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"half":',
  )
  await until(async () => (await connections(rt.realtime.server)) > before, 'the request to arrive')
  tcp.resetAndDestroy()
  expect((await fetch(`${rt.url}/healthz`)).status).toBe(200)
  expect(rt.logged.join('')).not.toContain('"level":50')
})

const connections = (server: { getConnections: (done: (error: Error | null, count: number) => void) => unknown }) =>
  new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)))
