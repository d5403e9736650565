import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type Socket } from 'socket.io'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createSocket, type RealtimeSocket, type SocketEnd } from './socket.ts'

const closing: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function startServer(path = '/socket.io') {
  const http = createServer()
  const io = new Server(http, { path })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  closing.push(() => io.close())
  return { io, origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }
}

function open(url: string, auth = { token: 't1' }) {
  const messages: [string, unknown][] = []
  const ends: SocketEnd[] = []
  const socket: RealtimeSocket = createSocket(
    { url, auth, transports: ['websocket'], cursor: () => null },
    { message: (name, payload) => messages.push([name, payload]), ended: (end) => ends.push(end) },
  )
  closing.push(() => socket.close())
  return { socket, messages, ends }
}

describe('socket, with a real Socket.IO server', () => {
  test('brings the handshake over a websocket, and gives each message by its name', async () => {
    const { io, origin } = await startServer()
    const handshakes: unknown[] = []
    io.on('connection', (socket) => {
      handshakes.push(socket.handshake.auth, socket.conn.transport.name)
      socket.emit('ready', { head: null })
      socket.emit('loyalty_updated', { seq: 1 })
    })
    const { messages } = open(origin)
    await vi.waitFor(() => expect(messages).toHaveLength(2))
    expect(messages).toEqual([
      ['ready', { head: null }],
      ['loyalty_updated', { seq: 1 }],
    ])
    expect(handshakes).toEqual([{ token: 't1' }, 'websocket'])
  })

  test('a path in the URL is where Socket.IO lives, not a namespace', async () => {
    const { io, origin } = await startServer('/rt/socket.io')
    io.on('connection', (socket) => socket.emit('ready', {}))
    const { messages } = open(`${origin}/rt/`)
    await vi.waitFor(() => expect(messages).toHaveLength(1))
  })

  test('a refusal in the handshake says why', async () => {
    const { io, origin } = await startServer()
    const data = { code: 'token-expired', detail: 'it has', retry: false }
    io.use((_, next) => next(Object.assign(new Error('token-expired'), { data })))
    const { ends } = open(origin)
    await vi.waitFor(() => expect(ends).toEqual([{ kind: 'refused', error: data }]))
    await vi.waitFor(() => expect(io.engine.clientsCount).toBe(0))
  })

  test('a refusal in words that nobody here knows is a loss', async () => {
    const { io, origin } = await startServer()
    io.use((_, next) => next(Object.assign(new Error('tired'), { data: { code: 'tired', retry: false } })))
    const { ends } = open(origin)
    await vi.waitFor(() => expect(ends).toEqual([{ kind: 'lost', detail: 'tired' }]))
  })

  test('nobody there is a loss', async () => {
    const { io, origin } = await startServer()
    await io.close()
    const { ends } = open(origin)
    await vi.waitFor(() => expect(ends).toMatchObject([{ kind: 'lost' }]))
  })

  test.each([
    ['io server disconnect', (socket: Socket) => void socket.disconnect(true)],
    ['transport close', (socket: Socket) => socket.conn.close()],
  ])('%s ends it once, and it does not come back by itself', async (detail, close) => {
    const { io, origin } = await startServer()
    let connections = 0
    io.on('connection', (socket) => {
      connections++
      close(socket)
    })
    const { ends } = open(origin)
    await vi.waitFor(() => expect(ends).toEqual([{ kind: 'lost', detail }]))
    const second = open(origin)
    await vi.waitFor(() => expect(second.ends).toHaveLength(1))
    expect(connections).toBe(2)
    expect(ends).toHaveLength(1)
  })

  test('close() ends it for both sides, and its handlers hear nothing more', async () => {
    const { io, origin } = await startServer()
    const { socket, messages, ends } = open(origin)
    await vi.waitFor(() => expect(io.engine.clientsCount).toBe(1))
    socket.close()
    io.emit('head', { head: null })
    await vi.waitFor(() => expect(io.engine.clientsCount).toBe(0))
    expect(messages).toEqual([])
    expect(ends).toEqual([])
  })

  test('sends a fresh token and gives the acknowledgement; rejects when the socket ends before it', async () => {
    const { io, origin } = await startServer()
    io.on('connection', (socket) => {
      socket.on('refresh_token', ({ token }: { token: string }, acknowledge: (answer: unknown) => void) => {
        if (token === 't2') acknowledge({ ok: true })
        else socket.conn.close()
      })
      socket.emit('ready', {})
    })
    const { socket, messages } = open(origin)
    await vi.waitFor(() => expect(messages).toHaveLength(1))
    expect(await socket.refreshToken('t2')).toEqual({ ok: true })
    await expect(socket.refreshToken('t3')).rejects.toThrow('socket has been disconnected')
  })
})
