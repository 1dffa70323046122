import { AppError, type ErrorCatalogue } from '@portolan/errors'

export const IDENTITY_ERRORS = {
  IDENTITY_CREDENTIALS_MISSING: { status: 401, title: 'Nobody is signed in' },
  IDENTITY_TOKEN_INVALID: { status: 401, title: 'The token is not valid' },
  IDENTITY_TOKEN_EXPIRED: { status: 401, title: 'The token has expired' },
  IDENTITY_SESSION_ENDED: { status: 401, title: 'The session has ended' },
  IDENTITY_COOKIE_AMBIGUOUS: { status: 401, title: 'A session cookie was sent more than once' },
  IDENTITY_SERVICE_TOKEN_INVALID: { status: 401, title: 'The service token is not valid' },
  IDENTITY_ORIGIN_REFUSED: { status: 403, title: 'The request does not come from our own pages' },
  IDENTITY_SCOPE_MISSING: { status: 403, title: 'The token does not have the scope' },
  IDENTITY_SESSION_REQUIRED: { status: 403, title: 'Only a signed-in person may do this' },
  IDENTITY_ROLE_TOO_LOW: { status: 403, title: 'The role in the workspace is too low' },
  IDENTITY_WORKSPACE_UNKNOWN: { status: 404, title: 'There is no such workspace for you' },
  IDENTITY_PASSWORD_REFUSED: { status: 400, title: 'The password cannot be taken' },
  IDENTITY_KEYS_UNAVAILABLE: { status: 503, title: 'The keys that tokens are checked with are not available' },
  IDENTITY_SESSIONS_UNKNOWN: { status: 503, title: 'It is not known which sessions have ended' },
  IDENTITY_MEMBERSHIP_UNKNOWN: { status: 503, title: 'The role in the workspace could not be asked' },
  IDENTITY_TOKEN_UNCHECKED: { status: 503, title: 'The personal access token could not be checked' },
  IDENTITY_SECRET_TOO_SHORT: { status: 500, title: 'A secret is too short' },
  IDENTITY_PUBLIC_ORIGIN_INVALID: { status: 500, title: 'The public origin is not an origin' },
  IDENTITY_KEY_UNSEALABLE: { status: 500, title: 'A stored signing key cannot be opened' },
  IDENTITY_PASSWORD_HASH_INVALID: { status: 500, title: 'A stored password hash cannot be read' },
} as const satisfies ErrorCatalogue

export type IdentityErrorCode = keyof typeof IDENTITY_ERRORS

interface Reason {
  readonly cause?: unknown
  readonly details?: Readonly<Record<string, unknown>>
}

function identityError(code: IdentityErrorCode, message: string, reason: Reason = {}): AppError {
  return new AppError(code, message, { status: IDENTITY_ERRORS[code].status, ...reason })
}

export function credentialsMissing(): AppError {
  const message =
    'The request names nobody: neither a session cookie nor a Bearer token came with it. Sign in, or send a token.'
  return identityError('IDENTITY_CREDENTIALS_MISSING', message)
}

/** Why a token was refused, in words that help its honest owner and tell a forger nothing new. */
export type TokenFault = 'form' | 'signature' | 'claims' | 'key' | 'personal'

const TOKEN_FAULTS = {
  form: 'it is not an access token of this place',
  signature: 'its signature does not fit',
  claims: 'it was not issued for this place and this time',
  key: 'it names a key that is not published',
  personal: 'it is unknown, revoked or expired',
} as const satisfies Record<TokenFault, string>

/** The cause stays out: libraries put pieces of the token into their words. */
export function tokenInvalid(fault: TokenFault): AppError {
  const message = `The token was refused: ${TOKEN_FAULTS[fault]}. Sign in again, or send a token that is valid.`
  return identityError('IDENTITY_TOKEN_INVALID', message, { details: { fault } })
}

export function tokenExpired(): AppError {
  const message = 'The token has expired. Refresh the session, then send the request again.'
  return identityError('IDENTITY_TOKEN_EXPIRED', message)
}

export function sessionEnded(): AppError {
  return identityError('IDENTITY_SESSION_ENDED', 'The session of this token has been ended. Sign in again.')
}

export function cookieAmbiguous(name: string): AppError {
  const message =
    `The cookie "${name}" was sent more than once, so it is not clear who asks. ` +
    `One was expected: remove the cookies of this site and sign in again.`
  return identityError('IDENTITY_COOKIE_AMBIGUOUS', message, { details: { name } })
}

