import { constants, type ServerHttp2Stream } from 'node:http2'
import type {
  AnswerHead,
  BareHead,
  ClientEvents,
  ClientExchange,
  ContentSink,
  TakenSocket,
} from '../http1/client-exchange.ts'
import type { Clock } from '../http1/clock.ts'
import { type FieldLines, type Fields, NO_FIELDS } from '../http1/fields.ts'
import { MalformedMessage } from '../http1/malformed-message.ts'
import type { RequestLines } from '../http1/request-lines.ts'
import { LeastRate } from '../limits/least-rate.ts'
import type { SlowLimits } from '../limits/limits-configuration.ts'
import { answerBlock, fieldObject, switchBlock } from './answer-headers.ts'
import { type TranslatedRequest, translateTrailers } from './request-lines.ts'

const NOTHING = Buffer.alloc(0)

export interface ServerStreamOptions {
  readonly clock: Clock
  readonly remoteAddress: string
  readonly protocol: 'http' | 'https'
  /** A fault of this program: the stream ends with it, and nothing else. */
  readonly onFault: (error: unknown) => void
}

/** One request of an HTTP/2 client, and its answer: one stream of its session. */
export class ServerStream implements ClientExchange {
  readonly request: RequestLines
  readonly remoteAddress: string
  readonly protocol: 'http' | 'https'
  readonly webSocketKey: string | undefined
  readonly #stream: ServerHttp2Stream
  readonly #clock: Clock
  readonly #onFault: (error: unknown) => void
  #events: ClientEvents | undefined
  #sink: ContentSink | undefined
  #trailers: Fields = NO_FIELDS
  #answerTrailers: FieldLines | undefined
  #state: 'waiting' | 'answering' | 'answered' | 'over' = 'waiting'
  #isComplete: boolean
  /** Whether the client's direction of the stream is open. */
  #isSending: boolean
  #wasAborted = false
  #contentBytes = 0
  #answerBytes = 0
  #upload: LeastRate | undefined
  #answer: LeastRate | undefined
  #movedAtMs: number

