import { AppError, type ErrorCatalogue } from '@portolan/errors'

export const AUTH_ERRORS = {
  AUTH_CREDENTIALS_WRONG: { status: 401, title: 'The e-mail address or the password is wrong' },
  AUTH_EMAIL_UNVERIFIED: { status: 403, title: 'The e-mail address is not confirmed yet' },
  AUTH_INPUT_INVALID: { status: 400, title: 'A field is not as expected' },
  AUTH_TOO_MANY_ATTEMPTS: { status: 429, title: 'Too many attempts' },
  AUTH_LINK_INVALID: { status: 400, title: 'The link is not valid any more' },
  AUTH_ADDRESS_TAKEN: { status: 409, title: 'The e-mail address belongs to an account already' },
  AUTH_REFRESH_INVALID: { status: 401, title: 'The session cannot be refreshed' },
  AUTH_REFRESH_REUSED: { status: 401, title: 'The session was ended because a token was used twice' },
  AUTH_SESSION_UNKNOWN: { status: 404, title: 'There is no such session' },
  AUTH_CHALLENGE_INVALID: { status: 401, title: 'The sign-in has to be started again' },
  AUTH_CODE_WRONG: { status: 400, title: 'The code is wrong' },
  AUTH_CODE_USED: { status: 400, title: 'The code was used already' },
  AUTH_PASSWORD_WRONG: { status: 400, title: 'The password is wrong' },
  AUTH_PASSWORD_NOT_SET: { status: 409, title: 'The account has no password' },
  AUTH_TOTP_ON: { status: 409, title: 'The second factor is on already' },
  AUTH_TOTP_OFF: { status: 409, title: 'The second factor is off' },
  AUTH_TOKEN_UNKNOWN: { status: 404, title: 'There is no such token' },
  AUTH_TOKEN_LIMIT: { status: 409, title: 'There are too many tokens' },
  AUTH_ACCOUNT_UNKNOWN: { status: 404, title: 'There is no such account' },
  AUTH_OPERATOR_REQUIRED: { status: 403, title: 'Only an operator may see this' },
  AUTH_PROVIDER_UNKNOWN: { status: 404, title: 'There is no such sign-in provider' },
  AUTH_PROVIDER_UNAVAILABLE: { status: 503, title: 'The sign-in provider does not answer' },
  AUTH_PROVIDER_ANSWER_INVALID: { status: 502, title: 'The answer of the sign-in provider is not valid' },
  AUTH_PROVIDER_DENIED: { status: 403, title: 'The sign-in provider refused' },
  AUTH_PROVIDER_FLOW_UNKNOWN: { status: 400, title: 'This sign-in was not started in this browser' },
  AUTH_PROVIDER_EMAIL_UNVERIFIED: { status: 403, title: 'The provider does not vouch for the e-mail address' },
  AUTH_STORE_UNAVAILABLE: { status: 503, title: 'The database or the bus does not answer' },
  AUTH_CONFIGURATION_INVALID: { status: 500, title: 'The configuration of auth is not as expected' },
  AUTH_SEAL_BROKEN: { status: 500, title: 'A stored secret cannot be opened' },
  AUTH_MAIL_FAILED: { status: 500, title: 'A mail could not be handed over' },
} as const satisfies ErrorCatalogue

export type AuthErrorCode = keyof typeof AUTH_ERRORS

interface Facts {
  readonly cause?: unknown
  readonly details?: Readonly<Record<string, unknown>>
}

function authError(code: AuthErrorCode, message: string, facts: Facts = {}): AppError {
  return new AppError(code, message, { status: AUTH_ERRORS[code].status, ...facts })
}

/** The same words for an unknown address, a wrong password and an account without one. */
export function credentialsWrong(): AppError {
  const message = 'The e-mail address or the password is wrong. Check both, or set a new password.'
  return authError('AUTH_CREDENTIALS_WRONG', message)
}

/** Only said to who knows the password. */
export function emailUnverified(): AppError {
  const message =
    'The e-mail address has not been confirmed yet. Open the link in the mail that was sent to it, or ask for another one.'
  return authError('AUTH_EMAIL_UNVERIFIED', message)
}

/** @param reason follows the field's name in a sentence: `is not an e-mail address` */
export function inputInvalid(field: string, reason: string): AppError {
  const message = `"${field}" ${reason}. Correct it and send it again.`
  return authError('AUTH_INPUT_INVALID', message, { details: { faults: [{ field, reason }] } })
}

export function tooManyAttempts(retryAfterMs: number): AppError {
  const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1000))
  const message = `There were too many attempts. Try again in ${retryAfterSeconds} seconds.`
  return authError('AUTH_TOO_MANY_ATTEMPTS', message, { details: { retryAfterSeconds } })
}

/** The same words for one that has expired, was used, was replaced, or never was. */
export function linkInvalid(): AppError {
  const message = 'The link has expired or was used already. Ask for a new one.'
  return authError('AUTH_LINK_INVALID', message)
}

/** Only said to who has received a mail at that address. */
export function addressTaken(): AppError {
  return authError('AUTH_ADDRESS_TAKEN', 'There is an account with this e-mail address already. Sign in instead.')
}

export function refreshInvalid(): AppError {
  return authError('AUTH_REFRESH_INVALID', 'There is no session to refresh, or it has ended. Sign in again.')
}

export function refreshReused(): AppError {
  const message =
    'A refresh token was used a second time, so somebody else may have a copy of it. The session was ended; sign in again.'
  return authError('AUTH_REFRESH_REUSED', message)
}

