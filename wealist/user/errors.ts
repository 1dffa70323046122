import { AppError, type ErrorCatalogue } from '@portolan/errors'

export const USER_ERRORS = {
  USER_INPUT_INVALID: { status: 400, title: 'A field is not as expected' },
  USER_ACCOUNT_UNKNOWN: { status: 404, title: 'The account does not exist any more' },
  USER_CONFIRMATION_WRONG: { status: 400, title: 'The password or the code is wrong' },
  USER_WORKSPACE_UNKNOWN: { status: 404, title: 'There is no such workspace for you' },
  USER_WORKSPACE_LIMIT: { status: 409, title: 'There are too many workspaces' },
  USER_MEMBER_UNKNOWN: { status: 404, title: 'There is no such member' },
  USER_NOT_ALLOWED: { status: 403, title: 'Your role does not allow this' },
  USER_OWNER_STAYS: { status: 409, title: 'The owner has to hand over the workspace first' },
  USER_OWNER_COUNT: { status: 409, title: 'A workspace has exactly one owner' },
  USER_OWNS_WORKSPACES: { status: 409, title: 'The account owns workspaces that others are in' },
  USER_INVITATION_UNKNOWN: { status: 404, title: 'There is no such invitation' },
  USER_INVITATION_EXPIRED: { status: 410, title: 'The invitation has expired' },
  USER_INVITATION_USED: { status: 410, title: 'The invitation was used already' },
  USER_INVITATION_REVOKED: { status: 410, title: 'The invitation was withdrawn' },
  USER_INVITATION_FOREIGN: { status: 403, title: 'The invitation is for another e-mail address' },
  USER_INVITATION_AFTER_REMOVAL: { status: 403, title: 'The invitation is older than your removal' },
  USER_INVITATION_LIMIT: { status: 409, title: 'There are too many open invitations' },
  USER_EMAIL_UNVERIFIED: { status: 403, title: 'The e-mail address is not confirmed yet' },
  USER_TOO_MANY_REQUESTS: { status: 429, title: 'Too many requests of this kind' },
  USER_STREAM_LIMIT: { status: 429, title: 'Too many event streams are open' },
  USER_AVATAR_UNKNOWN: { status: 404, title: 'There is no such avatar' },
  USER_UPLOAD_UNKNOWN: { status: 404, title: 'There is no such upload' },
  USER_UPLOAD_MISSING: { status: 409, title: 'Nothing was uploaded yet' },
  USER_AVATAR_UNREADABLE: { status: 422, title: 'The image cannot be read' },
  USER_AVATAR_UNSUPPORTED: { status: 415, title: 'The file is no image of a format that is taken' },
  USER_AVATAR_TOO_LARGE: { status: 413, title: 'The image is too large' },
  USER_AVATAR_BUSY: { status: 503, title: 'Too many images are waiting' },
  USER_AUTH_UNAVAILABLE: { status: 503, title: 'The auth service does not answer' },
  USER_STORE_UNAVAILABLE: { status: 503, title: 'The database, the bus or the object store does not answer' },
} as const satisfies ErrorCatalogue

export type UserErrorCode = keyof typeof USER_ERRORS

interface Facts {
  readonly cause?: unknown
  readonly details?: Readonly<Record<string, unknown>>
}

function userError(code: UserErrorCode, message: string, facts: Facts = {}): AppError {
  return new AppError(code, message, { status: USER_ERRORS[code].status, ...facts })
}

/** One thing that is wrong with one field. */
export interface Fault {
  readonly field: string
  /** Stable; pages translate it. */
  readonly rule: string
  /** English; follows the field's name in a sentence: `is not an e-mail address`. */
  readonly reason: string
}

export function inputInvalid(fault: Fault): AppError {
  const message = `"${fault.field}" ${fault.reason}. Correct it and send it again.`
  return userError('USER_INPUT_INVALID', message, { details: { faults: [fault] } })
}

export function accountUnknown(): AppError {
  const message = 'The account does not exist any more, or it is being removed. Sign up again to go on.'
  return userError('USER_ACCOUNT_UNKNOWN', message)
}

export function confirmationWrong(field: 'password' | 'code'): AppError {
  const fault: Fault = { field, rule: 'wrong', reason: 'is wrong or missing' }
  const message = `The ${field} is wrong or missing, so nothing was removed. Enter the one that you sign in with now.`
  return userError('USER_CONFIRMATION_WRONG', message, { details: { faults: [fault] } })
}

/** The same words for a workspace that is not there and for one that is none of the caller's business. */
export function workspaceUnknown(): AppError {
  const message = 'There is no such workspace, or you are not in it. Check the address, or ask for an invitation.'
  return userError('USER_WORKSPACE_UNKNOWN', message)
}

export function workspaceLimit(limit: number): AppError {
  const message = `You own ${limit} workspaces already, which is the most. Remove or hand over one that you do not need.`
  return userError('USER_WORKSPACE_LIMIT', message, { details: { limit } })
}

export function memberUnknown(): AppError {
  return userError('USER_MEMBER_UNKNOWN', 'There is no such member in the workspace. Load the list of members again.')
}

/** @param action continues "Your role … does not allow you to" */
export function notAllowed(role: string, action: string): AppError {
  const message = `Your role "${role}" does not allow you to ${action}. Ask somebody whose role does.`
  return userError('USER_NOT_ALLOWED', message, { details: { role, action } })
}

