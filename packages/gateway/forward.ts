import { isAppError } from '@portolan/errors'
import { requestTimeout } from './errors.ts'
import type { Outcome } from './exchange.ts'
import { answerFields, interimFields, requestText, trailerFields } from './headers.ts'
import { fieldLinesText } from './http1/answer-text.ts'
import type { ClientExchange, TakenSocket } from './http1/client-exchange.ts'
import { type Fields, fieldValues, hasMember } from './http1/fields.ts'
import type { Framing } from './http1/framing.ts'
import { MalformedMessage } from './http1/malformed-message.ts'
import type { ResponseLines } from './http1/response-lines.ts'
import { Silence, UnexpectedFault, type UpstreamConnection } from './http1/upstream-connection.ts'
import { webSocketAccept } from './http2/web-socket-key.ts'
import { bodyTooSlow } from './limits/limit-errors.ts'
import { malformedRequest } from './malformed-request.ts'
import type { Passage } from './passage.ts'
import { joinSockets } from './tunnel.ts'
import { upstreamFailure } from './upstream-failure.ts'
import type { TargetFailure } from './upstreams/circuit.ts'
import type { Target } from './upstreams/target.ts'
import { halfReplaced } from './upstreams/upstream-errors.ts'

/** More interim answers than any client has a use for; later ones are left out. */
const MOST_INFORMATION = 16
/** A service that never comes to its answer: as many 102 as one a second for a quarter of an hour. */
const MOST_INTERIM = 1_000

const ENDLESS = `it gives more than ${MOST_INTERIM} interim answers`

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/** A request that finds no target in so many attempts finds none. */
const MOST_ATTEMPTS = 4

/**
 * Sends a request to its service and streams the answer back, both with back-pressure.
 *
 * A service may close a kept connection in the moment a request is put on it, which nobody did wrong. So kept
 * connections carry only requests that may be sent twice (idempotent and without content, RFC 9110 §9.2.2), and such
 * a request is sent a second time, on a new connection, when its kept one closed before any byte came back. All
 * others get a new connection, one that carried content is not kept, and they are sent a second time only when the
 * first connection could not be opened: nothing that may have been executed is repeated.
 */
export function forward(passage: Passage): void {
  new Forwarding(passage).begin()
}

class Forwarding {
  readonly service: string
  readonly #passage: Passage
  readonly #client: ClientExchange
  readonly #isRepeatable: boolean
  #target: Target | undefined
  #upstream: UpstreamConnection | undefined
  #attemptCount = 0
  /** Its content waits until there is a connection: what has been read cannot be sent elsewhere. */
  #isContentKept = false
  #informationCount = 0
  #mayBeSilent = false
  #isClientFull = false
  #isServiceFull = false
  #isUploadHeld = false
  #isAnswerHeld = false
  /** Whoever reads the answer does not know how long it is. */
  #mayEndEarly = false

  constructor(passage: Passage) {
    const { head, isUpgrade, route, exchange } = passage
    this.#passage = passage
    this.#client = exchange.client
    this.service = route.service
    this.#isRepeatable = !isUpgrade && IDEMPOTENT.has(head.method) && head.framing.kind === 'none'
  }

  begin(): void {
    this.#client.follow(this)
    this.#passage.exchange.carrier = this
    const target = this.#passage.route.upstream.choose(this)
    if (target !== undefined) this.#send(target, this.#isRepeatable ? target.acquire() : this.#open(target))
  }

  // Of the upstream's line, where it waits

  onTurn(target: Target): void {
    this.#send(target, this.#open(target))
  }

  onNoTurn(error: Error): void {
    this.#refuse(error)
  }

