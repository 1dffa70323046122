import { errorCode, errorMessage, isAppError } from '@portolan/errors'
import type { Accounting } from './accounting.ts'
import { type Answer, type Asked, answerOf, ownAnswerHead } from './answer.ts'
import type { Destination } from './destination.ts'
import type { ClientExchange } from './http1/client-exchange.ts'
import type { Clock } from './http1/clock.ts'
import { fieldValues } from './http1/fields.ts'
import type { Visit } from './limits/visit.ts'
import type { GatewayLogger } from './log.ts'
import { requestIdOf } from './request-id.ts'
import type { TraceContext } from './trace-context.ts'

/** How an exchange came to its end. */
export type Outcome = 'complete' | 'client-gone' | 'client-slow' | 'upstream-lost' | 'revoked'

/** What carries a request to its service and the answer back. */
interface Carrier {
  /** Breaks off both sides. */
  revoke(): void
}

// Written to the log only, as nginx does: nothing was sent.
const CLIENT_GONE = 499
const NOTHING: readonly string[] = Object.freeze([])

export interface ExchangeOptions {
  readonly logger: GatewayLogger
  readonly clock: Clock
  readonly accounting: Accounting
  /** On which grounds a request is decided; undefined where that is not told to whoever sent it. */
  readonly explainTo: (client: ClientExchange) => readonly string[] | undefined
}

/** What is known of a request from its first line on, for the answers and the log. */
export class Exchange {
  readonly requestId: string
  readonly client: ClientExchange
  readonly trace: TraceContext | undefined
  readonly #options: ExchangeOptions
  readonly startedMs = performance.now()
  /** What it was matched with. */
  route: Destination | undefined
  /** On whose account it goes, once it was admitted. */
  visit: Visit | undefined
  /** Why the gateway itself refused it. */
  code: string | undefined
  /** Content, without its framing. */
  receivedBytes = 0
  sentBytes = 0
  sentUpstreamMs = 0
  upstreamMs: number | undefined
  /** It has become an event stream or a WebSocket, which may last for days. */
  lasting: 'streams' | 'tunnels' | undefined
  /** What a browser is told of https (RFC 6797). */
  strictTransport: string | undefined
  /** What it goes by once it is on its way. */
  carrier: Carrier | undefined
  /** Called once at the end. */
  onOver: (() => void) | undefined
  #alsoSaid: readonly string[] = NOTHING
  #status = CLIENT_GONE
  #isOver = false

  constructor(client: ClientExchange, options: ExchangeOptions) {
    const { fields } = client.request
    this.client = client
    this.#options = options
    this.trace = options.accounting.traceOf(fields)
    this.requestId = requestIdOf(fields, this.trace?.traceId)
    options.accounting.began()
  }

  get status(): number {
    return this.#status
  }

  get isOver(): boolean {
    return this.#isOver
  }

  get date(): string {
    return this.#options.clock.date
  }

  /** Fields for whatever answer of the gateway's own may follow. */
  alsoSay(lines: readonly { readonly name: string; readonly value: string }[]): void {
    this.#alsoSaid = lines.flatMap(({ name, value }) => [name, value])
  }

  /** The head of the answer has been written with this status. */
  began(status: number): void {
    this.#status = status
  }

  /** Sends an answer of the gateway's own; once the upstream's has begun, the connection breaks off instead. */
  answer(error: unknown): void {
    this.reply(this.#refuse(error))
  }

  /** As {@link answer}, for what is no error: a redirect, or a preflight. */
  reply(answer: Answer): void {
    const { client } = this
    if (client.hasAnswered) {
      client.abort()
      this.end('upstream-lost')
      return
    }
    const { status, body, headers } = answer
    const content = Buffer.from(client.request.method === 'HEAD' ? '' : body)
    // After a message that cannot be understood nobody knows where the next one begins.
    if (status === 400 || status === 408) client.closeAfterwards()
    client.writeHead(
      ownAnswerHead(
        { status, body, headers: [...headers, ...this.#alsoSaid, ...this.#strictLines()] },
        { date: this.date, length: content.length },
      ),
    )
    this.began(status)
    if (content.length > 0) client.write(content)
    client.end()
    this.end('complete')
  }

  #strictLines(): readonly string[] {
    return this.strictTransport === undefined ? NOTHING : ['Strict-Transport-Security', this.strictTransport]
  }

  /**
   * It is no longer a request whose end is near: it is counted by itself, and no longer among those at once.
   * @throws GATEWAY_TOO_MANY_LASTING; then it is what it was
   */
  becomeLasting(kind: 'streams' | 'tunnels'): void {
    if (this.#isOver || this.lasting !== undefined) return
    this.#options.accounting.becomeLasting(this, kind)
    this.lasting = kind
  }

  /** Once, however often it is called. */
  end(outcome: Outcome): void {
    if (this.#isOver) return
    this.#isOver = true
    this.onOver?.()
    this.#options.accounting.ended(this, outcome)
  }

  /** Whoever let it in takes that back: it breaks off, wherever it is. */
  revoke(): void {
    if (this.#isOver) return
    if (this.carrier === undefined) this.client.abort()
    else this.carrier.revoke()
    this.end('revoked')
  }

  /** The answer for an error, which is logged here and nowhere else. */
  #refuse(error: unknown): Answer {
    const { logger } = this.#options
    this.code = errorCode(error) ?? 'INTERNAL'
    const fields = { requestId: this.requestId, service: this.route?.service, error: describe(error) }
    if (!isAppError(error)) logger.error({ ...fields, stack: stackOf(error) }, 'request failed')
    else if (error.status >= 500) logger.warn(fields, 'request failed')
    return answerOf(error, this.#asked())
  }

  #asked(): Asked {
    const { method, fields } = this.client.request
    const [accept] = fieldValues(fields, 'accept')
    const [acceptLanguage] = fieldValues(fields, 'accept-language')
    const why = this.#options.explainTo(this.client)
    return { requestId: this.requestId, method, accept, acceptLanguage, why }
  }
}

function describe(error: unknown): Readonly<Record<string, unknown>> {
  const cause = error instanceof Error && error.cause !== undefined ? { cause: errorMessage(error.cause) } : {}
  const code = isAppError(error) ? { code: error.code } : {}
  return { ...code, message: errorMessage(error), ...cause }
}

function stackOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  return error.cause instanceof Error ? error.cause.stack : error.stack
}
