import { type AppError, errorCode, errorMessage } from '@portolan/errors'
import { type ConnectionFault, connectionFailed } from './errors.ts'
import type { PostgresUrl } from './postgres-url.ts'

/** SQLSTATEs that a server answers a start of a session with (PostgreSQL, Appendix A). */
const FAULT_BY_SQLSTATE: Readonly<Record<string, ConnectionFault>> = Object.freeze({
  '28P01': 'POSTGRES_LOGIN_REFUSED',
  '28000': 'POSTGRES_LOGIN_REFUSED',
  '3D000': 'POSTGRES_DATABASE_UNKNOWN',
  '42501': 'POSTGRES_DATABASE_FORBIDDEN',
  '53300': 'POSTGRES_CONNECTIONS_EXHAUSTED',
})

/** pg's own words where the login fails on our side of the wire, such as a missing password. */
const LOGIN_WORDS = /^SASL|SCRAM|password must be/i

/** Gives a failed attempt to connect its code. The message names host, database and role, never the password. */
export function connectionFailure(target: PostgresUrl, cause: unknown): AppError {
  const reason = reasonOf(cause)
  const byState = FAULT_BY_SQLSTATE[errorCode(cause) ?? '']
  const fault = byState ?? (LOGIN_WORDS.test(reason) ? 'POSTGRES_LOGIN_REFUSED' : 'POSTGRES_UNREACHABLE')
  return connectionFailed(target, { fault, reason, cause })
}

/** Node answers a name with several addresses by an AggregateError whose own message is empty. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(errorMessage).join('; ')
  return errorMessage(cause)
}
