import type { Socket } from 'node:net'
import { LeastRate } from '../limits/least-rate.ts'
import type { SlowLimits } from '../limits/limits-configuration.ts'
import { answerHeadText, fieldLinesText } from './answer-text.ts'
import type { AnswerHead, BareHead, ClientEvents, ClientExchange, ContentSink, TakenSocket } from './client-exchange.ts'
import type { Clock } from './clock.ts'
import { type ContentReader, openContentReader } from './content-reader.ts'
import type { FieldLines } from './fields.ts'
import { HeadBuffer } from './head-buffer.ts'
import { MalformedMessage } from './malformed-message.ts'
import { MessageWriter } from './message-writer.ts'
import { mayBeginRequest, parseRequestLines, type RequestLines } from './request-lines.ts'
import { breakOff, keepTunnelOpen } from './tunnel-socket.ts'

export interface ServerConnectionOptions {
  readonly clock: Clock
  /** What the connection speaks below HTTP. */
  readonly protocol: 'http' | 'https'
  readonly headLimitBytes: number
  readonly fieldLimit: number
  readonly headersMs: number
  readonly keepAliveMs: number
  readonly idleMs: number
  /** When a client is too slow to be waited for. */
  readonly slow: () => SlowLimits
  readonly onExchange: (exchange: ClientExchange) => void
  /** It was ended because what it has asked for was not read. */
  readonly onTooSlow: () => void
  /** It begins as HTTP/2 does: the socket is the caller's. @param early all that was read of it */
  readonly onHttp2: (early: Buffer) => void
  /** The answer, in latin1, to what is no request: bytes that cannot be read, or a head that does not end. */
  readonly refuse: (fault: MalformedMessage | 'head-too-slow') => string
}

/** How long the rest of an upload is thrown away after the answer: closing at once could reset that (RFC 9112 §9.6). */
const LINGER_MS = 5_000
/**
 * How long a client that has sent too much ahead is not listened to. Then the rest is thrown away, or the end of its
 * connection would never be seen behind it.
 */
const DEAF_MS = 30_000
const CR = 0x0d
/** The preface of HTTP/2 up to its empty line, which reads like a head (RFC 9113 §3.4). */
const HTTP2_BEGINNING = 'PRI * HTTP/2.0\r\n'
const LF = 0x0a
const NOTHING = Buffer.alloc(0)

/** One client's HTTP/1.1 connection: its requests one after the other, however they come in. */
export class ServerConnection {
  readonly socket: Socket
  readonly options: ServerConnectionOptions
  /** What the head of an answer says that is not the last one. */
  readonly keepAliveLines: string
  readonly #writer: MessageWriter
  readonly #head: HeadBuffer
  #exchange: ServerExchange | undefined
  /** What has come of later requests while one is answered. */
  #ahead: Buffer | undefined
  /** Since when more has come ahead than is kept. */
  #deafSinceMs: number | undefined
  #isDiscarding = false
  #isReading = false
  #isClosing = false
  #movedAtMs: number
  /** Since when a head is being waited for; counted from its first byte, or on a new connection from its beginning. */
  #headSinceMs: number
  #exchangeCount = 0
  #sweptAtMs: number
  #upload: LeastRate | undefined
  #answer: LeastRate | undefined

