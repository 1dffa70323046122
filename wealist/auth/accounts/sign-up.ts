import { mailSubjects } from '../attempts/attempts.ts'
import { networkOf } from '../attempts/network-of.ts'
import type { AuthParts } from '../auth-parts.ts'
import { addressTaken, linkInvalid } from '../errors.ts'
import { parseLocalPath } from '../local-path.ts'
import type { Locale } from '../locale.ts'
import { addMail } from '../mail/mail-repository.ts'
import { hashRandomToken } from '../random-token.ts'
import type { Account, SignUp } from './account.ts'
import { addAccount } from './account-repository.ts'
import { requireGoodPassword } from './credentials.ts'
import { parseEmailAddress } from './email-address.ts'
import { findTokenSignUp, takeOneTimeToken } from './one-time-token-repository.ts'
import { addSignUp, findLatestSignUp, findSignUp, removeSignUps } from './sign-up-repository.ts'

export interface SignUpRequest {
  readonly email: string
  readonly password: string
  readonly name: string
  readonly locale: Locale
  readonly next?: string
}

/**
 * Keeps the sign-up and queues the mail, whether or not the address has an account: which mail it becomes is decided
 * when it is sent, so neither the answer nor its time tells.
 */
export async function signUp(parts: AuthParts, request: SignUpRequest, address: string): Promise<void> {
  const { store, clock, hasher, attempts, outbox } = parts
  const { password, name, locale } = request
  const email = parseEmailAddress(request.email)
  requireGoodPassword(password, { email, field: 'password' })
  await attempts.take(mailSubjects(email, address))
  const passwordHash = await hasher.hash(password)
  const nextPath = parseLocalPath(request.next)
  const now = clock.now()
  await store.change(async (tx) => {
    const draft = { email, name: name.trim(), locale, passwordHash, ...(nextPath === undefined ? {} : { nextPath }) }
    const signUpId = await addSignUp(tx, draft, now)
    await addMail(tx, { template: 'sign-up', recipient: email, locale, parameters: { signUpId } }, now)
  })
  outbox.wake()
}

/** Another mail for the last sign-up of an address; the same for every address. */
export async function resendVerification(parts: AuthParts, given: string, address: string): Promise<void> {
  const { store, clock, attempts, outbox } = parts
  const email = parseEmailAddress(given)
  await attempts.take(mailSubjects(email, address))
  const now = clock.now()
  await store.change(async (tx) => {
    const latest = await findLatestSignUp(tx, email, now)
    const parameters = { signUpId: latest?.id ?? '' }
    await addMail(tx, { template: 'sign-up', recipient: email, locale: latest?.locale ?? 'en', parameters }, now)
  })
  outbox.wake()
}

export interface Verification {
  readonly account: Account
  readonly nextPath: string | undefined
}

/**
 * Makes the account of a sign-up whose mail was answered. Nobody is signed in by it: whoever opens somebody else's
 * link must not find themselves in that account.
 * @throws AUTH_LINK_INVALID, AUTH_ADDRESS_TAKEN, AUTH_TOO_MANY_ATTEMPTS
 */
export async function verifyEmail(parts: AuthParts, token: string, address: string): Promise<Verification> {
  const { store, clock, attempts } = parts
  await attempts.take([{ kind: 'link-address', key: networkOf(address) }])
  const now = clock.now()
  const hash = hashRandomToken(token)
  const outcome = await store.change(async (tx) => {
    const signUpId = await findTokenSignUp(tx, hash, now)
    const found = signUpId === undefined ? undefined : await findSignUp(tx, signUpId, now)
    if (found === undefined || !(await takeOneTimeToken(tx, hash, now))) return undefined
    const account = await addAccount(tx, accountDraftOf(found), now)
    await removeSignUps(tx, found.email)
    return { account, nextPath: found.nextPath }
  })
  if (outcome === undefined) throw linkInvalid()
  if (outcome.account === undefined) throw addressTaken()
  return { account: outcome.account, nextPath: outcome.nextPath }
}

function accountDraftOf({ email, name, locale, passwordHash }: SignUp) {
  return { email, name, locale, passwordHash }
}
