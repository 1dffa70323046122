import { errorCode } from '@portolan/errors'
import { IDENTITY_ERRORS } from './errors.ts'

const REALM = 'realm="wealist"'

/**
 * The `WWW-Authenticate` value that belongs to an error (RFC 6750 §3), undefined where none does. The fixed titles
 * alone: what a request brought never comes back in a header.
 */
export function challengeOf(error: unknown): string | undefined {
  switch (errorCode(error)) {
    case 'IDENTITY_CREDENTIALS_MISSING': // without an error: nothing was wrong with what did not come
      return `Bearer ${REALM}`
    case 'IDENTITY_TOKEN_INVALID':
    case 'IDENTITY_SERVICE_TOKEN_INVALID':
      return invalidToken(IDENTITY_ERRORS.IDENTITY_TOKEN_INVALID.title)
    case 'IDENTITY_TOKEN_EXPIRED':
      return invalidToken(IDENTITY_ERRORS.IDENTITY_TOKEN_EXPIRED.title)
    case 'IDENTITY_SESSION_ENDED':
      return invalidToken(IDENTITY_ERRORS.IDENTITY_SESSION_ENDED.title)
    case 'IDENTITY_COOKIE_AMBIGUOUS':
      return invalidToken(IDENTITY_ERRORS.IDENTITY_COOKIE_AMBIGUOUS.title)
    case 'IDENTITY_SCOPE_MISSING':
      return `Bearer ${REALM}, error="insufficient_scope"`
    default:
      return undefined
  }
}

function invalidToken(description: string): string {
  return `Bearer ${REALM}, error="invalid_token", error_description="${description}"`
}
