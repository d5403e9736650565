import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/**
 * A wire that can be cut, frozen and left hanging.
 *
 * | a connection is | means                                                                          | becomes                    |
 * |-----------------|--------------------------------------------------------------------------------|----------------------------|
 * | open            | bytes go both ways; when one end closes, so does the other                      | frozen, dead, gone         |
 * | frozen          | nothing goes through, nothing is lost: a reader that does not read              | open (thaw), gone          |
 * | dead            | nothing goes through and neither end is told: half-open, as after a lost network | gone                       |
 * | gone            | both ends are closed                                                           |                            |
 */
export type TcpProxy = {
  readonly url: string
  readonly connections: number
  /** Takes no new connections while true: they are closed at once. */
  refusing: boolean
  /** Freezes each new connection while true. */
  freezing: boolean
  /** Closes those that `chosen` picks, both ends, at once. */
  cut(chosen: () => boolean): void
  freeze(chosen: () => boolean): void
  kill(chosen: () => boolean): void
  /** Opens what is frozen, and closes what is dead: its ends have long given up. */
  heal(): void
  close(): Promise<void>
}

type Wire = { readonly ends: readonly [Socket, Socket]; state: 'open' | 'frozen' | 'dead' | 'gone' }

/** A proxy on a free port of the loop-back, to the next of `ports` that takes the connection. */
export async function openTcpProxy(ports: readonly number[]): Promise<TcpProxy> {
  const wires = new Set<Wire>()
  const sockets = new Set<Socket>()
  let turn = 0

  const server = createServer({ pauseOnConnect: true }, (near) => {
    track(near)
    if (proxy.refusing) near.destroy()
    else reach(near, ports.length)
  })

  function track(socket: Socket): void {
    sockets.add(socket)
    socket.on('error', () => socket.destroy()) // a reset is how a killed process says goodbye
    socket.on('close', () => sockets.delete(socket))
  }

  /** Connects to one server after the other, each connection beginning with another one. */
  function reach(near: Socket, left: number): void {
    if (left === 0 || near.destroyed) return void near.destroy()
    const far = connect(ports[turn++ % ports.length]!, '127.0.0.1')
    track(far)
    const next = () => reach(near, left - 1)
    far.once('error', next)
    far.once('connect', () => {
      far.off('error', next)
      far.pause()
      join(near, far)
    })
  }

  function join(near: Socket, far: Socket): void {
    const wire: Wire = { ends: [near, far], state: proxy.freezing ? 'frozen' : 'open' }
    wires.add(wire)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.setNoDelay(true)
      one.on('close', () => {
        // A dead wire tells nobody. Neither does a frozen one: what is under way still arrives when it is thawed.
        if (wire.state === 'open' || other.destroyed) end(wire)
      })
      one.on('data', (chunk: Buffer) => {
        if (!other.write(chunk)) one.pause()
      })
      one.on('drain', () => {
        if (wire.state === 'open') other.resume()
      })
      one.on('end', () => {
        if (wire.state === 'open') end(wire)
      })
    }
    if (wire.state === 'open') open(wire)
  }

  function open(wire: Wire): void {
    wire.state = 'open'
    if (wire.ends.some(({ destroyed }) => destroyed)) end(wire)
    else for (const one of wire.ends) one.resume()
  }

  function end(wire: Wire): void {
    wire.state = 'gone'
    wires.delete(wire)
    // What one end had said before it closed still reaches the other.
    for (const one of wire.ends) one.destroySoon()
  }

  function pick(chosen: () => boolean, work: (wire: Wire) => void): void {
    for (const wire of wires) if (wire.state === 'open' && chosen()) work(wire)
  }

  const hold = (state: 'frozen' | 'dead') => (wire: Wire) => {
    wire.state = state
    for (const one of wire.ends) one.pause()
  }

  const proxy: TcpProxy = {
    url: '',
    get connections() {
      return wires.size
    },
    refusing: false,
    freezing: false,
    cut: (chosen) =>
      pick(chosen, (wire) => {
        end(wire)
        for (const one of wire.ends) one.resetAndDestroy()
      }),
    freeze: (chosen) => pick(chosen, hold('frozen')),
    kill: (chosen) => pick(chosen, hold('dead')),
    heal() {
      proxy.refusing = false
      proxy.freezing = false
      for (const wire of wires) {
        if (wire.state === 'frozen') open(wire)
        else if (wire.state === 'dead') end(wire)
      }
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(proxy, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}
