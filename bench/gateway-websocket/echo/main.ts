/** A WebSocket service that says what it hears, compressed where that is agreed on: `PORT=… node main.ts`. */
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'

const server = createServer((_, response) => response.writeHead(404).end())
const options = { server, perMessageDeflate: { threshold: 0 }, maxPayload: 64 * 1_024 * 1_024 }
new WebSocketServer(options).on('connection', (socket) => {
  socket.on('error', () => undefined) // it closes by itself
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
})
server.listen(Number(process.env.PORT), '127.0.0.1')
