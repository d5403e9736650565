import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freePorts } from '../../scripts/free-ports.ts'
import { startScriptedServer, type ScriptedServer } from '../harness/scripted-server.ts'
import { until } from '../harness/until.ts'
import { openPostProxy, type PostProxy } from './post-proxy.ts'
import { openTcpProxy, type TcpProxy } from './tcp-proxy.ts'

describe('a wire', () => {
  /** The ends of the connections on the far side; each says back what it hears. */
  let far: Socket[]
  let echo: ReturnType<typeof createServer>
  let proxy: TcpProxy

  beforeEach(async () => {
    far = []
    echo = createServer((socket) => {
      far.push(socket)
      socket.on('error', () => undefined) // cut
      socket.pipe(socket)
    })
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
    const [unused] = await freePorts(1)
    // Nobody listens on the first port: the next one is tried.
    proxy = await openTcpProxy([unused, (echo.address() as AddressInfo).port])
  })
  afterEach(async () => {
    await proxy.close()
    for (const socket of far) socket.destroy()
    echo.close()
  })

  function call() {
    const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1')
    const near = { socket, heard: '', closed: false }
    socket.on('error', () => undefined) // cut
    socket.on('data', (chunk) => (near.heard += chunk.toString()))
    socket.on('close', () => (near.closed = true))
    return near
  }
  async function talk() {
    const near = call()
    near.socket.write('a')
    await until(() => near.heard === 'a')
    return near
  }
  const all = () => true

  test('carries both ways, and tells each end when the other closes', async () => {
    const [first, second] = [await talk(), await talk()]
    far[0]!.end()
    await until(() => first.closed)
    second.socket.end()
    await until(() => far[1]!.destroyed)
    expect(proxy.connections).toBe(0)
  })

  test('frozen carries nothing and loses nothing', async () => {
    const near = await talk()
    proxy.freeze(all)
    near.socket.write('b')
    const other = await talk() // a later connection is not frozen, and shows that time has passed
    expect([near.heard, other.heard]).toEqual(['a', 'a'])
    proxy.heal()
    await until(() => near.heard === 'ab')
  })

  test('dead does not tell one end that the other has closed, until it is healed', async () => {
    const near = await talk()
    proxy.kill(all)
    near.socket.write('b')
    far[0]!.end()
    await talk()
    expect([near.heard, near.closed]).toEqual(['a', false])
    proxy.heal()
    await until(() => near.closed && far[0]!.destroyed)
    expect(near.heard).toBe('a')
  })

  test('cut closes both ends of those that are chosen', async () => {
    const [first, second] = [await talk(), await talk()]
    let asked = 0
    proxy.cut(() => asked++ === 0)
    await until(() => first.closed && far[0]!.destroyed)
    expect([second.closed, far[1]!.destroyed]).toEqual([false, false])
  })

  test('takes no new connection while it refuses, and freezes each while it is told to', async () => {
    proxy.refusing = true
    const refused = call()
    await until(() => refused.closed)
    proxy.heal()
    proxy.freezing = true
    const frozen = call()
    frozen.socket.write('a')
    await until(() => far.length === 1)
    expect(frozen.heard).toBe('')
    proxy.heal()
    await until(() => frozen.heard === 'a')
  })
})

describe('a POST', () => {
  let server: ScriptedServer
  let proxy: PostProxy

  beforeEach(async () => {
    server = await startScriptedServer()
    proxy = await openPostProxy(Number(new URL(server.url).port))
  })
  afterEach(async () => {
    await proxy.close()
    await server.close()
  })

  const post = () =>
    fetch(`${proxy.url}/broadcast`, { method: 'POST', body: 'events', headers: { 'webhook-id': 'one' } }).then(
      ({ status }) => status,
      () => 'broken',
    )

  test.each([
    { fate: 'pass', answer: 202, arrived: 1 },
    { fate: 'drop', answer: 'broken', arrived: 0 },
    { fate: 'drop-answer', answer: 'broken', arrived: 1 },
    { fate: 'twice', answer: 202, arrived: 2 },
    { fate: 'late', answer: 202, arrived: 1 },
    { fate: 'refuse', answer: 503, arrived: 0 },
  ] as const)('that meets the fate "$fate" arrives $arrived times and is answered $answer', async (expected) => {
    proxy.fate = () => expected.fate
    expect(await post()).toBe(expected.answer)
    expect(server.posts.map(({ path, body, headers }) => [path, body, headers['webhook-id']])).toEqual(
      Array.from({ length: expected.arrived }, () => ['/broadcast', 'events', 'one']),
    )
  })

  test('breaks when nobody is there to take it', async () => {
    await server.close()
    expect(await post()).toBe('broken')
  })
})
