import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'

const DEFAULTS = { heartbeatMs: 15_000, backlogBytes: 1_048_576 } as const satisfies EventStreamOptions

export interface EventStreamOptions {
  /** A comment goes out this often, so that proxies on the way do not take silence for the end. */
  readonly heartbeatMs?: number
  /** A reader that lets more than this pile up is cut; it may come back with its `Last-Event-ID`. */
  readonly backlogBytes?: number
}

export interface StreamEvent {
  readonly id?: string
  readonly event?: string
  readonly data: string
}

/** True for an answer that is a `text/event-stream`: it has no natural end, so a closing app ends it. */
export function isEventStream(reply: FastifyReply): boolean {
  const type = reply.raw.getHeader('content-type') ?? reply.getHeader('content-type')
  return typeof type === 'string' && type.startsWith('text/event-stream')
}

/** Server-sent events to one reader (HTML Standard, "Server-sent events"). Ends with the connection or the app. */
export class EventStream {
  /** Fires when the stream has ended, from either side. */
  readonly signal: AbortSignal
  readonly #raw: ServerResponse
  readonly #backlogBytes: number

  constructor(raw: ServerResponse, { heartbeatMs, backlogBytes }: Required<EventStreamOptions>) {
    const ended = new AbortController()
    const heartbeat = setInterval(() => raw.write(':\n\n'), heartbeatMs)
    raw.once('close', () => {
      clearInterval(heartbeat)
      ended.abort()
    })
    this.signal = ended.signal
    this.#raw = raw
    this.#backlogBytes = backlogBytes
  }

  /** Sends nothing once the stream has ended. */
  send({ id, event, data }: StreamEvent): void {
    if (this.#raw.writableEnded || this.#raw.destroyed) return
    const lines = [
      ...(id === undefined ? [] : [`id: ${withoutBreaks(id)}`]),
      ...(event === undefined ? [] : [`event: ${withoutBreaks(event)}`]),
      ...data.split(/\r\n|\r|\n/).map((line) => `data: ${line}`),
    ]
    this.#raw.write(`${lines.join('\n')}\n\n`)
    if (this.#raw.writableLength > this.#backlogBytes) this.#raw.destroy()
  }

  close(): void {
    this.#raw.end()
  }
}

/** Takes the answer over from Fastify and makes it an event stream. */
export function openEventStream(reply: FastifyReply, options: EventStreamOptions = {}): EventStream {
  reply.hijack()
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value)
  }
  reply.raw.setHeader('content-type', 'text/event-stream; charset=utf-8')
  reply.raw.setHeader('cache-control', 'no-cache, no-transform')
  reply.raw.setHeader('x-accel-buffering', 'no')
  reply.raw.writeHead(200)
  reply.raw.flushHeaders()
  return new EventStream(reply.raw, Object.freeze({ ...DEFAULTS, ...options }))
}

// A line break in an id or a name would begin a field of the sender's choosing.
function withoutBreaks(text: string): string {
  return text.replaceAll(/[\r\n\0]/g, ' ')
}
