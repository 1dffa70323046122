/** A service that says its name: on `/`, as events on `/events`, and to WebSockets. */
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'

const [name = 'blue', port = '0'] = process.argv.slice(2)
const BETWEEN_EVENTS_MS = 50
const server = createServer((request, response) => {
  if (request.url === '/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const timer = setInterval(() => response.write(`data: ${name}\n\n`), BETWEEN_EVENTS_MS)
    response.once('close', () => clearInterval(timer))
    return
  }
  request.resume().once('end', () => response.end(name))
})
new WebSocketServer({ server }).on('connection', (socket) => socket.on('message', () => socket.send(name)))
server.listen(Number(port), '127.0.0.1')
