import { Agent } from 'node:http'
import { errorCode } from '@portolan/errors'
import { upstreamClosed, upstreamInvalid, upstreamTimeout, upstreamUnreachable } from './errors.ts'
import type { GatewayTimeouts } from './timeouts.ts'

/** How the gateway reaches services: shared by all requests. */
export interface Upstream {
  /** Its kept connections carry only requests that may be sent twice. */
  readonly agent: Agent
  readonly timeouts: GatewayTimeouts
}

/** Shorter than Node's own server keeps an idle connection (5 s), so that most stale ones are never tried. */
const KEPT_MS = 4_000

export function openUpstream(timeouts: GatewayTimeouts): Upstream {
  return { agent: new Agent({ keepAlive: true, timeout: KEPT_MS, scheduling: 'lifo', maxFreeSockets: 64 }), timeouts }
}

/** A wait that ended without an answer; the cause that the request is destroyed with. */
export class Silence extends Error {
  readonly forMs: number

  constructor(forMs: number) {
    super(`silent for ${forMs} ms`)
    this.name = 'Silence'
    this.forMs = forMs
  }
}

/**
 * The error to answer with when no response head came.
 * @param wasConnected whether the TCP handshake had succeeded
 */
export function upstreamFailure(service: string, cause: unknown, { wasConnected }: { wasConnected: boolean }): Error {
  if (cause instanceof Silence) return upstreamTimeout(service, { forMs: cause.forMs })
  if (!wasConnected) return upstreamUnreachable(service, cause)
  // The codes of Node's parser and header checks; whatever else ends a connection is a close.
  const isInvalid = /^(HPE_|ERR_INVALID_|ERR_HTTP_)/.test(errorCode(cause) ?? '')
  return isInvalid ? upstreamInvalid(service, cause) : upstreamClosed(service, cause)
}
