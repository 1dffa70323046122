import { randomUUID } from 'node:crypto'
import { errorCode, isAppError, type Waiting } from '@portolan/errors'
import type { Avatar, SignedUpload } from '@portolan/objects'
import { accountUnknown, avatarBusy, avatarRefused, tooManyRequests, uploadMissing, uploadUnknown } from '../errors.ts'
import type { Profile } from '../profiles/profile.ts'
import { changeProfile, findLockedProfile } from '../profiles/profile-repository.ts'
import type { UserParts } from '../user-parts.ts'
import {
  addUpload,
  doomObjects,
  hasUpload,
  listDoomedObjects,
  pictureKey,
  pictureKeys,
  spareObjects,
  takeUpload,
  uploadKey,
} from './avatar-repository.ts'

export const UPLOAD_LIMIT_BYTES = 10_485_760
const UPLOAD_LIFETIME_MS = 600_000
/** What was begun within its time may still be arriving. */
const SLACK_MS = 3_600_000
const UPLOAD_RATE = { windowMs: 3_600_000, limit: 20 } as const
const SWEEP_BATCH = 100

type Parts = Pick<UserParts, 'store' | 'clock' | 'objects' | 'avatarMaker' | 'counters' | 'logger'>

export interface BegunUpload extends SignedUpload {
  readonly uploadId: string
}

/** @throws USER_TOO_MANY_REQUESTS */
export async function beginAvatar(
  { store, clock, objects, counters }: Parts,
  userId: string,
  { contentType, sizeBytes }: { readonly contentType: string; readonly sizeBytes: number },
): Promise<BegunUpload> {
  const { isOver, retryAfterMs } = await counters.count(`user:avatar-uploads:${userId}`, UPLOAD_RATE)
  if (isOver) throw tooManyRequests(retryAfterMs)
  const uploadId = randomUUID()
  const key = uploadKey(userId, uploadId)
  const createdAt = clock.now()
  const expiresAt = new Date(createdAt.getTime() + UPLOAD_LIFETIME_MS)
  await store.change(async (tx) => {
    await addUpload(tx, { id: uploadId, userId, createdAt, expiresAt })
    await doomObjects(tx, [key], new Date(expiresAt.getTime() + SLACK_MS))
  })
  const request = { key, contentType, sizeBytes, expiresInMs: UPLOAD_LIFETIME_MS, isCreateOnly: true }
  return { ...objects.presignUpload(request), uploadId }
}

/**
 * Reads what was uploaded, makes the pictures of it and shows them from now on. The upload and the avatar before are
 * deleted, also when the upload is refused.
 * @throws USER_UPLOAD_UNKNOWN, USER_UPLOAD_MISSING, USER_AVATAR_UNREADABLE, _UNSUPPORTED, _TOO_LARGE, _BUSY,
 *   USER_ACCOUNT_UNKNOWN
 */
export async function finishAvatar(
  parts: Parts,
  { userId, uploadId }: { readonly userId: string; readonly uploadId: string },
  { signal }: Waiting,
): Promise<Profile> {
  const { store, clock } = parts
  const upload = { id: uploadId, userId }
  if (!(await hasUpload(store.db, upload, clock.now()))) throw uploadUnknown()
  const raw = uploadKey(userId, uploadId)
  const avatar = await readAvatar(parts, raw, { signal }).catch(async (error: unknown) => {
    const refusal = explainImageFailure(error)
    const isFinal = isAppError(refusal) && refusal.code.startsWith('USER_AVATAR_') && refusal.status < 500
    if (isFinal && (await takeUpload(store.db, upload))) await deleteObjects(parts, [raw], { signal })
    throw refusal
  })
  const avatarId = await keepPictures(parts, { userId, avatar }, { signal })
  const { profile, replaced } = await showAvatar(parts, { ...upload, avatarId })
  await deleteObjects(parts, [raw, ...replaced], { signal })
  return profile
}

/** The upload is opened when its turn has come: however many are finished at once, few are open and in memory. */
function readAvatar({ objects, avatarMaker }: Parts, key: string, { signal }: Waiting): Promise<Avatar> {
  const openInTurn = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    const { content } = await objects.read(key, { signal })
    try {
      yield* content
    } finally {
      content.destroy()
    }
  }
  return avatarMaker.make(openInTurn(), { signal })
}

