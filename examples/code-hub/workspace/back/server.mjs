/** A small back end: JSON, an event stream and a WebSocket. It knows nothing of the gateway, of origins or of sign-ins. */
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'

const notes = ['Open this workspace’s folder, change front/page.js, and watch.']

const server = createServer((request, response) => {
  if (request.url === '/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const tick = () => response.write(`data: ${new Date().toISOString()}\n\n`)
    tick()
    const ticking = setInterval(tick, 1_000)
    response.once('close', () => clearInterval(ticking))
    return
  }
  if (request.method === 'POST' && request.url === '/notes') {
    let text = ''
    request.setEncoding('utf8').on('data', (piece) => (text += piece))
    request.once('end', () => {
      notes.push(JSON.parse(text).note)
      answer(response, notes)
    })
    return
  }
  answer(response, request.url === '/notes' ? notes : { workspace: process.env.WORKSPACE })
})

function answer(response, value) {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

new WebSocketServer({ server }).on('connection', (socket) => {
  const words = new TextDecoder()
  socket.on('message', (data) => socket.send(`${process.env.WORKSPACE} heard: ${words.decode(data)}`))
})

server.listen(8000)
