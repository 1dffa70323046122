import { connect, type Socket } from 'node:net'
import type { TakenSocket } from './client-exchange.ts'
import type { Clock } from './clock.ts'
import { type ContentReader, openContentReader } from './content-reader.ts'
import { type Fields, NO_FIELDS } from './fields.ts'
import { type Framing, hasContent } from './framing.ts'
import { HeadBuffer } from './head-buffer.ts'
import { MalformedMessage } from './malformed-message.ts'
import { MessageWriter } from './message-writer.ts'
import { pinnedLookup } from './pinned-lookup.ts'
import { mayBeginResponse, parseResponseLines, type ResponseLines } from './response-lines.ts'
import { keepTunnelOpen } from './tunnel-socket.ts'

const NOTHING = Buffer.alloc(0)

export interface UpstreamTarget {
  readonly host: string
  readonly port: number
  /** Where the host is, when that is known already: it is not looked up again. Each is tried, in this order. */
  readonly addresses?: readonly string[]
}

/** What comes back for one request. After `onFailure` nothing else comes. */
export interface UpstreamEvents {
  /** 100–199; the answer itself follows. */
  onInterim(head: ResponseLines): void
  onHead(head: ResponseLines): void
  onData(piece: Buffer): void
  onEnd(trailers: Fields): void
  /** What came in this turn of the event loop has been told. */
  onPause(): void
  /** The service reads again. */
  onServiceDrain(): void
  /** A new connection is open; what was sent before is on its way. */
  onConnect?(): void
  onFailure(cause: Error): void
  /** Its time on this target is over, whatever is missing. Its connection is still open. */
  onExpelled(): void
  /** 101: it switches to another protocol, asked for or not; the socket is the caller's. */
  onUpgrade(head: ResponseLines, taken: TakenSocket): void
}

/** Ended before it has answered, without an error of the system's. */
export class UpstreamEnded extends Error {
  constructor() {
    super('the connection ended')
    this.name = 'UpstreamEnded'
  }
}

/** A wait that ended without an answer. */
export class Silence extends Error {
  readonly forMs: number

  constructor(forMs: number) {
    super(`silent for ${forMs} ms`)
    this.name = 'Silence'
    this.forMs = forMs
  }
}

/** A fault of this program, met while an answer was handled: that exchange fails, and no other. */
export class UnexpectedFault extends Error {
  constructor(cause: unknown) {
    super('an answer could not be handled', { cause })
    this.name = 'UnexpectedFault'
  }
}

export interface UpstreamConnectionOptions {
  readonly clock: Clock
  readonly headLimitBytes: number
  readonly connectMs: number
  readonly responseMs: number
  readonly keptMs: number
  readonly onClosed: (connection: UpstreamConnection) => void
  /** It may carry another request. */
  readonly onFree: (connection: UpstreamConnection) => void
}

/**
 * What connections that never become anything else read into, one after the other: nothing of it outlives the moment. A
 * buffer of its own for each read costs more than to copy what has to be kept.
 */
const SHARED = Buffer.allocUnsafeSlow(65_536)

interface Sending {
  readonly method: string
  readonly framing: Framing
  readonly events: UpstreamEvents
}

/** One connection to a service, for one request at a time. */
export class UpstreamConnection {
  readonly target: UpstreamTarget
  readonly #options: UpstreamConnectionOptions
  readonly #socket: Socket
  readonly #head: HeadBuffer
  readonly #writer: MessageWriter
  readonly #isShared: boolean
  #sending: Sending | undefined
  #answer: ResponseLines | undefined
  #reader: ContentReader | undefined
  #isSent = false
  #isReusable = true
  #answerCount = 0
  #hasConnected = false
  #hasHeard = false
  #movedAtMs: number

