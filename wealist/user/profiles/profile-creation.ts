import type { Waiting } from '@portolan/errors'
import { accountUnknown } from '../errors.ts'
import type { UserParts } from '../user-parts.ts'
import type { Profile } from './profile.ts'
import { addProfile, findProfile } from './profile-repository.ts'

/** What every route may refuse with that needs the profile of whoever asks. */
export const PROFILE_REFUSALS = ['USER_ACCOUNT_UNKNOWN', 'USER_AUTH_UNAVAILABLE'] as const

/**
 * The profile of whoever asks; made of auth's account the first time that it is needed.
 * @throws USER_ACCOUNT_UNKNOWN, USER_AUTH_UNAVAILABLE
 */
export async function getProfile(
  { store, auth, clock }: Pick<UserParts, 'store' | 'auth' | 'clock'>,
  userId: string,
  { signal }: Waiting,
): Promise<Profile> {
  const known = await findProfile(store.db, userId)
  if (known !== undefined) return known
  const account = await auth.findAccount(userId, { signal })
  if (account === undefined) throw accountUnknown()
  const { name, email, locale } = account
  if (!(await addProfile(store.db, { userId, name, email, locale, createdAt: clock.now() }))) throw accountUnknown()
  const made = await findProfile(store.db, userId)
  if (made === undefined) throw accountUnknown() // removed in this moment
  return made
}