  constructor(socket: Socket, options: ServerConnectionOptions) {
    this.socket = socket
    this.options = options
    this.keepAliveLines = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(options.keepAliveMs / 1_000)}\r\n`
    this.#writer = new MessageWriter(socket)
    this.#head = new HeadBuffer(options.headLimitBytes, mayBeginRequest)
    this.#movedAtMs = options.clock.nowMs
    this.#headSinceMs = options.clock.nowMs
    this.#sweptAtMs = options.clock.nowMs
    socket.on('data', this.#onData)
    socket.on('drain', this.#onDrain)
    socket.on('error', this.#onError)
    socket.on('end', this.#onEnd)
    socket.on('close', this.#onClose)
  }

  get isClosing(): boolean {
    return this.#isClosing
  }

  /** Something has moved. */
  move(): void {
    this.#movedAtMs = this.options.clock.nowMs
  }

  /** When the answer that is under way has ended, or now if there is none, the connection closes. */
  closeWhenIdle(): void {
    this.#isClosing = true
    if (this.#exchange === undefined) this.socket.destroySoon()
  }

  /** The next answer, or the one that is under way, is the last; while there is none, what the client sends is heard. */
  closeAfterNext(): void {
    this.#isClosing = true
  }

  destroy(): void {
    this.socket.destroy()
  }

  /** Ends what has stood still for too long. Called every now and then. */
  sweep(): void {
    const { clock, headersMs, keepAliveMs, idleMs } = this.options
    const stillMs = clock.nowMs - this.#movedAtMs
    this.#watchRates()
    if (this.#deafSinceMs !== undefined && clock.nowMs - this.#deafSinceMs > DEAF_MS) this.#discardAhead()
    if (this.#exchange !== undefined) {
      if (stillMs > idleMs) this.#exchange.events?.onStill()
    } else if (this.#head.isEmpty && this.#exchangeCount > 0) {
      if (stillMs > keepAliveMs) this.socket.destroySoon()
    } else if (clock.nowMs - this.#headSinceMs > headersMs) {
      // On the whole, not on standing still: a byte now and then would hold the connection for hours (Slowloris).
      this.#refuse('head-too-slow')
    }
  }

  /** Ends what moves, but too slowly to be waited for. */
  #watchRates(): void {
    const { socket, options } = this
    const forMs = options.clock.nowMs - this.#sweptAtMs
    this.#sweptAtMs = options.clock.nowMs
    const exchange = this.#exchange
    if (exchange?.awaitsContent === true && !socket.isPaused()) {
      this.#upload ??= new LeastRate(socket.bytesRead)
      if (this.#upload.isTooSlow({ movedBytes: socket.bytesRead, forMs }, options.slow()))
        exchange.events?.onSlow('upload')
    } else this.#upload = undefined
    if (socket.writableLength > 0) {
      const pendingBytes = socket.writableLength
      const movedBytes = socket.bytesWritten - pendingBytes
      this.#answer ??= new LeastRate(movedBytes)
      if (!this.#answer.isTooSlow({ movedBytes, pendingBytes, forMs }, options.slow())) return
      if (this.#exchange !== undefined) this.#exchange.events?.onSlow('answer')
      else {
        options.onTooSlow()
        socket.destroy()
      }
    } else this.#answer = undefined
  }

  /** The exchange is over. @param mayGoOn whether another request may follow */
  settle(mayGoOn: boolean): void {
    this.#exchange = undefined
    this.move()
    // What has come already is answered, if only with a refusal; nobody would know what became of it otherwise.
    if (!mayGoOn || (this.#isClosing && this.#ahead === undefined)) {
      this.#isClosing = true
      this.socket.destroySoon()
      return
    }
    this.readAhead()
  }

  /** Goes on with what had to wait, and with what comes. */
  readAhead(): void {
    const ahead = this.#ahead
    this.#ahead = undefined
    this.#deafSinceMs = undefined
    if (ahead !== undefined && !this.#isReading) this.#take(ahead)
    else if (ahead !== undefined) this.#ahead = ahead
    if (this.#ahead === undefined && this.socket.isPaused()) this.socket.resume()
  }

  /** From now on the socket is somebody else's. */
  detach(): TakenSocket {
    const { socket } = this
    socket.off('data', this.#onData).off('drain', this.#onDrain).off('error', this.#onError)
    socket.off('end', this.#onEnd).off('close', this.#onClose)
    const early = this.#ahead ?? NOTHING
    this.#ahead = undefined
    keepTunnelOpen(socket)
    return { socket, early, reset: () => breakOff(socket) }
  }

  readonly #onData = (chunk: Buffer): void => {
    // An empty line alone is nothing that keeps an idle connection open.
    if (this.#exchange !== undefined || !isEmptyLine(chunk)) this.move()
    this.#take(chunk)
  }

  readonly #onDrain = (): void => {
    this.move()
    if (this.#exchange === undefined) this.readAhead()
    else this.#exchange.events?.onClientDrain()
  }

  readonly #onError = (): void => {
    this.socket.destroy() // 'close' follows
  }

  /** Half-closed, as a browser never is: taken for gone, as most servers do. */
  readonly #onEnd = (): void => {
    this.#isClosing = true
    const exchange = this.#exchange
    this.#exchange = undefined
    exchange?.lose()
    this.socket.destroySoon()
  }

  readonly #onClose = (): void => {
    const exchange = this.#exchange
    this.#exchange = undefined
    exchange?.lose()
  }

  #take(chunk: Buffer): void {
    this.#isReading = true
    try {
      this.#read(chunk)
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error
      this.#refuse(error)
    } finally {
      this.#isReading = false
    }
  }

  #read(chunk: Buffer): void {
    let rest: Buffer | undefined = chunk
    while (rest !== undefined && rest.length > 0 && this.socket.writable) {
      // Who does not read the answers asks no more: each would be kept for it.
      if (this.#exchange === undefined) rest = this.socket.writableNeedDrain ? this.#keep(rest) : this.#readHead(rest)
      else if (this.#exchange.isReading) rest = this.#exchange.take(rest)
      else rest = this.#keep(rest)
    }
  }

  /**
   * Later requests wait. While little has come of them the socket is still read, for only so is the end of the connection
   * seen; of more, and of content that nobody has asked for yet, the client keeps the rest.
   */
  #keep(rest: Buffer): undefined {
    if (this.#isDiscarding) return
    this.#ahead = this.#ahead === undefined ? rest : Buffer.concat([this.#ahead, rest])
    const isContent = this.#exchange?.isComplete === false
    if (!isContent && this.#exchange !== undefined && this.#ahead.length <= this.options.headLimitBytes) return
    this.socket.pause()
    if (!isContent) this.#deafSinceMs ??= this.options.clock.nowMs
  }

  /** What was sent ahead is not answered any more: the connection closes after the answer that is under way. */
  #discardAhead(): void {
    this.#deafSinceMs = undefined
    this.#isClosing = true
    this.#isDiscarding = true
    this.#ahead = undefined
    if (this.#exchange === undefined) this.socket.destroySoon()
    else this.socket.resume()
  }

  #handOver(rest: Buffer): undefined {
    const { socket } = this.detach()
    socket.pause()
    this.options.onHttp2(Buffer.concat([Buffer.from(`${HTTP2_BEGINNING}\r\n`, 'latin1'), rest]))
  }

  #readHead(chunk: Buffer): Buffer | undefined {
    // An empty line alone, as some clients send behind their content, is no beginning of a head to wait for.
    if (isEmptyLine(chunk) && this.#head.isEmpty) return undefined
    if (this.#head.isEmpty && this.#exchangeCount > 0) this.#headSinceMs = this.options.clock.nowMs
    const taken = this.#head.push(chunk)
    if (taken === undefined) return undefined
    if (this.#exchangeCount === 0 && taken.text === HTTP2_BEGINNING) return this.#handOver(taken.rest)
    const request = parseRequestLines(taken.text, this.options.fieldLimit)
    const exchange = new ServerExchange(this, this.#writer, request)
    this.#exchange = exchange
    this.#exchangeCount += 1
    // Before it is answered: what is taken over takes along what came behind it.
    if (taken.rest.length > 0) this.#ahead = taken.rest
    this.options.onExchange(exchange)
    const rest = this.#ahead
    this.#ahead = undefined
    return rest
  }

  #refuse(fault: MalformedMessage | 'head-too-slow'): void {
    const exchange = this.#exchange
    this.#isClosing = true
    if (exchange !== undefined && typeof fault === 'object') {
      exchange.events?.onMalformed(fault)
      return
    }
    this.socket.write(this.options.refuse(fault), 'latin1')
    this.socket.destroySoon()
  }
}

class ServerExchange implements ClientExchange {
  readonly request: RequestLines
  readonly remoteAddress: string
  readonly protocol: 'http' | 'https'
  readonly #connection: ServerConnection
  readonly #writer: MessageWriter
  readonly #reader: ContentReader
  #sink: ContentSink | undefined
  #events: ClientEvents | undefined
  #state: 'waiting' | 'answering' | 'answered' | 'over' = 'waiting'
  #mayGoOn: boolean
  #hasContent = false

  constructor(connection: ServerConnection, writer: MessageWriter, request: RequestLines) {
    this.#connection = connection
    this.#writer = writer
    this.request = request
    this.remoteAddress = connection.socket.remoteAddress ?? 'unknown'
    this.protocol = connection.options.protocol
    this.#reader = openContentReader(request.framing)
    this.#mayGoOn = request.isPersistent
  }

  get events(): ClientEvents | undefined {
    return this.#events
  }

  get hasAnswered(): boolean {
    return this.#state !== 'waiting'
  }

  get isComplete(): boolean {
    return this.#reader.isDone
  }

  /** Whether the client is to send content. It may wait for a 100 (Continue) before it does. */
  get awaitsContent(): boolean {
    return this.isReading && (this.#hasContent || !this.request.fields.names.includes('expect'))
  }

  /** Whether bytes that come now are of this request. */
  get isReading(): boolean {
    return this.#sink !== undefined && !this.#reader.isDone
  }

  take(chunk: Buffer): Buffer | undefined {
    const sink = this.#sink
    if (sink === undefined) return chunk
    this.#hasContent = true
    const rest = this.#reader.read(chunk, (piece) => sink.onData(piece))
    if (rest === undefined) return undefined
    sink.onEnd(this.#reader.trailers)
    this.#settleIfOver()
    return rest
  }

  readContent(sink: ContentSink): void {
    this.#sink = sink
    if (this.#reader.isDone) sink.onEnd(this.#reader.trailers)
    else this.#connection.readAhead()
  }

  pauseContent(): void {
    if (this.isReading) this.#connection.socket.pause()
  }

  resumeContent(): void {
    if (this.isReading) this.#connection.socket.resume()
  }

  follow(events: ClientEvents): void {
    this.#events = events
  }

  inform(head: BareHead): void {
    // An HTTP/1.0 client knows no interim answers (RFC 9110 §15.2).
    if (this.#state !== 'waiting' || this.request.isHttp10) return
    const { socket } = this.#connection
    if (!socket.writableNeedDrain) socket.write(`${answerHeadText(head)}\r\n`, 'latin1')
  }

  closeAfterwards(): void {
    this.#mayGoOn = false
  }

  writeHead(head: AnswerHead): void {
    const { framing } = head
    this.#state = 'answering'
    if (framing.kind === 'until-close' || this.#connection.isClosing || this.#isUnsure()) this.#mayGoOn = false
    this.#connection.move()
    const coding = framing.kind === 'chunked' ? 'Transfer-Encoding: chunked\r\n' : ''
    const keeping = this.#mayGoOn ? this.#connection.keepAliveLines : 'Connection: close\r\n'
    this.#writer.begin(`${answerHeadText(head)}${coding}${keeping}\r\n`, framing)
  }

  write(piece: Buffer): boolean {
    if (this.#state !== 'answering') return true
    const isRead = this.#writer.write(piece)
    if (isRead) this.#connection.move()
    return isRead
  }

  end(trailers?: FieldLines): void {
    if (this.#state !== 'answering') return
    this.#writer.end(trailers === undefined ? '' : fieldLinesText(trailers))
    this.#state = 'answered'
    if (this.#reader.isDone) this.#settleIfOver()
    else this.#discardRest()
  }

  flush(): void {
    this.#writer.flush()
  }

  abort(withReset = false): void {
    this.#state = 'over'
    if (withReset) breakOff(this.#connection.socket)
    else this.#connection.socket.destroy()
  }

  switchProtocol(head: BareHead): TakenSocket {
    this.#state = 'over'
    const taken = this.#connection.detach()
    taken.socket.write(`${answerHeadText(head)}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`, 'latin1')
    return taken
  }

  /** The client is gone. */
  lose(): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#events?.onGone()
  }

  /** Who asked whether to send the content may send it or not after this answer, so nobody knows what comes next. */
  #isUnsure(): boolean {
    return !this.#reader.isDone && this.request.fields.names.includes('expect')
  }

  #discardRest(): void {
    const { socket } = this.#connection
    const timer = setTimeout(() => socket.destroy(), LINGER_MS)
    socket.once('close', () => clearTimeout(timer))
    // Who will not be heard again is told so at once; what still comes is not even looked at.
    if (!this.#mayGoOn) socket.end()
    this.#sink = { onData: () => undefined, onEnd: () => clearTimeout(timer) }
    this.#connection.readAhead()
  }

  #settleIfOver(): void {
    if (this.#state !== 'answered' || !this.#reader.isDone) return
    this.#state = 'over'
    this.#connection.settle(this.#mayGoOn)
  }
}

function isEmptyLine(chunk: Buffer): boolean {
  return chunk.length === 2 && chunk[0] === CR && chunk[1] === LF
}
