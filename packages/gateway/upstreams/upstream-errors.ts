import { AppError, type ErrorCatalogue } from '@portolan/errors'
import type { Half } from './half.ts'

/** What keeps a request from the service behind its route, before anything was sent. */
export const UPSTREAM_ERRORS = {
  GATEWAY_CIRCUIT_OPEN: { status: 503, title: 'The service is given a pause' },
  GATEWAY_UPSTREAM_BUSY: { status: 503, title: 'The service has as many requests as it may have' },
  GATEWAY_UPSTREAM_RESTARTING: { status: 503, title: 'The service is restarting' },
  GATEWAY_SLOT_EMPTY: { status: 503, title: 'No version of the service is active' },
  GATEWAY_HALF_REPLACED: { status: 503, title: 'The version that was asked has been replaced' },
  GATEWAY_PROMOTE_REFUSED: { status: 409, title: 'The half is not fit to be promoted' },
} as const satisfies ErrorCatalogue

interface Circumstances {
  readonly service: string
  readonly retryAfterMs: number
}

function unavailable(code: keyof typeof UPSTREAM_ERRORS, message: string, asked: Circumstances): AppError {
  const { service, retryAfterMs } = asked
  const details = { service, retryAfterSeconds: Math.max(1, Math.ceil(retryAfterMs / 1_000)) }
  return new AppError(code, message, { status: UPSTREAM_ERRORS[code].status, details })
}

export function circuitOpen(asked: Circumstances): AppError {
  const message =
    `Service "${asked.service}" failed several times in a row, so it is not asked for a moment. ` +
    `Try again in a few seconds, and read the log of the service.`
  return unavailable('GATEWAY_CIRCUIT_OPEN', message, asked)
}

export function upstreamBusy(asked: Circumstances): AppError {
  const message =
    `Service "${asked.service}" has as many connections as it may have, and none became free in time. ` +
    `Try again in a moment, or raise "connections" in the stack file.`
  return unavailable('GATEWAY_UPSTREAM_BUSY', message, asked)
}

export function upstreamRestarting(asked: Circumstances): AppError {
  const message =
    `Service "${asked.service}" is restarting and was not back in time. The request was not sent. ` +
    `Try again in a moment, and read the log of the service if it stays away.`
  return unavailable('GATEWAY_UPSTREAM_RESTARTING', message, asked)
}

export function slotEmpty(service: string): AppError {
  const message =
    `No version of service "${service}" is active. Expected was a blue or a green one. ` +
    `Deploy one by "portolan slots deploy", or see whether the registry can be reached.`
  return unavailable('GATEWAY_SLOT_EMPTY', message, { service, retryAfterMs: 5_000 })
}

export function halfReplaced(service: string): AppError {
  const message =
    `The version of service "${service}" that was to answer has been replaced, and its grace is over. ` +
    `Whether it did what was asked is not known. Look, and ask again.`
  return unavailable('GATEWAY_HALF_REPLACED', message, { service, retryAfterMs: 1_000 })
}

/** @param reason a clause, such as `nothing listens there` */
export function promoteRefused(upstream: string, half: Half, reason: string): AppError {
  const message =
    `The ${half} half of "${upstream}" was not promoted: ${reason}. Expected was a passed health check. ` +
    `Everything stays as it was. See what the half's log says, then promote it again.`
  const { status } = UPSTREAM_ERRORS.GATEWAY_PROMOTE_REFUSED
  return new AppError('GATEWAY_PROMOTE_REFUSED', message, { status, details: { upstream, half, reason } })
}
