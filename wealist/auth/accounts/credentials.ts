import { findPasswordFault, passwordRefused } from '@portolan/identity'
import type { AuthDatabase } from '../store.ts'
import type { Account, SignUp } from './account.ts'
import { findAccountByEmail } from './account-repository.ts'
import { findLatestSignUp } from './sign-up-repository.ts'

/** What is known by an e-mail address. */
export type Credentials =
  | { readonly state: 'account'; readonly passwordHash: string | undefined; readonly account: Account }
  | { readonly state: 'sign-up'; readonly passwordHash: string; readonly signUp: SignUp }
  | { readonly state: 'unknown'; readonly passwordHash: undefined }

/** Asks the same questions whatever the first answer is: the time tells nothing. */
export async function findCredentials(db: AuthDatabase, email: string, now: Date): Promise<Credentials> {
  const [account, signUp] = await Promise.all([findAccountByEmail(db, email), findLatestSignUp(db, email, now)])
  if (account !== undefined) return { state: 'account', passwordHash: account.passwordHash, account }
  if (signUp !== undefined) return { state: 'sign-up', passwordHash: signUp.passwordHash, signUp }
  return { state: 'unknown', passwordHash: undefined }
}

/** @throws IDENTITY_PASSWORD_REFUSED with the field */
export function requireGoodPassword(
  password: string,
  { email, field }: { readonly email: string; readonly field: string },
): void {
  const fault = findPasswordFault(password, { email })
  if (fault !== undefined) throw passwordRefused({ field, ...fault })
}
