import type { AuthParts } from '../auth-parts.ts'
import { codeUsed, codeWrong, totpOff } from '../errors.ts'
import type { SealContext } from '../secrets.ts'
import type { AuthTransaction } from '../store.ts'
import { normaliseCode } from './recovery-code.ts'
import { matchTotp } from './totp.ts'
import { lockTotp, recordStep, type TotpEntry, takeRecoveryCode } from './totp-repository.ts'

/** What became of a code: taken, wrong, right but seen before, or there is nothing to compare it with. */
export type CodeVerdict = 'taken' | 'wrong' | 'used' | 'off'

export interface GivenCode {
  readonly accountId: string
  readonly code: string
  /** During the set-up: before the app counts. */
  readonly isSetUp?: boolean
}

const TOTP_CODE = /^\d{6}$/

/** Takes a code of the app, or a recovery code, so that it cannot be taken again. */
export async function takeCode(
  tx: AuthTransaction,
  { secrets, clock }: Pick<AuthParts, 'secrets' | 'clock'>,
  { accountId, code, isSetUp = false }: GivenCode,
): Promise<CodeVerdict> {
  const entry = await lockTotp(tx, accountId)
  if (entry === undefined || entry.isConfirmed === isSetUp) return 'off'
  const normalised = normaliseCode(code)
  if (!TOTP_CODE.test(normalised)) {
    const hash = secrets.digest(normalised, recoveryPurpose(accountId))
    return !isSetUp && (await takeRecoveryCode(tx, accountId, hash)) ? 'taken' : 'wrong'
  }
  const step = matchTotp(secrets.open(entry.sealed, totpContext(accountId)), normalised, clock.now())
  if (step === undefined) return 'wrong'
  if (isSpent(entry, step)) return 'used'
  await recordStep(tx, accountId, step)
  return 'taken'
}

/** A code is good for one time (RFC 6238 §5.2), and so are those before the last one that was taken. */
function isSpent({ lastStep }: TotpEntry, step: number): boolean {
  return lastStep !== undefined && step <= lastStep
}

/** @throws AUTH_CODE_WRONG, AUTH_CODE_USED, AUTH_TOTP_OFF for what was not taken */
export function requireTaken(verdict: CodeVerdict): void {
  switch (verdict) {
    case 'taken':
      return
    case 'wrong':
      throw codeWrong()
    case 'used':
      throw codeUsed()
    case 'off':
      throw totpOff()
  }
}

export function totpContext(accountId: string): SealContext {
  return { purpose: 'totp', owner: accountId }
}

/** Two accounts that have the same code have different digests. */
export function recoveryPurpose(accountId: string): string {
  return `recovery-code/${accountId}`
}