export function sessionUnknown(): AppError {
  return authError('AUTH_SESSION_UNKNOWN', 'You have no such session. It may have ended; load the list again.')
}

export function challengeInvalid(): AppError {
  const message = 'This sign-in has expired, or was tried too often. Sign in with your password again.'
  return authError('AUTH_CHALLENGE_INVALID', message)
}

export function codeWrong(): AppError {
  const reason = 'is wrong'
  const message =
    'The code is wrong. Enter the six digits that your app shows now, or a recovery code. See that its clock is right.'
  return authError('AUTH_CODE_WRONG', message, { details: { faults: [{ field: 'code', reason }] } })
}

export function codeUsed(): AppError {
  const reason = 'was used already'
  const message = 'This code was used already. Wait until your app shows the next one.'
  return authError('AUTH_CODE_USED', message, { details: { faults: [{ field: 'code', reason }] } })
}

export function passwordWrong(field: string): AppError {
  const message = 'The password is wrong. Enter the one that you sign in with now.'
  return authError('AUTH_PASSWORD_WRONG', message, { details: { faults: [{ field, reason: 'is wrong' }] } })
}

export function passwordNotSet(): AppError {
  const message = 'The account has no password. Set one by "password forgotten", which sends a link to your address.'
  return authError('AUTH_PASSWORD_NOT_SET', message)
}

export function totpOn(): AppError {
  return authError('AUTH_TOTP_ON', 'The second factor is on already. Turn it off before setting up another app.')
}

export function totpOff(): AppError {
  return authError('AUTH_TOTP_OFF', 'The second factor is off, or its set-up was not begun. Begin the set-up first.')
}

export function tokenUnknown(): AppError {
  return authError('AUTH_TOKEN_UNKNOWN', 'You have no such token. It may have been removed; load the list again.')
}

export function tokenLimit(limit: number): AppError {
  const message = `You have ${limit} tokens already, which is the most. Remove one that is not needed any more.`
  return authError('AUTH_TOKEN_LIMIT', message, { details: { limit } })
}

export function accountUnknown(): AppError {
  return authError('AUTH_ACCOUNT_UNKNOWN', 'There is no such account. It may have been removed.')
}

export function operatorRequired(): AppError {
  const message = 'Only an operator may see this. Operators are named by e-mail address in AUTH_OPERATORS.'
  return authError('AUTH_OPERATOR_REQUIRED', message)
}

export function providerUnknown(): AppError {
  return authError('AUTH_PROVIDER_UNKNOWN', 'There is no such sign-in provider. Choose one of those that are offered.')
}

export function providerUnavailable(provider: string, cause: unknown): AppError {
  const message = `The sign-in provider "${provider}" does not answer. Try again later, or sign in another way.`
  return authError('AUTH_PROVIDER_UNAVAILABLE', message, { cause, details: { provider } })
}

export function providerAnswerInvalid(provider: string, cause?: unknown): AppError {
  const message = `The answer of the sign-in provider "${provider}" is not valid, so nobody was signed in. Try again.`
  return authError('AUTH_PROVIDER_ANSWER_INVALID', message, { cause, details: { provider } })
}

export function providerDenied(provider: string): AppError {
  const message = `The sign-in provider "${provider}" refused, or you cancelled there. Try again, or sign in another way.`
  return authError('AUTH_PROVIDER_DENIED', message, { details: { provider } })
}

export function providerFlowUnknown(): AppError {
  const message = 'This sign-in was not started in this browser, or took too long. Start it again.'
  return authError('AUTH_PROVIDER_FLOW_UNKNOWN', message)
}

export function providerEmailUnverified(provider: string): AppError {
  const message =
    `The sign-in provider "${provider}" does not vouch for your e-mail address. ` +
    `Confirm it there, or sign up by e-mail and password.`
  return authError('AUTH_PROVIDER_EMAIL_UNVERIFIED', message, { details: { provider } })
}

/** Its cause may name addresses; the message does not. */
export function storeUnavailable(cause: unknown): AppError {
  const message =
    'This cannot be done at the moment, because something auth needs does not answer. Try again in some seconds.'
  return authError('AUTH_STORE_UNAVAILABLE', message, { cause })
}

/** Names the variable and never its value. @param reason follows the name: `is not JSON` */
export function configurationInvalid(variable: string, reason: string): AppError {
  const message = `The environment variable ${variable} ${reason}. Correct it and start the service again.`
  return authError('AUTH_CONFIGURATION_INVALID', message, { details: { variable } })
}

export function sealBroken(purpose: string, cause?: unknown): AppError {
  const message =
    `A stored secret ("${purpose}") cannot be opened. It was sealed with another AUTH_SECRET, or changed since. ` +
    `Start auth with the AUTH_SECRET of this database.`
  return authError('AUTH_SEAL_BROKEN', message, { cause, details: { purpose } })
}

/** Only for the log and for operators. @param failure `isPermanent`: another attempt would be refused as well */
export function mailFailed(
  reason: string,
  failure: { readonly cause: unknown; readonly isPermanent: boolean },
): AppError {
  const { cause, isPermanent } = failure
  const next = isPermanent ? 'It was given up; see that the address is right.' : 'It is tried again; see SMTP_URL.'
  return authError('AUTH_MAIL_FAILED', `A mail could not be handed over: ${reason}. ${next}`, {
    cause,
    details: { isPermanent },
  })
}
