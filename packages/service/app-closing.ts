import type { FastifyReply } from 'fastify'
import type { App } from './app.ts'
import { closing } from './errors.ts'
import { isEventStream } from './event-stream.ts'

/**
 * Makes `app.close()` end by itself: new requests are refused with SERVICE_CLOSING, event streams are ended, answers
 * under way are finished with `connection: close`, and connections go as soon as they are idle. Without this a reader
 * of an event stream, or a keep-alive client in the middle of an answer, holds the app for minutes.
 */
export function addClosing(app: App): void {
  const open = new Set<FastifyReply>()
  let isClosing = false
  app.addHook('onRequest', (_request, reply, done) => {
    open.add(reply)
    done(isClosing ? closing() : undefined)
  })
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) void reply.header('connection', 'close')
  })
  app.addHook('onResponse', (_request, reply, done) => {
    open.delete(reply)
    // Only after the server has seen the end of the answer does it count the connection as idle.
    if (isClosing) setImmediate(() => app.server.closeIdleConnections())
    done()
  })
  app.addHook('preClose', (done) => {
    isClosing = true
    for (const reply of open) if (isEventStream(reply)) reply.raw.end()
    done()
  })
}