export function ownerStays(): AppError {
  const message =
    'The owner can neither leave, nor be removed, nor get another role, because a workspace always has one. ' +
    'Hand over the workspace first, or remove it.'
  return userError('USER_OWNER_STAYS', message)
}

/** The database refused what would have left a workspace with no owner, or with two. */
export function ownerCount(cause: unknown): AppError {
  const message =
    'A workspace has exactly one owner, and this would have changed that. Load it again and try once more.'
  return userError('USER_OWNER_COUNT', message, { cause })
}

export function ownsWorkspaces(workspaces: readonly { readonly id: string; readonly name: string }[]): AppError {
  const names = workspaces.map(({ name }) => `"${name}"`).join(', ')
  const message = `You own workspaces that others are in: ${names}. Hand them over or remove them first.`
  return userError('USER_OWNS_WORKSPACES', message, { details: { workspaces } })
}

export function invitationUnknown(): AppError {
  const message = 'There is no such invitation. Check that the link is whole, or ask for a new one.'
  return userError('USER_INVITATION_UNKNOWN', message)
}

export function invitationExpired(expiredAt: Date): AppError {
  const details = { expiredAt: expiredAt.toISOString() }
  const message = `The invitation expired at ${details.expiredAt}. Ask for a new one.`
  return userError('USER_INVITATION_EXPIRED', message, { details })
}

export function invitationUsed(): AppError {
  return userError('USER_INVITATION_USED', 'The invitation was used as often as it may be. Ask for a new one.')
}

export function invitationRevoked(): AppError {
  return userError('USER_INVITATION_REVOKED', 'The invitation was withdrawn. Ask for a new one.')
}

/** Without the address that it is for: the link may have come into the wrong hands. */
export function invitationForeign(): AppError {
  const message =
    'The invitation is for another e-mail address than that of your account. Sign in with the account that was invited.'
  return userError('USER_INVITATION_FOREIGN', message)
}

export function invitationAfterRemoval(): AppError {
  const message = 'You were removed from this workspace after the invitation was made. Ask an admin for a new one.'
  return userError('USER_INVITATION_AFTER_REMOVAL', message)
}

export function invitationLimit(limit: number): AppError {
  const message = `The workspace has ${limit} open invitations already, which is the most. Withdraw some first.`
  return userError('USER_INVITATION_LIMIT', message, { details: { limit } })
}

export function emailUnverified(): AppError {
  const message =
    'The e-mail address of your account is not confirmed yet. Open the link in the mail that was sent to it.'
  return userError('USER_EMAIL_UNVERIFIED', message)
}

export function tooManyRequests(retryAfterMs: number): AppError {
  const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1000))
  const message = `This was done too often. Try again in ${retryAfterSeconds} seconds.`
  return userError('USER_TOO_MANY_REQUESTS', message, { details: { retryAfterSeconds } })
}

export function streamLimit(limit: number): AppError {
  const message = `You have ${limit} event streams open already, which is the most. Close some pages.`
  return userError('USER_STREAM_LIMIT', message, { details: { limit, retryAfterSeconds: 10 } })
}

export function avatarUnknown(): AppError {
  return userError('USER_AVATAR_UNKNOWN', 'There is no such avatar. It may have been replaced; load the profile again.')
}

export function uploadUnknown(): AppError {
  const message = 'There is no such upload of yours. It may have expired or been finished; begin a new one.'
  return userError('USER_UPLOAD_UNKNOWN', message)
}

export function uploadMissing(): AppError {
  const message = 'Nothing was uploaded yet. Send the file to the URL that you were given, then say that it is done.'
  return userError('USER_UPLOAD_MISSING', message)
}

type AvatarFault = 'USER_AVATAR_UNREADABLE' | 'USER_AVATAR_UNSUPPORTED' | 'USER_AVATAR_TOO_LARGE'

const AVATAR_WORDS = {
  USER_AVATAR_UNREADABLE: { rule: 'readable', reason: 'cannot be read: it is damaged, incomplete or too complex' },
  USER_AVATAR_UNSUPPORTED: { rule: 'format', reason: 'is no image of a format that is taken' },
  USER_AVATAR_TOO_LARGE: { rule: 'size', reason: 'has too many bytes or pixels' },
} as const satisfies Record<AvatarFault, Omit<Fault, 'field'>>

/** @param details limits and formats, as the image's reader gives them */
export function avatarRefused(code: AvatarFault, { cause, details }: Required<Facts>): AppError {
  const fault: Fault = { field: 'avatar', ...AVATAR_WORDS[code] }
  const message = `The avatar ${fault.reason}. Choose another file.`
  return userError(code, message, { cause, details: { ...details, faults: [fault] } })
}

export function avatarBusy(cause: unknown): AppError {
  return userError('USER_AVATAR_BUSY', 'Too many images are waiting to be read. Try again in a moment.', { cause })
}

export function authUnavailable(cause: unknown): AppError {
  const message = 'This needs the auth service, which does not answer at the moment. Try again in some seconds.'
  return userError('USER_AUTH_UNAVAILABLE', message, { cause })
}

/** Its cause may name addresses; the message does not. */
export function storeUnavailable(cause: unknown): AppError {
  const message =
    'This cannot be done at the moment, because something that it needs does not answer. Try again in some seconds.'
  return userError('USER_STORE_UNAVAILABLE', message, { cause })
}
