import { type AttemptSubject, signInSubjects } from '../attempts/attempts.ts'
import type { AuthParts } from '../auth-parts.ts'
import { credentialsWrong, emailUnverified } from '../errors.ts'
import { createRandomToken } from '../random-token.ts'
import { addChallenge } from '../second-factor/challenge-repository.ts'
import { hasTotp } from '../second-factor/totp-repository.ts'
import { openSession, type ProvenAccount } from '../sessions/session-opening.ts'
import type { Visit } from '../sessions/visit.ts'
import { replacePasswordHash } from './account-repository.ts'
import { findCredentials } from './credentials.ts'
import { parseEmailAddress } from './email-address.ts'

export type SignInOutcome =
  | { readonly status: 'signed-in'; readonly cookies: readonly string[] }
  | { readonly status: 'second-factor'; readonly challenge: string }

export interface SignInRequest {
  readonly email: string
  readonly password: string
}

/**
 * One hash is computed whatever is known of the address, so that the time of the answer does not tell.
 * @throws AUTH_CREDENTIALS_WRONG, AUTH_EMAIL_UNVERIFIED, AUTH_TOO_MANY_ATTEMPTS
 */
export async function signIn(parts: AuthParts, request: SignInRequest, visit: Visit): Promise<SignInOutcome> {
  const { store, clock, hasher, attempts } = parts
  const email = parseEmailAddress(request.email)
  const subjects: readonly [AttemptSubject, ...AttemptSubject[]] = signInSubjects(email, visit.address)
  await attempts.take(subjects)
  const credentials = await findCredentials(store.db, email, clock.now())
  const verdict = await hasher.verify(credentials.passwordHash, request.password)
  if (!verdict.isRight || credentials.passwordHash === undefined) throw credentialsWrong()
  await attempts.forgive([subjects[0]])
  if (credentials.state === 'sign-up') throw emailUnverified()
  const { account, passwordHash } = credentials
  if (verdict.needsRehash) {
    await replacePasswordHash(store.db, account.id, { from: passwordHash, to: await hasher.hash(request.password) })
  }
  return completeSignIn(parts, account, visit)
}

/** How long the code of a second factor may take. */
const CHALLENGE_LIFETIME_MS = 5 * 60_000

/** After the first factor, whichever it was: opens the session, or asks for the code first. */
export async function completeSignIn(parts: AuthParts, account: ProvenAccount, visit: Visit): Promise<SignInOutcome> {
  const { store, clock } = parts
  if (!(await hasTotp(store.db, account.id))) {
    return { status: 'signed-in', cookies: await openSession(parts, account, visit) }
  }
  const { text, hash } = createRandomToken()
  const expiresAt = new Date(clock.now().getTime() + CHALLENGE_LIFETIME_MS)
  await addChallenge(store.db, { hash, account, expiresAt })
  return { status: 'second-factor', challenge: text }
}
