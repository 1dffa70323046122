import { AVATAR_SIZES } from '@portolan/objects'
import type { UserDatabase, UserTransaction } from '../store.ts'

/** The file as it was sent, until it has been read. */
export function uploadKey(userId: string, uploadId: string): string {
  return `profiles/${userId}/uploads/${uploadId}`
}

export function pictureKey(owner: AvatarOwner, sizePixels: number): string {
  return `profiles/${owner.userId}/avatars/${owner.avatarId}-${sizePixels}.webp`
}

export interface AvatarOwner {
  readonly userId: string
  readonly avatarId: string
}

export function pictureKeys(owner: AvatarOwner): readonly string[] {
  return AVATAR_SIZES.map((sizePixels) => pictureKey(owner, sizePixels))
}

export interface AvatarUpload {
  readonly id: string
  readonly userId: string
  readonly createdAt: Date
  readonly expiresAt: Date
}

export async function addUpload(tx: UserTransaction, upload: AvatarUpload): Promise<void> {
  const { id, userId: user_id, createdAt: created_at, expiresAt: expires_at } = upload
  await tx.insertInto('avatar_uploads').values({ id, user_id, created_at, expires_at }).execute()
}

export async function hasUpload(db: UserDatabase, upload: Pick<AvatarUpload, 'id' | 'userId'>, now: Date) {
  const query = db.selectFrom('avatar_uploads').select('id').where('id', '=', upload.id)
  const row = await query.where('user_id', '=', upload.userId).where('expires_at', '>', now).executeTakeFirst()
  return row !== undefined
}

/** @returns false when somebody else has taken it */
export async function takeUpload(db: UserDatabase, { id, userId }: Pick<AvatarUpload, 'id' | 'userId'>) {
  const query = db.deleteFrom('avatar_uploads').where('id', '=', id).where('user_id', '=', userId)
  return (await query.returning('id').executeTakeFirst()) !== undefined
}

export async function deleteExpiredUploads(db: UserDatabase, now: Date): Promise<void> {
  await db.deleteFrom('avatar_uploads').where('expires_at', '<=', now).execute()
}

/** From this moment on they are deleted; the earlier of two moments counts. */
export async function doomObjects(db: UserDatabase, keys: readonly string[], dueAt: Date): Promise<void> {
  if (keys.length === 0) return
  await db
    .insertInto('doomed_objects')
    .values(keys.map((key) => ({ key, due_at: dueAt })))
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((expression) => ({
        due_at: expression.fn('least', ['doomed_objects.due_at', 'excluded.due_at']),
      })),
    )
    .execute()
}

/** Something names them now. */
export async function spareObjects(db: UserDatabase, keys: readonly string[]): Promise<void> {
  await db
    .deleteFrom('doomed_objects')
    .where('key', 'in', [...keys])
    .execute()
}

export async function listDoomedObjects(db: UserDatabase, now: Date, limit: number): Promise<readonly string[]> {
  const query = db.selectFrom('doomed_objects').select('key').where('due_at', '<=', now).orderBy('due_at')
  return (await query.limit(limit).execute()).map(({ key }) => key)
}