  /** @param mayUpgrade whether its socket may be handed over: then it reads as any stream does */
  constructor(target: UpstreamTarget, options: UpstreamConnectionOptions, mayUpgrade: boolean) {
    this.target = target
    this.#options = options
    this.#isShared = !mayUpgrade
    this.#movedAtMs = options.clock.nowMs
    this.#head = new HeadBuffer(options.headLimitBytes, mayBeginResponse)
    const { host, port, addresses } = target
    // Half-open, so that the end of one direction of a WebSocket does not end the other.
    const onread = { buffer: SHARED, callback: (length: number) => this.#onShared(length) }
    const place = { host, port, noDelay: true, allowHalfOpen: true, ...(mayUpgrade ? {} : { onread }) }
    this.#socket = connect(addresses === undefined ? place : { ...place, lookup: pinnedLookup(addresses) })
    this.#writer = new MessageWriter(this.#socket)
    this.#socket.on('connect', this.#onConnect)
    this.#socket.on('data', this.#onData)
    this.#socket.on('drain', this.#onDrain)
    this.#socket.on('error', this.#onError)
    this.#socket.on('end', this.#onEnd)
    this.#socket.on('close', this.#onClose)
  }

  get hasConnected(): boolean {
    return this.#hasConnected
  }

  /** Whether a byte has come back for this request. */
  get hasHeard(): boolean {
    return this.#hasHeard
  }

  /** Whether it carried a request before, and nothing has come back for this one: it may have been dead already. */
  get isStale(): boolean {
    return this.#answerCount > 0 && !this.#hasHeard
  }

  get isUsable(): boolean {
    return this.#socket.writable && !this.#socket.readableEnded
  }

  /** @param text the head with its empty line */
  send(text: string, sending: Sending): void {
    this.#sending = sending
    this.#answer = undefined
    this.#hasHeard = false
    this.#isSent = sending.framing.kind === 'none'
    // A service that ignores the content of a request takes it for the next one: then it must be nobody else's (CL.0).
    this.#isReusable = !hasContent(sending.framing)
    this.#move()
    this.#writer.begin(text, sending.framing)
    if (this.#isSent) this.#writer.flush()
  }

  write(piece: Buffer): boolean {
    const isRead = this.#writer.write(piece)
    if (isRead) this.#move()
    return isRead
  }

  end(trailers?: string): void {
    if (this.#isSent) return
    this.#isSent = true
    this.#move()
    this.#writer.end(trailers)
    this.#settleIfOver()
  }

  flush(): void {
    this.#writer.flush()
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Nothing is told of it any more. */
  destroy(): void {
    this.#sending = undefined
    this.#socket.destroy()
  }

  /** Tells the request that is under way that its time on this target is over. */
  expel(): void {
    this.#sending?.events.onExpelled()
  }

  /** Ends what has been waited for too long. Called every now and then. @param waitsForClient content is still to come */
  sweep(): void {
    const { clock, connectMs, responseMs, keptMs } = this.#options
    const stillMs = clock.nowMs - this.#movedAtMs
    if (this.#sending === undefined) {
      if (stillMs > keptMs) this.#socket.destroy()
    } else if (!this.#hasConnected) {
      if (stillMs > connectMs) this.#fail(new Silence(connectMs))
    } else if (this.#answer === undefined && stillMs > responseMs) {
      // While the client is the one who stands still, its own limit counts.
      if (this.#isSent || this.#socket.writableNeedDrain) this.#fail(new Silence(responseMs))
    }
  }

  readonly #onConnect = (): void => {
    this.#hasConnected = true
    this.#move()
    this.#sending?.events.onConnect?.()
  }

  #onShared(length: number): boolean {
    this.#onData(SHARED.subarray(0, length))
    return true
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#move()
    this.#hasHeard = true
    const sending = this.#sending
    try {
      this.#read(chunk)
    } catch (error) {
      if (error instanceof MalformedMessage) this.#fail(error)
      else this.#break(sending, error)
    }
  }

  readonly #onDrain = (): void => {
    this.#move()
    this.#sending?.events.onServiceDrain()
  }

  readonly #onError = (error: Error): void => this.#fail(error)

  readonly #onEnd = (): void => {
    const sending = this.#sending
    try {
      if (sending !== undefined && this.#answer?.framing.kind === 'until-close') {
        this.#finish(sending.events)
        sending.events.onPause()
      }
    } catch (error) {
      this.#break(sending, error)
    }
    this.#socket.destroy()
  }

  readonly #onClose = (): void => {
    this.#fail(new UpstreamEnded())
    this.#options.onClosed(this)
  }

