import { type AttemptSubject, mailSubjects } from '../attempts/attempts.ts'
import { networkOf } from '../attempts/network-of.ts'
import type { AuthParts } from '../auth-parts.ts'
import { accountUnknown, linkInvalid, passwordNotSet, passwordWrong } from '../errors.ts'
import { addMail } from '../mail/mail-repository.ts'
import { hashRandomToken } from '../random-token.ts'
import type { SessionEnd } from '../sessions/session.ts'
import { announceEnds } from '../sessions/session-announcement.ts'
import { endSessions } from '../sessions/session-repository.ts'
import type { AuthTransaction } from '../store.ts'
import { removePersonalTokens } from '../tokens/personal-token-repository.ts'
import type { Account } from './account.ts'
import { findAccount, lockAccount, setPassword } from './account-repository.ts'
import { requireGoodPassword } from './credentials.ts'
import { parseEmailAddress } from './email-address.ts'
import { findTokenAccount, removeAccountTokens, takeOneTimeToken } from './one-time-token-repository.ts'

/** Queues the mail with the link, whether or not there is such an account: that is looked up when it is sent. */
export async function requestReset(parts: AuthParts, given: string, address: string): Promise<void> {
  const { store, clock, attempts, outbox } = parts
  const email = parseEmailAddress(given)
  await attempts.take(mailSubjects(email, address))
  const mail = { template: 'password-reset', recipient: email, locale: 'en', parameters: {} } as const
  await store.change((tx) => addMail(tx, mail, clock.now()))
  outbox.wake()
}

export interface PasswordReset {
  readonly token: string
  readonly password: string
}

/**
 * Sets a new password by the link of a mail, and ends all sessions.
 * @throws AUTH_LINK_INVALID, AUTH_TOO_MANY_ATTEMPTS, IDENTITY_PASSWORD_REFUSED, after which the link still works
 */
export async function resetPassword(parts: AuthParts, request: PasswordReset, address: string): Promise<void> {
  const { store, clock, hasher, attempts, outbox } = parts
  await attempts.take([{ kind: 'link-address', key: networkOf(address) }])
  const now = clock.now()
  const hash = hashRandomToken(request.token)
  const accountId = await findTokenAccount(store.db, hash, now)
  const account = accountId === undefined ? undefined : await findAccount(store.db, accountId)
  if (account === undefined) throw linkInvalid()
  requireGoodPassword(request.password, { email: account.email, field: 'password' })
  const passwordHash = await hasher.hash(request.password)
  const ends = await store.change(async (tx) => {
    if (!(await takeOneTimeToken(tx, hash, now))) return undefined
    // Who resets a password may be throwing somebody out, and a token outlives every session.
    await removePersonalTokens(tx, account.id)
    return storePassword(tx, { account, passwordHash }, now)
  })
  if (ends === undefined) throw linkInvalid()
  await announceEnds(parts, ends)
  outbox.wake()
}

export interface PasswordChange {
  readonly userId: string
  readonly sessionId: string
  readonly current: string
  readonly next: string
}

/**
 * Changes the password of somebody who is signed in, and ends the other sessions.
 * @throws AUTH_PASSWORD_WRONG, AUTH_PASSWORD_NOT_SET, AUTH_TOO_MANY_ATTEMPTS, IDENTITY_PASSWORD_REFUSED
 */
export async function changePassword(parts: AuthParts, change: PasswordChange): Promise<void> {
  const { store, clock, hasher, outbox } = parts
  const account = await requirePassword(parts, { userId: change.userId, password: change.current, field: 'current' })
  requireGoodPassword(change.next, { email: account.email, field: 'next' })
  const passwordHash = await hasher.hash(change.next)
  const ends = await store.change(async (tx) => {
    const current = await lockAccount(tx, account.id)
    if (current?.credentialVersion !== account.credentialVersion) throw passwordWrong('current')
    return storePassword(tx, { account, passwordHash, exceptSessionId: change.sessionId }, clock.now())
  })
  await announceEnds(parts, ends)
  outbox.wake()
}

export interface PasswordProof {
  readonly userId: string
  readonly password: string
  readonly field: string
}

/** @throws AUTH_PASSWORD_WRONG, AUTH_PASSWORD_NOT_SET, AUTH_ACCOUNT_UNKNOWN, AUTH_TOO_MANY_ATTEMPTS */
export async function requirePassword(
  { store, hasher, attempts }: AuthParts,
  { userId, password, field }: PasswordProof,
): Promise<Account> {
  const subjects: readonly AttemptSubject[] = [{ kind: 'password', key: userId }]
  await attempts.take(subjects)
  const account = await findAccount(store.db, userId)
  if (account === undefined) throw accountUnknown()
  if (account.passwordHash === undefined) throw passwordNotSet()
  const verdict = await hasher.verify(account.passwordHash, password)
  if (!verdict.isRight) throw passwordWrong(field)
  await attempts.forgive(subjects)
  return account
}

interface NewPassword {
  readonly account: Account
  readonly passwordHash: string
  readonly exceptSessionId?: string
}

async function storePassword(
  tx: AuthTransaction,
  { account, passwordHash, exceptSessionId }: NewPassword,
  now: Date,
): Promise<readonly SessionEnd[]> {
  const { id, email, locale } = account
  await setPassword(tx, id, passwordHash)
  await removeAccountTokens(tx, id)
  await addMail(tx, { template: 'password-changed', recipient: email, locale, parameters: {} }, now)
  const except = exceptSessionId === undefined ? {} : { exceptId: exceptSessionId }
  return endSessions(tx, { userId: id, ...except }, now)
}
