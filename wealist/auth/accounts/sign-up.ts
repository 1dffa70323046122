import { mailSubjects } from '../attempts/attempts.ts'
import { networkOf } from '../attempts/network-of.ts'
import type { AuthParts } from '../auth-parts.ts'
import { addressTaken, linkInvalid, passwordWrong } from '../errors.ts'
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

export interface VerificationRequest {
  readonly token: string
  readonly password: string
}

/**
 * Makes the account of a sign-up whose mail was answered, by whoever knows its password: anybody can sign up with
 * somebody else's address, and its owner, or what looks through their mail, must not confirm a stranger's password by
 * opening a link ("Pre-hijacked accounts", Sudhodanan and Paverd, USENIX Security 2022). Nobody is signed in by it.
 * @throws AUTH_LINK_INVALID, AUTH_PASSWORD_WRONG, AUTH_ADDRESS_TAKEN, AUTH_TOO_MANY_ATTEMPTS
 */
export async function verifyEmail(
  parts: AuthParts,
  { token, password }: VerificationRequest,
  address: string,
): Promise<Verification> {
  const { store, clock, attempts } = parts
  await attempts.take([{ kind: 'link-address', key: networkOf(address) }])
  const now = clock.now()
  const hash = hashRandomToken(token)
  await requirePasswordOfSignUp(parts, { hash, password, now })
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

interface SignUpProof {
  readonly hash: string
  readonly password: string
  readonly now: Date
}

async function requirePasswordOfSignUp({ store, hasher }: AuthParts, { hash, password, now }: SignUpProof) {
  const signUpId = await findTokenSignUp(store.db, hash, now)
  const found = signUpId === undefined ? undefined : await findSignUp(store.db, signUpId, now)
  if (found === undefined) throw linkInvalid()
  const { isRight } = await hasher.verify(found.passwordHash, password)
  if (!isRight) throw passwordWrong('password')
}

function accountDraftOf({ email, name, locale, passwordHash }: SignUp) {
  return { email, name, locale, passwordHash }
}
