// A clock that tells the time of its machine: Node's own http, and nothing of Portolan.
import { createServer } from 'node:http'

const TICK_MS = 1_000
const startedAt = Date.now()
const readers = new Set()

function reading() {
  const now = new Date()
  return {
    now: now.toISOString(),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    offsetMinutes: -now.getTimezoneOffset(),
    upSeconds: Math.floor((now.getTime() - startedAt) / 1_000),
    readerCount: readers.size,
  }
}

function sendJson(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
  response.end(JSON.stringify(value))
}

// The id is the second itself: whoever comes back with a Last-Event-ID has missed only seconds that are over.
function sendTick(response) {
  const value = reading()
  response.write(`id: ${Math.floor(Date.parse(value.now) / 1_000)}\nevent: tick\ndata: ${JSON.stringify(value)}\n\n`)
}

function openStream(response) {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  })
  response.write('retry: 1000\n\n')
  readers.add(response)
  response.on('close', () => readers.delete(response))
  sendTick(response)
}

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://clock')
  if (request.method !== 'GET' && request.method !== 'HEAD') return sendJson(response, 405, { error: 'Only GET here.' })
  if (pathname === '/health') return sendJson(response, 200, { status: 'alive' })
  if (pathname === '/api/clock') return sendJson(response, 200, reading())
  if (pathname === '/api/clock/events') return openStream(response)
  return sendJson(response, 404, { error: 'A clock has /api/clock and /api/clock/events.' })
})

let nextTick

/** Each tick is set anew for the coming full second, so that the clock never drifts from the one on the wall. */
function tick() {
  for (const response of readers) sendTick(response)
  // A timer may fire a moment early; a few milliseconds on, it is surely in the next second.
  nextTick = setTimeout(tick, TICK_MS - (Date.now() % TICK_MS) + 5)
}

function stop() {
  clearTimeout(nextTick)
  server.close()
  for (const response of readers) response.end()
  server.closeIdleConnections()
}

process.on('SIGTERM', stop)
process.on('SIGINT', stop)
server.listen(Number(process.env.PORT ?? 7101), process.env.HOST ?? '127.0.0.1', () => {
  console.log(`clock listens on port ${server.address().port}`)
  tick()
})