  /** @param hasContent whether the stream goes on behind the head of the request */
  constructor(
    stream: ServerHttp2Stream,
    { translated, hasContent }: { readonly translated: TranslatedRequest; readonly hasContent: boolean },
    { clock, remoteAddress, protocol, onFault }: ServerStreamOptions,
  ) {
    this.#stream = stream
    this.request = translated.request
    this.webSocketKey = translated.webSocketKey
    this.remoteAddress = remoteAddress
    this.protocol = protocol
    this.#clock = clock
    this.#onFault = onFault
    this.#movedAtMs = clock.nowMs
    this.#isSending = hasContent
    this.#isComplete = !hasContent || translated.request.framing.kind === 'none'
    stream.on('drain', this.#onDrain)
    stream.on('trailers', this.#onTrailers)
    stream.once('close', this.#onClose)
  }

  get hasAnswered(): boolean {
    return this.#state !== 'waiting'
  }

  get isComplete(): boolean {
    return this.#isComplete
  }

  /** Since when nothing has moved, in either direction. */
  get movedAtMs(): number {
    return this.#movedAtMs
  }

  /** Whether it is over for everybody but its WebSocket. */
  get isOver(): boolean {
    return this.#state === 'over'
  }

  /** The client has not read what was written to it. */
  get isUnread(): boolean {
    return this.#stream.writableNeedDrain
  }

  /** Whether it was we who broke it off. */
  get wasAborted(): boolean {
    return this.#wasAborted
  }

  readContent(sink: ContentSink): void {
    this.#sink = sink
    if (this.#isComplete) sink.onEnd(this.#trailers)
    else this.#stream.on('data', this.#onData).once('end', this.#onEnd)
  }

  pauseContent(): void {
    if (!this.#isComplete) this.#stream.pause()
  }

  resumeContent(): void {
    if (this.#sink !== undefined && !this.#isComplete) this.#stream.resume()
  }

  follow(events: ClientEvents): void {
    this.#events = events
  }

  inform({ status, fields }: BareHead): void {
    if (this.#state !== 'waiting' || this.#stream.destroyed || this.#stream.closed) return
    this.#stream.additionalHeaders({ ':status': status, ...fieldObject(fields) })
  }

  closeAfterwards(): void {
    // A stream is over with its answer, and the others have nothing to do with it.
  }

  writeHead(head: AnswerHead): void {
    if (this.#state !== 'waiting') return
    this.#state = 'answering'
    this.#move()
    if (this.#isGone()) return
    const { kind } = head.framing
    const endStream = kind === 'none' || this.request.method === 'HEAD' || hasNone(head)
    const waitForTrailers = kind === 'chunked' && !endStream
    if (waitForTrailers) this.#stream.once('wantTrailers', this.#onWantTrailers)
    this.#stream.respond(answerBlock(head), { endStream, waitForTrailers })
  }

  write(piece: Buffer): boolean {
    if (this.#state !== 'answering' || this.#isGone() || this.#stream.writableEnded) return true
    this.#answerBytes += piece.length
    const isRead = this.#stream.write(piece)
    if (isRead) this.#move()
    return isRead
  }

  end(trailers?: FieldLines): void {
    if (this.#state !== 'answering') return
    this.#state = 'answered'
    this.#answerTrailers = trailers
    if (this.#isGone()) return
    // A client may stop sending what nobody will read (RFC 9113 §8.1).
    this.#stream.end(() => {
      if (this.#isSending) this.#stream.close(constants.NGHTTP2_NO_ERROR)
    })
  }

  flush(): void {
    // Node gathers the frames of a turn of the event loop by itself.
  }

  abort(): void {
    this.#state = 'over'
    this.#wasAborted = true
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR)
  }

  switchProtocol(head: BareHead): TakenSocket {
    this.#state = 'over'
    const stream = this.#stream
    stream.off('drain', this.#onDrain).off('trailers', this.#onTrailers).off('close', this.#onClose)
    if (!this.#isGone()) stream.respond(switchBlock(head))
    // RFC 8441 §5: what a reset is to a TCP connection. Without an error it would look like a graceful end.
    const onAborted = (): void => void stream.destroy(new Error('the client has reset the stream'))
    const reset = (): void => {
      stream.off('aborted', onAborted) // told of our own as well, and what is destroyed sends no reset
      stream.close(constants.NGHTTP2_CANCEL)
    }
    stream.once('aborted', onAborted)
    return { socket: stream, early: NOTHING, reset }
  }

  /** Ends what moves, but too slowly to be waited for. Called every now and then. @param forMs since the last time */
  watchRates(forMs: number, slow: SlowLimits): void {
    const stream = this.#stream
    if (this.#sink !== undefined && !this.#isComplete && !stream.isPaused()) {
      this.#upload ??= new LeastRate(this.#contentBytes)
      if (this.#upload.isTooSlow({ movedBytes: this.#contentBytes, forMs }, slow)) this.#events?.onSlow('upload')
    } else this.#upload = undefined
    const pendingBytes = stream.writableLength
    if (pendingBytes > 0) {
      const movedBytes = this.#answerBytes - pendingBytes
      this.#answer ??= new LeastRate(movedBytes)
      if (this.#answer.isTooSlow({ movedBytes, pendingBytes, forMs }, slow)) this.#events?.onSlow('answer')
    } else this.#answer = undefined
  }

  /** Nothing has moved for too long. */
  tellStill(): void {
    if (!this.isUnread) {
      this.#events?.onStill()
      return
    }
    // It may be an event stream, which may be silent for ever; but here it is the client who does nothing.
    this.#wasAborted = true
    this.#stream.close(constants.NGHTTP2_CANCEL)
  }

  readonly #onData = (piece: Buffer): void => {
    this.#move()
    this.#contentBytes += piece.length
    const { framing } = this.request
    if (framing.kind === 'length' && this.#contentBytes > framing.length) {
      this.#refuseContent(new MalformedMessage('its content is longer than its Content-Length'))
      return
    }
    this.#guarded(() => this.#sink?.onData(piece))
  }

  readonly #onEnd = (): void => {
    if (this.#state === 'over' || this.#stream.aborted || this.#stream.rstCode !== constants.NGHTTP2_NO_ERROR) return
    const { framing } = this.request
    if (framing.kind === 'length' && this.#contentBytes < framing.length) {
      this.#refuseContent(new MalformedMessage('its content is shorter than its Content-Length'))
      return
    }
    this.#isComplete = true
    this.#isSending = false
    this.#guarded(() => this.#sink?.onEnd(this.#trailers))
  }

  readonly #onTrailers = (_: unknown, _flags: number, block: readonly string[]): void => {
    try {
      this.#trailers = translateTrailers(block)
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error
      this.#refuseContent(error)
    }
  }

  readonly #onDrain = (): void => {
    this.#move()
    this.#guarded(() => this.#events?.onClientDrain())
  }

  readonly #onWantTrailers = (): void => {
    this.#guarded(() => this.#stream.sendTrailers(fieldObject(this.#answerTrailers ?? [])))
  }

  readonly #onClose = (): void => {
    if (this.#state === 'over') return
    const wasAnswered = this.#state === 'answered' && this.#stream.writableFinished
    this.#state = 'over'
    if (!wasAnswered) this.#guarded(() => this.#events?.onGone())
  }

  /** Node's events would let a fault end the process, and all exchanges with it. */
  #guarded(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.#onFault(error)
      this.#wasAborted = true
      this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR) // 'close' follows
    }
  }

  /** What was refused is not read any further. */
  #refuseContent(fault: MalformedMessage): void {
    this.#stream.off('data', this.#onData).off('end', this.#onEnd).resume()
    this.#events?.onMalformed(fault)
    if (this.#state !== 'over') this.#stream.close(constants.NGHTTP2_PROTOCOL_ERROR)
  }

  #isGone(): boolean {
    return this.#stream.destroyed || this.#stream.closed
  }

  #move(): void {
    this.#movedAtMs = this.#clock.nowMs
  }
}

function hasNone({ framing, status }: AnswerHead): boolean {
  if (status === 205) return true
  return framing.kind === 'length' && framing.length === 0
}
