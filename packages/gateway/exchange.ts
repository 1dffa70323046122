import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import { errorMessage, isAppError } from '@portolan/errors'
import { type Answer, type Asked, answerOf } from './answer.ts'
import type { GatewayLogger } from './log.ts'
import { requestIdOf } from './request-id.ts'
import type { GatewayRoute } from './route.ts'

/** How an exchange came to its end. */
export type Outcome = 'complete' | 'client-gone' | 'upstream-lost'

// How long the rest of an upload is thrown away after the answer: closing at once could reset the connection before
// the client has read the answer (RFC 9112 §9.6).
const LINGER_MS = 5_000

/** What is known of a request from its first line on, for the answers and the log. */
export class Exchange {
  readonly requestId: string
  readonly request: IncomingMessage
  readonly #logger: GatewayLogger
  readonly #startedMs = performance.now()
  /** What it was matched with. */
  route: GatewayRoute | undefined
  outcome: Outcome = 'complete'
  /** Whether its answer may stand still for ever, as an event stream may. */
  mayBeSilent = false

  constructor(request: IncomingMessage, logger: GatewayLogger) {
    this.request = request
    this.requestId = requestIdOf(request.rawHeaders)
    this.#logger = logger
  }

  /** The answer for an error, which is logged here and nowhere else. */
  refuse(error: unknown): Answer {
    const fields = { requestId: this.requestId, service: this.route?.service, error: describe(error) }
    if (!isAppError(error)) this.#logger.error({ ...fields, stack: stackOf(error) }, 'request failed')
    else if (error.status >= 500) this.#logger.warn(fields, 'request failed')
    return answerOf(error, this.#asked())
  }

  /**
   * The one line per request. Of its path only what the route says: the rest may hold a secret, such as the token of an
   * invitation, and which part does only the service knows, whose own log has the path under the same request id.
   */
  logAccess(status: number): void {
    const fields = {
      requestId: this.requestId,
      method: this.request.method,
      route: this.route?.path,
      status,
      durationMs: Math.round(performance.now() - this.#startedMs),
      service: this.route?.service,
      outcome: this.outcome,
    }
    this.#logger.info(fields, 'request')
  }

  #asked(): Asked {
    const { method, headers } = this.request
    const { accept, 'accept-language': acceptLanguage } = headers
    return { requestId: this.requestId, method, accept, acceptLanguage }
  }
}

/** Sends an answer of the gateway's own; once the upstream's has begun, the connection is destroyed instead. */
export function answerWith(response: ServerResponse, error: unknown, exchange: Exchange): void {
  const { status, headers, body } = exchange.refuse(error)
  if (response.headersSent) {
    response.destroy()
    return
  }
  // After a message that cannot be understood nobody knows where the next one begins.
  if (status === 400 || status === 408) response.shouldKeepAlive = false
  response.once('finish', () => discardRest(exchange.request))
  // With a reason of its own: one that a service sent and Node refused to write would be tried, and thrown, again.
  response.writeHead(status, STATUS_CODES[status] ?? '', headers)
  response.end(body)
}

/** Throws away what is left of a request that has its answer, for a short while; then closes the connection. */
export function discardRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return
  const timer = setTimeout(() => request.destroy(), LINGER_MS)
  request.once('close', () => clearTimeout(timer))
  request.once('end', () => clearTimeout(timer))
  request.unpipe()
  request.resume()
}

function describe(error: unknown): Readonly<Record<string, unknown>> {
  const cause = error instanceof Error && error.cause !== undefined ? { cause: errorMessage(error.cause) } : {}
  const code = isAppError(error) ? { code: error.code } : {}
  return { ...code, message: errorMessage(error), ...cause }
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined
}
