import { errorCode, errorMessage, isAppError } from '@portolan/errors'
import { outcomeUnknown, storeUnavailable } from './errors.ts'

// Connection exceptions, no resources left, and the server going down (PostgreSQL, Appendix A); 25P03 is the server's
// end of a transaction that waited too long for its client.
const AWAY_SQLSTATE = /^(08|53|57P|25P03)/
const AWAY_CODE = /^(ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/
// pg has no code for a connection that ends in the middle of a query.
const AWAY_WORDS = /^Connection terminated|^Client has encountered a connection error|not queryable/

/** True when the error says only that the database is away or was lost. */
export function isStoreAway(error: unknown): boolean {
  const code = errorCode(error) ?? ''
  if (isAppError(error)) return error.status >= 503 && code.startsWith('POSTGRES_')
  return AWAY_SQLSTATE.test(code) || AWAY_CODE.test(code) || AWAY_WORDS.test(errorMessage(error))
}

// The server gave the statement up by itself, so it is undone: it ran too long, or waited too long for a lock.
const GIVEN_UP_SQLSTATE = /^(57014|55P03)$/

/** An error as the caller gets it. While reading, a lost database has changed nothing; while writing, who knows. */
export function explainStoreFailure(error: unknown, phase: 'reading' | 'writing'): unknown {
  if (GIVEN_UP_SQLSTATE.test(errorCode(error) ?? '')) return storeUnavailable(error)
  if (!isStoreAway(error)) return error
  // The pool's own errors come before anything was sent.
  return phase === 'reading' || isAppError(error) ? storeUnavailable(error) : outcomeUnknown(error)
}

/** Integrity constraint violations: class 23 (PostgreSQL, Appendix A). */
export function isConstraintViolation(error: unknown): boolean {
  return errorCode(error)?.startsWith('23') ?? false
}
