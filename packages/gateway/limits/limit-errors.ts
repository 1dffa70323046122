import { AppError, type ErrorCatalogue } from '@portolan/errors'
import type { LoadReason } from './load-watch.ts'
import type { RateRule } from './rate-rule.ts'

export const LIMIT_ERRORS = {
  GATEWAY_RATE_EXCEEDED: { status: 429, title: 'Too many requests in a short time' },
  GATEWAY_TOO_MANY_AT_ONCE: { status: 429, title: 'Too many requests at once' },
  GATEWAY_TOO_MANY_LASTING: { status: 429, title: 'Too many event streams and WebSockets at once' },
  GATEWAY_TOO_MANY_CONNECTIONS: { status: 429, title: 'Too many connections of one client' },
  GATEWAY_CONNECTIONS_EXHAUSTED: { status: 503, title: 'The gateway takes no more connections' },
  GATEWAY_OVERLOADED: { status: 503, title: 'The gateway has too much to do' },
  GATEWAY_BODY_TOO_SLOW: { status: 408, title: 'The content of the request arrives too slowly' },
  GATEWAY_READER_TOO_SLOW: { status: 408, title: 'The answer is read too slowly' },
} as const satisfies ErrorCatalogue

type LimitCode = keyof typeof LIMIT_ERRORS

/** Whose limit it is. */
export type Limited = 'client' | 'workspace' | 'route'

const WHOSE: Readonly<Record<Limited, string>> = {
  client: 'of one client address',
  workspace: 'of one workspace',
  route: 'of this route',
}

/** Whose limit was met, and where it is written. */
export interface Whose {
  readonly limited: Limited
  /** The route, where it has limits of its own. */
  readonly own?: { readonly path: string; readonly limits: Readonly<Record<string, unknown>> } | undefined
}

/** What to raise: a route's own limit goes before that of every route. */
function placeOf({ limited, own }: Whose, key: string): string {
  if (own?.limits[key] === undefined) return `"limits.${limited}.${key}" in the stack file`
  return `"limits.${key}" of the route "${own.path}" in the stack file`
}

function limitError(code: LimitCode, message: string, details: Readonly<Record<string, unknown>>): AppError {
  return new AppError(code, message, { status: LIMIT_ERRORS[code].status, details })
}

export function rateExceeded(whose: Whose, rule: RateRule, earlyMs: number): AppError {
  const { limited } = whose
  const retryAfterSeconds = Math.max(1, Math.ceil(earlyMs / 1_000))
  const rate = Math.round(1_000 / rule.intervalMs)
  const message =
    `The requests ${WHOSE[limited]} come faster than "${rate}" a second, after a burst of "${rule.burst}". Expected ` +
    `were fewer. Wait "${retryAfterSeconds}" s, or raise ${placeOf(whose, 'requestsPerSecond')}.`
  const quota = { limit: limited, quota: rule.burst, windowSeconds: rule.windowSeconds }
  return limitError('GATEWAY_RATE_EXCEEDED', message, { ...quota, retryAfterSeconds })
}

export function tooManyAtOnce(whose: Whose, most: number): AppError {
  const { limited } = whose
  const message =
    `More than "${most}" ${most === 1 ? 'request' : 'requests'} ${WHOSE[limited]} would be under way. Expected was that some of them end first. Try again, ` +
    `or raise ${placeOf(whose, 'requestsAtOnce')}.`
  return limitError('GATEWAY_TOO_MANY_AT_ONCE', message, { limit: limited, most, retryAfterSeconds: 1 })
}

export function tooManyLasting(limited: Limited, most: number): AppError {
  const message =
    `More than "${most}" ${most === 1 ? 'event stream or WebSocket' : 'event streams and WebSockets'} ${WHOSE[limited]} would be open. Expected was that some of them end ` +
    `first. Close some, or raise "limits.${limited}.lasting" in the stack file.`
  return limitError('GATEWAY_TOO_MANY_LASTING', message, { limit: limited, most, retryAfterSeconds: 5 })
}

export function tooManyConnections(most: number): AppError {
  const message =
    `One client address has more than "${most}" ${most === 1 ? 'connection' : 'connections'}, or opens them too fast. Expected were fewer, used one ` +
    `request after the other. Close some, or raise "limits.client.connections" in the stack file.`
  return limitError('GATEWAY_TOO_MANY_CONNECTIONS', message, { most, retryAfterSeconds: 5 })
}

export function connectionsExhausted(most: number): AppError {
  const message =
    `The gateway has "${most}" connections open, which is all that it takes. Expected was that some close. Try again, ` +
    `or raise "limits.whole.connections" in the stack file.`
  return limitError('GATEWAY_CONNECTIONS_EXHAUSTED', message, { most, retryAfterSeconds: 5 })
}

const OVERLOADS: Readonly<Record<LoadReason | 'queue' | 'wait', string>> = {
  lag: 'The gateway answers late, because it has more to do than its processor can',
  memory: 'The gateway has little memory left',
  queue: 'Too many requests wait for their turn',
  wait: 'The request has waited too long for its turn',
}

export function overloaded(reason: keyof typeof OVERLOADS): AppError {
  const message = `${OVERLOADS[reason]}. Expected was less to do at once. Try again in a few seconds.`
  return limitError('GATEWAY_OVERLOADED', message, { reason, retryAfterSeconds: reason === 'memory' ? 10 : 2 })
}

export function bodyTooSlow(): AppError {
  const message =
    'The content of the request arrives more slowly than the least rate. Expected was a steady stream. Send it over a ' +
    'better connection, or lower "limits.slow.leastBytesPerSecond" in the stack file.'
  return limitError('GATEWAY_BODY_TOO_SLOW', message, {})
}