  #move(): void {
    this.#movedAtMs = this.#options.clock.nowMs
  }

  #fail(cause: Error): void {
    const sending = this.#sending
    this.#sending = undefined
    this.#socket.destroy()
    sending?.events.onFailure(cause)
  }

  /** Its exchange may be over for the connection already, which may have begun another. */
  #break(sending: Sending | undefined, error: unknown): void {
    if (this.#sending === sending) this.#sending = undefined
    this.#fail(new UpstreamEnded())
    sending?.events.onFailure(new UnexpectedFault(error))
  }

  #read(chunk: Buffer): void {
    const sending = this.#sending
    let rest: Buffer | undefined = chunk
    while (rest !== undefined && rest.length > 0 && sending !== undefined && this.#sending === sending) {
      rest = this.#answer === undefined ? this.#readHead(rest, sending) : this.#readContent(rest, sending)
    }
    // Nobody asked: whatever it says would be taken for the answer to the next request.
    if (rest !== undefined && rest.length > 0) this.#socket.destroy()
    sending?.events.onPause()
  }

  #readHead(chunk: Buffer, { method, events }: Sending): Buffer | undefined {
    const taken = this.#head.push(chunk)
    if (taken === undefined) return undefined
    const head = parseResponseLines(taken.text, method)
    if (head.status === 101) return this.#upgrade(head, taken.rest)
    if (head.status < 200) {
      events.onInterim(head)
      return taken.rest
    }
    this.#answer = head
    this.#reader = openContentReader(head.framing)
    events.onHead(head)
    if (this.#sending === undefined) return undefined // it was refused, and the connection given up
    if (this.#reader.isDone) this.#finish(events, taken.rest)
    return taken.rest
  }

  #upgrade(head: ResponseLines, early: Buffer): undefined {
    const events = this.#sending?.events
    const socket = this.#socket
    socket.off('data', this.#onData).off('drain', this.#onDrain).off('error', this.#onError)
    socket.off('end', this.#onEnd).off('close', this.#onClose)
    this.#sending = undefined
    this.#options.onClosed(this)
    keepTunnelOpen(socket)
    events?.onUpgrade(head, { socket, early, reset: () => socket.resetAndDestroy() })
  }

  #readContent(chunk: Buffer, { events }: Sending): Buffer | undefined {
    const reader = this.#reader
    if (reader === undefined) return chunk
    const rest = reader.read(chunk, (piece) => events.onData(this.#isShared ? Buffer.from(piece) : piece))
    if (rest !== undefined) this.#finish(events, rest)
    return rest
  }

  /** @param rest what came behind the answer: nobody asked, and the next request would be answered with it */
  #finish(events: UpstreamEvents, rest: Buffer = NOTHING): void {
    const trailers = this.#reader?.trailers ?? NO_FIELDS
    this.#reader = undefined
    if (rest.length > 0) this.#isReusable = false
    this.#settleIfOver()
    events.onEnd(trailers)
  }

  /** Both directions are done: it is free for the next request, or closed. */
  #settleIfOver(): void {
    const answer = this.#answer
    if (answer === undefined || this.#reader !== undefined) return
    this.#sending = undefined
    this.#answerCount += 1
    // The client of this answer may have read slowly; the next one has nothing to do with that.
    if (this.#socket.isPaused()) this.#socket.resume()
    if (this.#isSent && this.#isReusable && answer.isPersistent) this.#options.onFree(this)
    else this.#socket.destroySoon()
  }
}
