import type { Selectable } from 'kysely'
import type { UserDatabase, UserTransaction } from '../store.ts'
import type { UserSchema } from '../user-schema.ts'
import type { Locale } from './locale.ts'
import type { Profile } from './profile.ts'

export async function findProfile(db: UserDatabase, userId: string): Promise<Profile | undefined> {
  const row = await db.selectFrom('profiles').selectAll().where('user_id', '=', userId).executeTakeFirst()
  return row === undefined ? undefined : profileOf(row)
}

/** Holds the row until the transaction ends. */
export async function findLockedProfile(tx: UserTransaction, userId: string): Promise<Profile | undefined> {
  const query = tx.selectFrom('profiles').selectAll().where('user_id', '=', userId)
  const row = await query.forUpdate().executeTakeFirst()
  return row === undefined ? undefined : profileOf(row)
}

export interface NewProfile {
  readonly userId: string
  readonly name: string
  readonly email: string
  readonly locale: Locale
  readonly createdAt: Date
}

/**
 * Two at once make one.
 * @returns false for an account that is being removed
 */
export async function addProfile(db: UserDatabase, profile: NewProfile): Promise<boolean> {
  const removal = await db
    .selectFrom('account_removals')
    .select('user_id')
    .where('user_id', '=', profile.userId)
    .executeTakeFirst()
  if (removal !== undefined) return false
  const { userId: user_id, name, email, locale, createdAt: created_at } = profile
  await db
    .insertInto('profiles')
    .values({ user_id, name, email, locale, created_at })
    .onConflict((conflict) => conflict.column('user_id').doNothing())
    .execute()
  return true
}

export interface ProfileChange {
  readonly name?: string
  readonly email?: string
  readonly locale?: Locale
  readonly timeZone?: string | null
  readonly avatarId?: string | null
}

/** @returns undefined when there is no such profile */
export async function changeProfile(
  db: UserDatabase,
  userId: string,
  change: ProfileChange,
): Promise<Profile | undefined> {
  const { name, email, locale, timeZone, avatarId } = change
  const values = {
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
    ...(locale === undefined ? {} : { locale }),
    ...(timeZone === undefined ? {} : { time_zone: timeZone }),
    ...(avatarId === undefined ? {} : { avatar_id: avatarId }),
  }
  if (Object.keys(values).length === 0) return findProfile(db, userId)
  const query = db.updateTable('profiles').set(values).where('user_id', '=', userId).returningAll()
  const row = await query.executeTakeFirst()
  return row === undefined ? undefined : profileOf(row)
}

/** Also the uploads that were begun. */
export async function deleteProfile(tx: UserTransaction, userId: string): Promise<void> {
  await tx.deleteFrom('profiles').where('user_id', '=', userId).execute()
}

function profileOf(row: Selectable<UserSchema['profiles']>): Profile {
  const { user_id: userId, name, email, locale, time_zone: timeZone, avatar_id: avatarId } = row
  return {
    userId,
    name,
    email,
    locale,
    ...(timeZone === null ? {} : { timeZone }),
    ...(avatarId === null ? {} : { avatarId }),
  }
}
