import { upstreamClosed, upstreamInvalid, upstreamTimeout, upstreamUnreachable } from './errors.ts'
import { MalformedMessage } from './http1/malformed-message.ts'
import { Silence, UnexpectedFault } from './http1/upstream-connection.ts'

/**
 * The error to answer with when no response head came.
 * @param hasConnected whether the TCP handshake had succeeded
 */
export function upstreamFailure(service: string, cause: unknown, hasConnected: boolean): Error {
  if (cause instanceof UnexpectedFault) return cause
  if (cause instanceof Silence) return upstreamTimeout(service, { forMs: cause.forMs })
  if (!hasConnected) return upstreamUnreachable(service, cause)
  return cause instanceof MalformedMessage ? upstreamInvalid(service, cause) : upstreamClosed(service, cause)
}