  #send(target: Target, upstream: UpstreamConnection): void {
    const { exchange, head, route, client, isUpgrade } = this.#passage
    const { requestId } = exchange
    const came = exchange.trace?.replaced ?? this.#client.request.fields
    const fields = route.firewall === undefined ? came : route.firewall.filterRequest(came)
    const text = requestText(fields, { head, requestId, client, isUpgrade })
    this.#target = target
    this.#upstream = upstream
    this.#attemptCount += 1
    upstream.send(text, { method: head.method, framing: head.framing, events: this })
    exchange.sentUpstreamMs = performance.now()
    if (head.framing.kind === 'none') return
    this.#isContentKept = route.upstream.hasOtherWays
    if (!this.#isContentKept) this.#sendContent(upstream)
  }

  #open(target: Target): UpstreamConnection {
    return target.open({ mayUpgrade: this.#passage.isUpgrade })
  }

  #sendContent(upstream: UpstreamConnection): void {
    this.#client.readContent({
      onData: (piece) => this.#sendPiece(piece, upstream),
      onEnd: (trailers) => upstream.end(fieldLinesText(trailerFields(trailers) ?? [])),
    })
    // The head goes out before the first byte of content: the service may want to answer to it alone.
    upstream.flush()
  }

  #sendPiece(piece: Buffer, upstream: UpstreamConnection): void {
    const { exchange, pace } = this.#passage
    exchange.receivedBytes += piece.length
    this.#isServiceFull = !upstream.write(piece)
    if (this.#isServiceFull) this.#client.pauseContent()
    if (pace !== undefined) this.#slowUpload(pace.inbound(piece.length))
  }

  #slowUpload(waitMs: number): void {
    if (waitMs <= 0 || this.#isUploadHeld) return
    this.#isUploadHeld = true
    this.#client.pauseContent()
    setTimeout(() => {
      this.#isUploadHeld = false
      if (!this.#isServiceFull) this.#client.resumeContent()
    }, waitMs)
  }

  #slowAnswer(waitMs: number): void {
    if (waitMs <= 0 || this.#isAnswerHeld) return
    this.#isAnswerHeld = true
    this.#upstream?.pause()
    setTimeout(() => {
      this.#isAnswerHeld = false
      if (!this.#isClientFull) this.#upstream?.resume()
    }, waitMs)
  }

  // Of the upstream

  onConnect(): void {
    if (!this.#isContentKept || this.#upstream === undefined) return
    this.#isContentKept = false
    this.#sendContent(this.#upstream)
  }

  onInterim({ status, reason, fields }: ResponseLines): void {
    this.#informationCount += 1
    if (this.#informationCount > MOST_INTERIM) {
      this.#refuse(upstreamFailure(this.#passage.route.service, new MalformedMessage(ENDLESS), true))
      return
    }
    if (this.#informationCount > MOST_INFORMATION) return
    const { firewall } = this.#passage.route
    const shown = firewall === undefined ? fields : firewall.filterAnswer(fields)
    this.#client.inform({ status, reason, fields: interimFields(shown) })
  }

  onUpgrade(head: ResponseLines, upstream: TakenSocket): void {
    const { exchange, route, isUpgrade, onTunnel, pace } = this.#passage
    this.#upstream = undefined
    if (isUpgrade && hasMember(head.fields, 'upgrade', 'websocket') && isKeyAccepted(head, this.#client)) {
      const target = this.#target
      target?.answered(head.status)
      if (!this.#lasts('tunnels')) {
        upstream.socket.destroy()
        return
      }
      const fields = route.firewall === undefined ? head.fields : route.firewall.filterAnswer(head.fields)
      const onEnd = (): void => target?.forgetTunnel(tunnel)
      const tunnel = joinSockets(exchange, { head: { ...head, fields }, upstream, pace }, { onSocket: onTunnel, onEnd })
      exchange.carrier = tunnel
      target?.keepTunnel(tunnel)
      return
    }
    upstream.socket.destroy()
    const cause = new MalformedMessage('it switches to a protocol that nobody asked for, or in a wrong way')
    exchange.answer(upstreamFailure(route.service, cause, true))
  }

  onHead({ status, reason, fields: theirFields, framing: theirs }: ResponseLines): void {
    const { exchange, isUpgrade, route } = this.#passage
    exchange.upstreamMs = performance.now() - exchange.sentUpstreamMs
    const fields = route.firewall === undefined ? theirFields : route.firewall.filterAnswer(theirFields)
    // Behind a handshake the client may have sent frames already: they must not be read as its next request.
    if (isUpgrade) this.#client.closeAfterwards()
    const framing = framingFor(theirs, { mayBeChunked: !isUpgrade && !this.#client.request.isHttp10 })
    this.#target?.answered(status)
    if (isEventStream(fields) && !this.#lasts('streams')) return
    this.#mayBeSilent = exchange.lasting === 'streams'
    this.#mayEndEarly = this.#mayBeSilent && framing.kind !== 'length'
    const { requestId, date } = exchange
    const lines = answerFields(fields, { requestId, status, framing, date })
    const { strictTransport } = exchange
    if (strictTransport !== undefined && !fields.names.includes('strict-transport-security'))
      lines.push('Strict-Transport-Security', strictTransport)
    this.#client.writeHead({ status, reason, fields: lines, framing })
    exchange.began(status)
  }

  /** @returns false when there are too many already, which has been answered */
  #lasts(kind: 'streams' | 'tunnels'): boolean {
    try {
      this.#passage.exchange.becomeLasting(kind)
      return true
    } catch (error) {
      if (!isAppError(error)) throw error
      this.#refuse(error)
      return false
    }
  }

  onData(piece: Buffer): void {
    const { exchange, pace } = this.#passage
    exchange.sentBytes += piece.length
    this.#isClientFull = !this.#client.write(piece)
    if (this.#isClientFull) this.#upstream?.pause()
    if (pace !== undefined) this.#slowAnswer(pace.outbound(piece.length))
  }

  onEnd(trailers: Fields): void {
    this.#upstream = undefined
    this.#client.end(trailerFields(trailers))
    this.#passage.exchange.end('complete')
  }

  /** What has come is sent now: an event must not wait for the next one. */
  onPause(): void {
    this.#client.flush()
  }

  onFailure(cause: Error): void {
    const { exchange } = this.#passage
    const upstream = this.#upstream
    const target = this.#target
    this.#upstream = undefined
    if (this.#client.hasAnswered) {
      if (cause instanceof UnexpectedFault) exchange.answer(cause) // which breaks off, and says why in the log
      // Where the end of the connection is the end of the content, only a reset says that something is missing.
      this.#client.abort(this.#client.request.isHttp10)
      exchange.end('upstream-lost')
    } else if (upstream === undefined || target === undefined) {
      exchange.answer(upstreamFailure(this.service, cause, false))
    } else if (upstream.isStale && this.#isRepeatable && !(cause instanceof Silence)) {
      this.#send(target, this.#open(target))
    } else {
      const failure = failureOf(cause, upstream)
      // To end the connection is how many services refuse a WebSocket that they do not know.
      if (!this.#passage.isUpgrade || failure === 'unreached') target.failed(failure)
      if (!this.#goElsewhere(target, { upstream, cause })) this.#explain(cause, upstream.hasConnected)
    }
  }

  /** @returns whether it is sent again, or waits */
  #goElsewhere(target: Target, { upstream, cause }: Failure): boolean {
    const wasUnsent = !upstream.hasConnected && (this.#isContentKept || this.#passage.head.framing.kind === 'none')
    const mayRepeat = wasUnsent || (this.#isRepeatable && !upstream.hasHeard && !(cause instanceof Silence))
    if (!mayRepeat || this.#attemptCount >= MOST_ATTEMPTS) return false
    const next = this.#passage.route.upstream.again(this, target, wasUnsent)
    if (next === undefined) return false
    if (next !== 'waits') this.#send(next, this.#open(next))
    return true
  }

  #explain(cause: Error, hasConnected: boolean): void {
    const { exchange, route } = this.#passage
    const failure = upstreamFailure(route.service, cause, hasConnected)
    exchange.answer(route.firewall?.explainFailure?.(failure) ?? failure)
  }

  /** An event stream ends as if it were complete, so that the browser asks for it anew. */
  onExpelled(): void {
    if (!this.#client.hasAnswered) this.#refuse(halfReplaced(this.service))
    else if (this.#mayEndEarly) this.#endStream()
    else this.#breakOff()
  }

  #endStream(): void {
    this.#upstream?.destroy()
    this.#upstream = undefined
    this.#client.end()
    this.#passage.exchange.end('complete')
  }

  onServiceDrain(): void {
    this.#isServiceFull = false
    if (!this.#isUploadHeld) this.#client.resumeContent()
  }

  // Of the client

  onClientDrain(): void {
    this.#isClientFull = false
    if (!this.#isAnswerHeld) this.#upstream?.resume()
  }

  onGone(): void {
    if (this.#upstream === undefined) this.#passage.route.upstream.leave(this)
    this.#upstream?.destroy()
    this.#upstream = undefined
    this.#passage.exchange.end('client-gone')
  }

  onStill(): void {
    if (this.#mayBeSilent) return
    if (this.#client.hasAnswered) this.#breakOff()
    // Otherwise the upstream is being waited for, and has its own limit.
    else if (!this.#client.isComplete) this.#refuse(requestTimeout())
  }

  onSlow(side: 'upload' | 'answer'): void {
    if (this.#mayBeSilent) return
    const { exchange } = this.#passage
    if (side === 'upload' && !this.#client.hasAnswered) {
      this.#refuse(bodyTooSlow())
      return
    }
    exchange.code = side === 'upload' ? 'GATEWAY_BODY_TOO_SLOW' : 'GATEWAY_READER_TOO_SLOW'
    this.#breakOff('client-slow')
  }

  onMalformed(fault: Error): void {
    if (this.#client.hasAnswered) this.#breakOff()
    else this.#refuse(malformedRequest(fault))
  }

  revoke(): void {
    if (this.#upstream === undefined) this.#passage.route.upstream.leave(this)
    this.#upstream?.destroy()
    this.#upstream = undefined
    this.#client.abort()
  }

  #refuse(error: Error): void {
    if (this.#upstream === undefined) this.#passage.route.upstream.leave(this)
    this.#upstream?.destroy()
    this.#upstream = undefined
    this.#passage.exchange.answer(error)
  }

  #breakOff(outcome: Outcome = 'upstream-lost'): void {
    this.#upstream?.destroy()
    this.#upstream = undefined
    this.#client.abort()
    this.#passage.exchange.end(outcome)
  }
}

interface Failure {
  readonly upstream: UpstreamConnection
  readonly cause: Error
}

/** Of a handshake that was made here; otherwise the client checks it. */
function isKeyAccepted({ fields }: ResponseLines, { webSocketKey }: ClientExchange): boolean {
  if (webSocketKey === undefined) return true
  const [accept, ...others] = fieldValues(fields, 'sec-websocket-accept')
  return accept === webSocketAccept(webSocketKey) && others.length === 0
}

function failureOf(cause: Error, { hasConnected }: UpstreamConnection): TargetFailure {
  if (!hasConnected) return 'unreached'
  return cause instanceof Silence ? 'silent' : 'broken'
}

/** How our message ends: as theirs, as far as the client understands it. */
function framingFor(theirs: Framing, { mayBeChunked }: { readonly mayBeChunked: boolean }): Framing {
  if (theirs.kind === 'until-close') return mayBeChunked ? { kind: 'chunked' } : theirs
  return theirs.kind === 'chunked' && !mayBeChunked ? { kind: 'until-close' } : theirs
}

/** With parameters too: `text/event-stream;charset=utf-8`. */
function isEventStream(fields: Fields): boolean {
  const [type = ''] = fieldValues(fields, 'content-type')
  return /^text\/event-stream\s*(;|$)/i.test(type)
}
