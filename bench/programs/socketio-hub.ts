import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { Server } from 'socket.io'

/**
 * Bare Socket.IO: what a team writes in an afternoon. A socket joins the room that it names, POST /publish emits one or more to a room.
 * No signature, no tokens, no order, no replay. Websocket only, as our own server prefers.
 */
const server = createServer()
const io = new Server(server, { transports: ['websocket'], serveClient: false })

io.on('connection', (socket) => {
  void socket.join((socket.handshake.auth as { room: string }).room)
})

server.on('request', (request, response) => void publish(request, response))

async function publish(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST' || request.url !== '/publish') return
  const { room, event, data } = JSON.parse(await text(request)) as { room: string; event: string; data: unknown[] }
  for (const each of data) io.to(room).emit(event, each)
  response.writeHead(202, { 'content-length': 0 }).end()
}

server.listen(Number(process.env['PORT']), '127.0.0.1', 4096, () => process.send!('ready'))
process.on('disconnect', () => process.exit(0)).on('SIGTERM', () => process.exit(0))
