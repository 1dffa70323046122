import { advanceCredentials, findAccount } from '../accounts/account-repository.ts'
import { requirePassword } from '../accounts/password.ts'
import type { AttemptSubject } from '../attempts/attempts.ts'
import type { AuthParts } from '../auth-parts.ts'
import { accountUnknown, challengeInvalid, passwordWrong, totpOn } from '../errors.ts'
import { addMail } from '../mail/mail-repository.ts'
import { hashRandomToken } from '../random-token.ts'
import { openSession } from '../sessions/session-opening.ts'
import type { Visit } from '../sessions/visit.ts'
import type { AuthTransaction } from '../store.ts'
import { countTry, findChallenge, removeChallenge } from './challenge-repository.ts'
import { type CodeVerdict, recoveryPurpose, requireTaken, takeCode, totpContext } from './code.ts'
import { createRecoveryCodes, normaliseCode } from './recovery-code.ts'
import { createTotpSecret, totpUri } from './totp.ts'
import { beginTotp, confirmTotp, removeTotp, replaceRecoveryCodes } from './totp-repository.ts'

export interface ChallengeAnswer {
  readonly challenge: string
  readonly code: string
}

/**
 * The second half of a sign-in.
 * @returns the `Set-Cookie` values
 * @throws AUTH_CHALLENGE_INVALID, AUTH_CODE_WRONG, AUTH_CODE_USED, AUTH_TOO_MANY_ATTEMPTS
 */
export async function answerChallenge(
  parts: AuthParts,
  { challenge, code }: ChallengeAnswer,
  visit: Visit,
): Promise<readonly string[]> {
  const { store, clock, attempts } = parts
  const hash = hashRandomToken(challenge)
  const account = await findChallenge(store.db, hash, clock.now())
  if (account === undefined) throw challengeInvalid()
  const subjects = subjectsOf(account.id)
  await attempts.take(subjects)
  const verdict = await store.change(async (tx): Promise<CodeVerdict> => {
    if (!(await countTry(tx, hash, clock.now()))) return 'off'
    const taken = await takeCode(tx, parts, { accountId: account.id, code })
    if (taken === 'taken') await removeChallenge(tx, hash)
    return taken
  })
  if (verdict === 'off') throw challengeInvalid()
  requireTaken(verdict)
  await attempts.forgive(subjects)
  return openSession(parts, account, visit)
}

export interface TotpSetUp {
  /** Base32, for who types it. */
  readonly secret: string
  /** `otpauth://`, for the QR code. */
  readonly uri: string
}

/** @throws AUTH_TOTP_ON */
export async function beginSetUp({ store, secrets }: AuthParts, userId: string): Promise<TotpSetUp> {
  const account = await findAccount(store.db, userId)
  if (account === undefined) throw accountUnknown()
  const secret = createTotpSecret()
  const sealed = secrets.seal(secret, totpContext(userId))
  if (!(await store.change((tx) => beginTotp(tx, userId, sealed)))) throw totpOn()
  return { secret, uri: totpUri(secret, account.email) }
}

/** @returns the recovery codes, which are shown once @throws AUTH_CODE_WRONG, AUTH_TOTP_OFF, AUTH_TOO_MANY_ATTEMPTS */
export async function confirmSetUp(parts: AuthParts, userId: string, code: string): Promise<readonly string[]> {
  const codes = createRecoveryCodes()
  await changeByCode(parts, { userId, code, isSetUp: true }, async (tx) => {
    await confirmTotp(tx, userId, parts.clock.now())
    await storeRecoveryCodes(tx, parts, { userId, codes })
    await announceChange(tx, parts, { userId, template: 'totp-enabled' })
  })
  parts.outbox.wake()
  return codes
}

/** New recovery codes; the old ones are void. @throws AUTH_CODE_WRONG, AUTH_CODE_USED, AUTH_TOTP_OFF */
export async function renewRecoveryCodes(parts: AuthParts, userId: string, code: string): Promise<readonly string[]> {
  const codes = createRecoveryCodes()
  await changeByCode(parts, { userId, code }, (tx) => storeRecoveryCodes(tx, parts, { userId, codes }))
  return codes
}

export interface TotpRemoval {
  readonly userId: string
  readonly code: string
  /** Undefined only for an account that has none. */
  readonly password: string | undefined
}

/** @throws AUTH_PASSWORD_WRONG, AUTH_CODE_WRONG, AUTH_CODE_USED, AUTH_TOTP_OFF, AUTH_TOO_MANY_ATTEMPTS */
export async function turnOff(parts: AuthParts, { userId, code, password }: TotpRemoval): Promise<void> {
  const account = await findAccount(parts.store.db, userId)
  if (account === undefined) throw accountUnknown()
  if (account.passwordHash !== undefined) {
    if (password === undefined) throw passwordWrong('password')
    await requirePassword(parts, { userId, password, field: 'password' })
  }
  await changeByCode(parts, { userId, code }, async (tx) => {
    await removeTotp(tx, userId)
    await announceChange(tx, parts, { userId, template: 'totp-disabled' })
  })
  parts.outbox.wake()
}

interface CodeProof {
  readonly userId: string
  readonly code: string
  readonly isSetUp?: boolean
}

/** Takes the code and does the work in one transaction: neither without the other. */
export async function changeByCode(
  parts: AuthParts,
  { userId, code, isSetUp = false }: CodeProof,
  work: (tx: AuthTransaction) => Promise<void>,
): Promise<void> {
  const subjects = subjectsOf(userId)
  await parts.attempts.take(subjects)
  const verdict = await parts.store.change(async (tx) => {
    const taken = await takeCode(tx, parts, { accountId: userId, code, isSetUp })
    if (taken === 'taken') await work(tx)
    return taken
  })
  requireTaken(verdict)
  await parts.attempts.forgive(subjects)
}

function subjectsOf(accountId: string): readonly AttemptSubject[] {
  return [{ kind: 'second-factor', key: accountId }]
}

interface NewCodes {
  readonly userId: string
  readonly codes: readonly string[]
}

async function storeRecoveryCodes(
  tx: AuthTransaction,
  { secrets }: Pick<AuthParts, 'secrets'>,
  { userId, codes }: NewCodes,
): Promise<void> {
  const hashes = codes.map((code) => secrets.digest(normaliseCode(code), recoveryPurpose(userId)))
  await replaceRecoveryCodes(tx, userId, hashes)
}

interface FactorChange {
  readonly userId: string
  readonly template: 'totp-enabled' | 'totp-disabled'
}

async function announceChange(tx: AuthTransaction, { clock }: AuthParts, { userId, template }: FactorChange) {
  const account = await findAccount(tx, userId)
  if (account === undefined) return
  await advanceCredentials(tx, userId)
  const { email, locale } = account
  await addMail(tx, { template, recipient: email, locale, parameters: {} }, clock.now())
}