export function serviceTokenInvalid(): AppError {
  const message =
    'The service token was refused: one that is signed with SERVICE_KEY, made for this service and not older than a ' +
    'minute was expected. Compare SERVICE_KEY and the clocks of both services.'
  return identityError('IDENTITY_SERVICE_TOKEN_INVALID', message)
}

export function originRefused(verdict: 'foreign' | 'unknown'): AppError {
  const why = verdict === 'foreign' ? 'it comes from another origin' : 'it does not say where it comes from'
  const message =
    `The request was refused because it is signed in by cookie and ${why}. ` +
    `Send it from the site's own pages, or with a Bearer token.`
  return identityError('IDENTITY_ORIGIN_REFUSED', message, { details: { verdict } })
}

export function scopeMissing(scope: string): AppError {
  const message = `The token does not have the scope "${scope}" that this needs. Use a token that has it.`
  return identityError('IDENTITY_SCOPE_MISSING', message, { details: { scope } })
}

export function sessionRequired(): AppError {
  const message = 'This cannot be done with a personal access token. Sign in and do it there.'
  return identityError('IDENTITY_SESSION_REQUIRED', message)
}

export function roleTooLow(role: string, needed: string): AppError {
  const message = `This needs the role "${needed}" in the workspace, and yours is "${role}". Ask an admin of it.`
  return identityError('IDENTITY_ROLE_TOO_LOW', message, { details: { role, needed } })
}

/** The same words for a workspace that is not there and for one that is none of the caller's business. */
export function workspaceUnknown(): AppError {
  const message = 'There is no such workspace, or you are not in it. Check the address, or ask for an invitation.'
  return identityError('IDENTITY_WORKSPACE_UNKNOWN', message)
}

export interface PasswordRefusal {
  readonly field: string
  /** Stable; pages translate it. */
  readonly rule: string
  /** English. */
  readonly reason: string
}

export function passwordRefused(fault: PasswordRefusal): AppError {
  const message = `The password cannot be taken: it ${fault.reason}. Choose another one.`
  return identityError('IDENTITY_PASSWORD_REFUSED', message, { details: { faults: [fault] } })
}

export function keysUnavailable(cause: unknown): AppError {
  const message =
    'Tokens cannot be checked at the moment, because the keys for it could not be fetched. Try again in some seconds.'
  return identityError('IDENTITY_KEYS_UNAVAILABLE', message, { cause })
}

export function sessionsUnknown(): AppError {
  const message =
    'Whether this session has been ended is not known at the moment, so it is not let in. Try again in some seconds.'
  return identityError('IDENTITY_SESSIONS_UNKNOWN', message)
}

export function membershipUnknown(cause: unknown): AppError {
  const message = 'Your role in the workspace could not be asked at the moment. Try again in some seconds.'
  return identityError('IDENTITY_MEMBERSHIP_UNKNOWN', message, { cause })
}

export function tokenUnchecked(cause: unknown): AppError {
  const message = 'The personal access token could not be checked at the moment. Try again in some seconds.'
  return identityError('IDENTITY_TOKEN_UNCHECKED', message, { cause })
}

export function secretTooShort(name: string, minimumBytes: number): AppError {
  const message = `The secret "${name}" is shorter than ${minimumBytes} bytes. Set a random one of at least that length.`
  return identityError('IDENTITY_SECRET_TOO_SHORT', message, { details: { name, minimumBytes } })
}

export function publicOriginInvalid(text: string): AppError {
  const message =
    `The public origin "${text}" is not an origin. A scheme, a host and a port were expected and nothing behind them, ` +
    `such as "https://app.example.com".`
  return identityError('IDENTITY_PUBLIC_ORIGIN_INVALID', message, { details: { text } })
}

export function keyUnsealable(kid: string, cause?: unknown): AppError {
  const message =
    `The signing key "${kid}" cannot be opened: it was sealed with another secret or has been changed. ` +
    `Restore the secret, or remove the key so that a new one is made.`
  return identityError('IDENTITY_KEY_UNSEALABLE', message, { cause, details: { kid } })
}

export function passwordHashInvalid(): AppError {
  const message = 'A stored password hash is no argon2id hash. Have its owner reset the password.'
  return identityError('IDENTITY_PASSWORD_HASH_INVALID', message)
}
