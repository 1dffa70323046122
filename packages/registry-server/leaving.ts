import type { FastifyReply } from 'fastify'

/** Fires when whoever asked has gone before he was answered. (The request's own `close` comes when its body is read.) */
export function signalOf({ raw }: FastifyReply): AbortSignal {
  const leaving = new AbortController()
  const leave = (): void => {
    if (!raw.writableFinished) leaving.abort(new DOMException('Whoever asked has gone.', 'AbortError'))
  }
  if (raw.destroyed) leave()
  else raw.once('close', leave)
  return leaving.signal
}
