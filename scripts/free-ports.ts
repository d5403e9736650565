import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'

type Ports = { 1: [number]; 2: [number, number]; 3: [number, number, number] }

/**
 * So many ports of this machine that were free a moment ago, all different. Whoever needs several asks once: of two
 * questions the second may be answered with the same port.
 */
export async function freePorts<Count extends keyof Ports>(count: Count): Promise<Ports[Count]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports as Ports[Count]
}
