import { errorCode, errorMessage, isAppError } from '@portolan/errors'
import { storeUnavailable } from './errors.ts'

// Connection exceptions, a server that shuts down or starts, no connection left, a statement that took too long
// (PostgreSQL, Appendix A), and what the driver says when the connection is lost below a statement.
const SQLSTATE = /^(08...|57P0[1-3]|53300|57014|25006)$/
const NETWORK = /^E(CONNRESET|CONNREFUSED|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH)$/
const DRIVER_WORDS = /^Connection terminated|not queryable|^Client has encountered a connection error/
const BELOW = /^(POSTGRES|BUS)_/
const RETRY_AFTER_S = 2

/**
 * What auth needs is gone for a while: AUTH_STORE_UNAVAILABLE, which callers may rely on, whichever of the database
 * and the bus it was and however it showed. Everything else stays as it is.
 */
export function storeFailure(error: unknown): unknown {
  const code = errorCode(error) ?? ''
  if (isAppError(error)) return error.status === 503 && BELOW.test(code) ? storeUnavailable(error) : error
  const isLost = SQLSTATE.test(code) || NETWORK.test(code) || DRIVER_WORDS.test(errorMessage(error))
  return isLost ? storeUnavailable(error) : error
}

/** When to come back, for errors that pass. */
export function retryAfterSecondsOf(error: unknown): number | undefined {
  if (!isAppError(error)) return undefined
  const { retryAfterSeconds } = error.details
  if (typeof retryAfterSeconds === 'number') return retryAfterSeconds
  return error.status === 503 ? RETRY_AFTER_S : undefined
}
