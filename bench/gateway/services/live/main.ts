/**
 * The service behind all proxies for what stays open: a WebSocket echo at /live/echo, and at /live/events a stream with an
 * event every `EVENT_EVERY_MS`. Started as a program: `PORT=… node main.ts`.
 */
import { createServer, type ServerResponse } from 'node:http'
import { WebSocketServer } from 'ws'

const EVENT_EVERY_MS = 50
const listeners = new Set<ServerResponse>()
let count = 0

const server = createServer((request, response) => {
  if (request.url !== '/live/events') {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).flushHeaders()
  listeners.add(response)
  response.once('close', () => listeners.delete(response))
})
new WebSocketServer({ server, path: '/live/echo', perMessageDeflate: false }).on('connection', (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
})
setInterval(() => {
  count += 1
  const event = `id: ${count}\ndata: {"ship":"Sejong","at":${Date.now()}}\n\n`
  for (const response of listeners) response.write(event)
}, EVENT_EVERY_MS)
server.listen({ port: Number(process.env.PORT), host: '127.0.0.1', backlog: 4_096 })
