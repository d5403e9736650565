import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { WebSocketServer, type WebSocket } from 'ws'

/** A hub on `ws` with no protocol on top: a socket joins the room in its path, POST to that path sends the body as it is. */
const rooms = new Map<string, Set<WebSocket>>()
const sockets = new WebSocketServer({ noServer: true, clientTracking: false })
const server = createServer()

server.on('upgrade', (request, connection, head) => {
  sockets.handleUpgrade(request, connection, head, (socket) => {
    const members = roomOf(request.url!)
    members.add(socket)
    socket.on('error', () => undefined).on('close', () => members.delete(socket))
  })
})

server.on('request', (request, response) => void publish(request, response))

async function publish(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(request)
  for (const socket of roomOf(request.url!)) socket.send(body, { binary: false })
  response.writeHead(202, { 'content-length': 0 }).end()
}

server.listen(Number(process.env['PORT']), '127.0.0.1', 4096, () => process.send!('ready'))
process.on('disconnect', () => process.exit(0)).on('SIGTERM', () => process.exit(0))

function roomOf(path: string): Set<WebSocket> {
  let room = rooms.get(path)
  if (!room) rooms.set(path, (room = new Set()))
  return room
}
