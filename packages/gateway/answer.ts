import { STATUS_CODES } from 'node:http'
import { type ErrorCatalogue, problemOf } from '@portolan/errors'
import { preferredLanguage, prefersHtml } from './accept.ts'
import { GATEWAY_ERRORS } from './errors.ts'
import type { AnswerHead } from './http1/client-exchange.ts'
import { PAGE_SECURITY_POLICY, renderPage } from './page.ts'
import type { PageKind } from './words.ts'

/** An answer that the gateway makes itself. */
export interface Answer {
  readonly status: number
  readonly headers: string[]
  readonly body: string
}

/** What of a request decides the form of the answer. */
export interface Asked {
  readonly requestId: string
  readonly method?: string | undefined
  readonly accept?: string | undefined
  readonly acceptLanguage?: string | undefined
  /** On which grounds it was decided, where that may be told. */
  readonly why?: readonly string[] | undefined
}

const PAGES: Readonly<Record<string, PageKind>> = {
  GATEWAY_UPSTREAM_UNREACHABLE: 'down',
  GATEWAY_UPSTREAM_CLOSED: 'down',
  GATEWAY_UPSTREAM_INVALID: 'down',
  GATEWAY_UPSTREAM_TIMEOUT: 'slow',
  GATEWAY_CIRCUIT_OPEN: 'down',
  GATEWAY_UPSTREAM_BUSY: 'slow',
  GATEWAY_UPSTREAM_RESTARTING: 'down',
  GATEWAY_SLOT_EMPTY: 'down',
  GATEWAY_HALF_REPLACED: 'down',
  GATEWAY_CLOSING: 'closing',
  GATEWAY_NO_ROUTE: 'lost',
  GATEWAY_BAD_REQUEST: 'garbled',
  GATEWAY_HOST_UNKNOWN: 'nameless',
  GATEWAY_PATTERN_HOST_INVALID: 'formless',
  GATEWAY_WORKSPACE_ADDRESS_REFUSED: 'misplaced',
  GATEWAY_COOKIE_AMBIGUOUS: 'ambiguous',
  GATEWAY_FOREIGN_PAGE_REFUSED: 'foreign',
  GATEWAY_WORKSPACE_STOPPED: 'stopped',
  GATEWAY_WORKSPACE_STARTING: 'starting',
  GATEWAY_WORKSPACE_PORT_SILENT: 'silent',
  GATEWAY_WORKSPACE_UNKNOWN: 'unknown',
  GATEWAY_WORKSPACE_REFUSED: 'refused',
  GATEWAY_WORKSPACE_PORT_DENIED: 'denied',
  GATEWAY_HAND_OVER_INVALID: 'unfinished',
  GATEWAY_DIRECTORY_UNREACHABLE: 'down',
  GATEWAY_DIRECTORY_BUSY: 'down',
  GATEWAY_SESSIONS_UNKNOWN: 'down',
  GATEWAY_RATE_EXCEEDED: 'busy',
  GATEWAY_TOO_MANY_AT_ONCE: 'busy',
  GATEWAY_TOO_MANY_LASTING: 'busy',
  GATEWAY_OVERLOADED: 'busy',
}

/** Says an error as a problem (RFC 9457), or as a page to somebody who reads HTML. */
export function answerOf(error: unknown, asked: Asked): Answer {
  const catalogue: ErrorCatalogue = GATEWAY_ERRORS
  const { title, ...problem } = problemOf(error, { requestId: asked.requestId })
  const why = asked.why === undefined ? {} : { details: { ...problem.details, why: asked.why } }
  const said = { ...problem, ...why, title: catalogue[problem.code]?.title ?? title }
  const kind = PAGES[problem.code]
  const common = [
    'Cache-Control',
    'no-store',
    'X-Content-Type-Options',
    'nosniff',
    'X-Request-Id',
    asked.requestId,
    ...retryLines(problem.details),
    ...(problem.code === 'GATEWAY_METHOD_REFUSED' ? ['Allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'] : []),
  ]
  if (kind === undefined || !prefersHtml(asked.accept)) {
    return answer(problem.status, [...common, 'Content-Type', 'application/problem+json'], JSON.stringify(said))
  }
  const language = preferredLanguage(asked.acceptLanguage)
  const body = renderPage({
    kind,
    language,
    code: problem.code,
    requestId: asked.requestId,
    isRepeatable: asked.method === 'GET',
    service: textOf(problem.details?.service),
    path: textOf(problem.details?.path),
    host: textOf(problem.details?.host),
    example: textOf(problem.details?.example),
  })
  const page = ['Content-Type', 'text/html; charset=utf-8', 'Content-Language', language]
  return answer(problem.status, [...common, ...page, 'Content-Security-Policy', PAGE_SECURITY_POLICY], body)
}

/** The same request, elsewhere (RFC 9110 §15.4.9: with its method and content). */
export function redirectAnswer(location: string, requestId: string): Answer {
  return answer(308, ['Location', location, 'Cache-Control', 'no-store', 'X-Request-Id', requestId], '')
}

/** The head of an answer of our own. `length` in bytes is of what will follow: none for HEAD. */
export function ownAnswerHead(
  { status, headers }: Answer,
  { date, length }: { readonly date: string; readonly length: number },
): AnswerHead {
  const fields = ['Date', date, ...headers]
  return { status, reason: STATUS_CODES[status] ?? '', fields, framing: { kind: 'length', length } }
}

/** An error that passes by itself says when (RFC 9110 §10.2.3), as whole seconds in `details.retryAfterSeconds`. */
function retryLines(details: Readonly<Record<string, unknown>> | undefined): readonly string[] {
  const seconds = details?.retryAfterSeconds
  if (typeof seconds !== 'number') return []
  return ['Retry-After', String(seconds), ...rateLimitLines(details, seconds)]
}

/** Which limit was met, and when it is open again: draft-ietf-httpapi-ratelimit-headers-10, structured fields. */
function rateLimitLines(details: Readonly<Record<string, unknown>> | undefined, seconds: number): readonly string[] {
  const { limit, quota, windowSeconds } = details ?? {}
  if (typeof limit !== 'string' || typeof quota !== 'number' || typeof windowSeconds !== 'number') return []
  return ['RateLimit-Policy', `"${limit}";q=${quota};w=${windowSeconds}`, 'RateLimit', `"${limit}";r=0;t=${seconds}`]
}

function answer(status: number, headers: string[], body: string): Answer {
  return { status, headers: [...headers, 'Content-Length', String(Buffer.byteLength(body))], body }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