function explainImageFailure(error: unknown): unknown {
  const facts = { cause: error, details: isAppError(error) ? error.details : {} }
  switch (errorCode(error)) {
    case 'OBJECTS_NOT_FOUND':
      return uploadMissing()
    case 'OBJECTS_IMAGE_INVALID':
    case 'OBJECTS_IMAGE_TIMED_OUT':
      return avatarRefused('USER_AVATAR_UNREADABLE', facts)
    case 'OBJECTS_IMAGE_UNSUPPORTED':
      return avatarRefused('USER_AVATAR_UNSUPPORTED', facts)
    case 'OBJECTS_IMAGE_TOO_LARGE':
    case 'OBJECTS_IMAGE_TOO_MANY_PIXELS':
      return avatarRefused('USER_AVATAR_TOO_LARGE', facts)
    case 'OBJECTS_IMAGE_BUSY':
      return avatarBusy(error)
    default:
      return error
  }
}

/** Doomed before they are written, so that nothing stays behind when this process ends here. */
async function keepPictures(
  { store, clock, objects }: Parts,
  { userId, avatar }: { readonly userId: string; readonly avatar: Avatar },
  { signal }: Waiting,
): Promise<string> {
  const avatarId = randomUUID()
  await doomObjects(store.db, pictureKeys({ userId, avatarId }), new Date(clock.now().getTime() + SLACK_MS))
  for (const { sizePixels, contentType, content } of avatar.pictures) {
    await objects.write(pictureKey({ userId, avatarId }, sizePixels), content, { contentType, signal })
  }
  return avatarId
}

async function showAvatar(
  { store, clock }: Parts,
  { id, userId, avatarId }: { readonly id: string; readonly userId: string; readonly avatarId: string },
): Promise<{ readonly profile: Profile; readonly replaced: readonly string[] }> {
  return store.change(async (tx) => {
    const before = await findLockedProfile(tx, userId)
    if (before === undefined) throw accountUnknown()
    if (!(await takeUpload(tx, { id, userId }))) throw uploadUnknown() // finished twice at once
    const replaced = before.avatarId === undefined ? [] : pictureKeys({ userId, avatarId: before.avatarId })
    await doomObjects(tx, replaced, clock.now())
    await spareObjects(tx, pictureKeys({ userId, avatarId }))
    await changeProfile(tx, userId, { avatarId })
    return { profile: { ...before, avatarId }, replaced }
  })
}

/** Idempotent. */
export async function removeAvatar(parts: Parts, userId: string, { signal }: Waiting): Promise<void> {
  const replaced = await parts.store.change(async (tx) => {
    const before = await findLockedProfile(tx, userId)
    if (before?.avatarId === undefined) return []
    const keys = pictureKeys({ userId, avatarId: before.avatarId })
    await doomObjects(tx, keys, parts.clock.now())
    await changeProfile(tx, userId, { avatarId: null })
    return keys
  })
  await deleteObjects(parts, replaced, { signal })
}

/** What cannot be deleted now is deleted later: each key stands in doomed_objects. */
async function deleteObjects(
  { objects, logger }: Pick<Parts, 'objects' | 'logger'>,
  keys: readonly string[],
  { signal }: Waiting,
): Promise<void> {
  try {
    for (const key of keys) await objects.delete(key, { signal })
  } catch (error) {
    logger.warn({ err: error }, 'objects that nobody needs could not be deleted; this is tried again')
  }
}

/** Deletes what is due. */
export async function sweepObjects(
  { store, clock, objects }: Pick<Parts, 'store' | 'clock' | 'objects'>,
  { signal }: Waiting,
): Promise<void> {
  for (;;) {
    const keys = await listDoomedObjects(store.db, clock.now(), SWEEP_BATCH)
    for (const key of keys) {
      signal.throwIfAborted()
      await objects.delete(key, { signal })
      await spareObjects(store.db, [key])
    }
    if (keys.length < SWEEP_BATCH) return
  }
}
