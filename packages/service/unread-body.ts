import type { IncomingMessage } from 'node:http'
import type { App } from './app.ts'

/** As much as a client may still have on the way when it is refused, and as long as it may take for it. */
const DRAIN = { limitBytes: 16_777_216, timeoutMs: 5_000 } as const

/**
 * Reads what is left of a body before the answer goes out: who is refused early, such as for a body that is too large,
 * is still sending. A connection that is closed over unread bytes is reset (RFC 9112 §9.6, "lingering close"), and the
 * answer is lost on its way: the gateway would say 502 instead of what is wrong.
 */
export function addBodyDrain(app: App): void {
  app.addHook('onSend', async ({ raw }) => {
    const hasBody = raw.headers['content-length'] !== undefined || raw.headers['transfer-encoding'] !== undefined
    if (hasBody && !raw.readableEnded && !raw.destroyed) await drain(raw)
  })
}

async function drain(request: IncomingMessage): Promise<void> {
  const done = Promise.withResolvers<void>()
  let leftBytes: number = DRAIN.limitBytes
  const count = ({ length }: Buffer): void => {
    leftBytes -= length
    if (leftBytes < 0) done.resolve()
  }
  const limit = setTimeout(done.resolve, DRAIN.timeoutMs)
  request.on('data', count).once('end', done.resolve).once('close', done.resolve)
  await done.promise
  clearTimeout(limit)
  request.off('data', count).off('end', done.resolve).off('close', done.resolve)
}
