import type { AuthParts } from '../auth-parts.ts'
import { accountUnknown, codeWrong, passwordWrong } from '../errors.ts'
import { changeByCode } from '../second-factor/second-factor.ts'
import { hasTotp } from '../second-factor/totp-repository.ts'
import { announceEnds } from '../sessions/session-announcement.ts'
import { endSessions } from '../sessions/session-repository.ts'
import { findAccount, removeAccount } from './account-repository.ts'
import { requirePassword } from './password.ts'

export interface OwnerProof {
  readonly password?: string
  readonly code?: string
}

/**
 * Before something that cannot be undone: one of the account's factors, the password or else a code. Who has neither
 * signs in by a provider, and being signed in is all there is to show.
 * @throws AUTH_PASSWORD_WRONG, AUTH_CODE_WRONG, AUTH_CODE_USED, AUTH_TOO_MANY_ATTEMPTS, AUTH_ACCOUNT_UNKNOWN
 */
export async function confirmOwner(parts: AuthParts, userId: string, { password, code }: OwnerProof): Promise<void> {
  const account = await findAccount(parts.store.db, userId)
  if (account === undefined) throw accountUnknown()
  if (password !== undefined) {
    await requirePassword(parts, { userId, password, field: 'password' })
    return
  }
  if (code !== undefined) return changeByCode(parts, { userId, code }, async () => undefined)
  if (account.passwordHash !== undefined) throw passwordWrong('password')
  if (await hasTotp(parts.store.db, userId)) throw codeWrong()
}

/** Removes the account and all that auth has of it; its sessions end everywhere. Idempotent. */
export async function eraseAccount(parts: AuthParts, userId: string): Promise<void> {
  const ends = await parts.store.change(async (tx) => {
    const ended = await endSessions(tx, { userId }, parts.clock.now())
    await removeAccount(tx, userId)
    return ended
  })
  await announceEnds(parts, ends)
}
