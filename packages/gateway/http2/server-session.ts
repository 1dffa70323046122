import { constants, performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { ClientExchange } from '../http1/client-exchange.ts'
import type { Clock } from '../http1/clock.ts'
import { MalformedMessage } from '../http1/malformed-message.ts'
import type { HeadLimits, SlowLimits } from '../limits/limits-configuration.ts'
import { Allowance } from './allowance.ts'
import { translateRequest } from './request-lines.ts'
import { ServerStream } from './server-stream.ts'
import { HTTP2_LIMITS, type Http2Limits } from './session-limits.ts'

export interface ServerSessionOptions {
  readonly clock: Clock
  readonly protocol: 'http' | 'https'
  readonly head: HeadLimits
  readonly headersMs: number
  readonly keepAliveMs: number
  readonly idleMs: number
  readonly limits?: Http2Limits
  /** When a client is too slow to be waited for. */
  readonly slow: () => SlowLimits
  readonly onExchange: (exchange: ClientExchange) => void
  /** The head of a stream was refused. */
  readonly onRefused: (fault: MalformedMessage) => void
  /** The whole session has ended, for a reason that a person may want to read. */
  readonly onSessionError: (error: Error) => void
  /** A fault of this program, by which one stream has ended. */
  readonly onFault: (error: unknown) => void
}

// A peer that is gone without a word would keep its streams for hours; only the kernel can ask it.
const TCP_PROBE_MS = 30_000

/** One client's HTTP/2 connection, with all its streams. */
export class ServerSession {
  readonly socket: Socket
  readonly #options: ServerSessionOptions
  readonly #session: ServerHttp2Session
  readonly #open = new Set<ServerStream>()
  readonly #resets: Allowance
  readonly #pings: Allowance
  readonly #settings: Allowance
  readonly #stalls: Allowance
  /** Streams that are open, those that have become WebSockets included. */
  #streamCount = 0
  #hasServed = false
  #movedAtMs: number
  #sweptAtMs: number

  /** @param early what of the connection was read already, the preface included */
  constructor(socket: Socket, early: Buffer, options: ServerSessionOptions) {
    const limits = options.limits ?? HTTP2_LIMITS
    const { nowMs } = options.clock
    this.socket = socket
    this.#options = options
    this.#movedAtMs = nowMs
    this.#sweptAtMs = nowMs
    this.#resets = new Allowance(limits.resets, nowMs)
    this.#pings = new Allowance(limits.pings, nowMs)
    this.#settings = new Allowance(limits.settings, nowMs)
    this.#stalls = new Allowance(limits.stalls, nowMs)
    socket.setKeepAlive(true, TCP_PROBE_MS)
    if (early.length > 0) socket.unshift(early)
    this.#session = performServerHandshake(socket, sessionOptions(limits, options.head))
    this.#listen()
  }

  /** Ends what has stood still for too long. Called every now and then. */
  sweep(): void {
    const { clock, headersMs, keepAliveMs, idleMs, slow } = this.#options
    const stillMs = clock.nowMs - this.#movedAtMs
    const forMs = clock.nowMs - this.#sweptAtMs
    this.#sweptAtMs = clock.nowMs
    if (this.#streamCount === 0) {
      if (stillMs > (this.#hasServed ? keepAliveMs : headersMs)) this.#close()
      return
    }
    for (const exchange of this.#open) {
      if (exchange.isOver) continue
      exchange.watchRates(forMs, slow())
      if (exchange.isOver || clock.nowMs - exchange.movedAtMs <= idleMs) continue
      if (exchange.isUnread && !this.#spend(this.#stalls, 'it read nothing of too many answers')) return
      exchange.tellStill()
    }
  }

  /** Says that no other request is taken (GOAWAY, RFC 9113 §6.8), and closes when the last answer has ended. */
  closeWhenIdle(): void {
    this.#close()
  }

  /**
   * The same: what is on its way is named as unanswered by the GOAWAY, so that its client asks again elsewhere. The
   * notice that RFC 9113 §6.8 recommends before it cannot be given: Node's session takes no request behind any GOAWAY.
   */
  closeAfterNext(): void {
    this.#close()
  }

  destroy(): void {
    this.#session.destroy()
    this.socket.destroy()
  }

  #listen(): void {
    const session = this.#session
    session.on('stream', (stream, ...[, flags, block]) => this.#serve(stream, flags, block))
    session.on('ping', () => this.#spend(this.#pings, 'it sent too many pings'))
    session.on('remoteSettings', () => this.#spend(this.#settings, 'it sent too many settings'))
    session.on('error', (error) => this.#options.onSessionError(error))
    // Half-closed, as no client is: nothing can be said to it any more that it would wait for.
    this.socket.once('end', () => session.destroy())
  }

  #serve(stream: ServerHttp2Stream, flags: number, block: readonly string[]): void {
    this.#hasServed = true
    this.#streamCount += 1
    this.#move()
    stream.on('error', ignore) // what follows of it is told by 'close'
    if (stream.destroyed || stream.closed) {
      this.#forget(stream, undefined) // it was taken back in the same breath
      return
    }
    const hasContent = (flags & constants.NGHTTP2_FLAG_END_STREAM) === 0
    let exchange: ServerStream | undefined
    stream.once('close', () => this.#forget(stream, exchange))
    try {
      const translated = translateRequest(block, { hasContent, limitBytes: this.#options.head.bytes })
      exchange = new ServerStream(stream, { translated, hasContent }, this.#place())
      this.#open.add(exchange)
      this.#options.onExchange(exchange)
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error
      this.#options.onRefused(error)
      refuse(stream, error)
    }
  }

  #place() {
    const { clock, protocol, onFault } = this.#options
    return { clock, protocol, onFault, remoteAddress: this.socket.remoteAddress ?? 'unknown' }
  }

  #forget(stream: ServerHttp2Stream, exchange: ServerStream | undefined): void {
    this.#streamCount -= 1
    this.#move()
    if (exchange !== undefined) this.#open.delete(exchange)
    if (stream.rstCode === constants.NGHTTP2_NO_ERROR || exchange?.wasAborted === true) return
    // Requests that are made to be taken back cost their sender nothing (rapid reset, CVE-2023-44487).
    this.#spend(this.#resets, 'it reset too many streams')
  }

  #spend(allowance: Allowance, reason: string): boolean {
    const isAllowed = allowance.spend(this.#options.clock.nowMs)
    if (!isAllowed) this.#calm(reason)
    return isAllowed
  }

  /** The error says why, by the session's own event. */
  #calm(reason: string): void {
    if (!this.#session.destroyed) this.#session.destroy(new Error(reason), constants.NGHTTP2_ENHANCE_YOUR_CALM)
  }

  #close(): void {
    if (!this.#session.destroyed && !this.#session.closed) this.#session.close()
  }

  #move(): void {
    this.#movedAtMs = this.#options.clock.nowMs
  }
}

/** Ours count first, and say why. Node's see a whole read at once, before ours see the first of it. */
const NODES_OWN = 20

function sessionOptions(limits: Http2Limits, head: HeadLimits) {
  const { concurrentStreams, windowBytes, resets } = limits
  return {
    settings: {
      enablePush: false,
      enableConnectProtocol: true,
      maxConcurrentStreams: concurrentStreams,
      maxHeaderListSize: head.bytes,
      initialWindowSize: windowBytes,
    },
    maxHeaderListPairs: head.count,
    maxSessionInvalidFrames: limits.invalidFrames,
    maxSessionRejectedStreams: limits.rejectedStreams,
    streamResetBurst: resets.burst * NODES_OWN,
    streamResetRate: resets.perSecond * NODES_OWN,
    strictSingleValueFields: false,
  }
}

function refuse(stream: ServerHttp2Stream, { kind }: MalformedMessage): void {
  if (kind === 'too-large') stream.respond({ ':status': 431 }, { endStream: true })
  stream.close(kind === 'too-large' ? constants.NGHTTP2_NO_ERROR : constants.NGHTTP2_PROTOCOL_ERROR)
}

function ignore(): void {
  // It is told elsewhere.
}
