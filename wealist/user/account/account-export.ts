import { buffer } from 'node:stream/consumers'
import { errorCode, type Waiting } from '@portolan/errors'
import { entryAnswer } from '../audit/audit-operations.ts'
import { listEntriesOfActor } from '../audit/audit-repository.ts'
import type { Account } from '../auth-client.ts'
import { pictureKey } from '../avatars/avatar-repository.ts'
import { listInvitationsBy } from '../invitations/invitation-repository.ts'
import type { Profile } from '../profiles/profile.ts'
import { meOf } from '../profiles/profile-operations.ts'
import type { UserDatabase } from '../store.ts'
import type { UserParts } from '../user-parts.ts'
import { listJoinedWorkspaces } from '../workspaces/workspace-repository.ts'

export interface ExportSubject {
  readonly account: Account
  readonly profile: Profile
  /** As `readAvatarForExport` gives it. */
  readonly avatar: AvatarExport | null
  readonly exportedAt: Date
}

export interface AvatarExport {
  readonly contentType: string
  readonly base64: string
}

/** All that this service and auth's account know of a person, in one JSON document. */
export async function exportAccount(db: UserDatabase, { account, profile, avatar, exportedAt }: ExportSubject) {
  const { userId } = profile
  const workspaces = await listJoinedWorkspaces(db, userId)
  const invitations = await listInvitationsBy(db, userId)
  const entries = await listEntriesOfActor(db, userId)
  return {
    format: 'wealist-account' as const,
    version: 1 as const,
    exportedAt: exportedAt.toISOString(),
    account: { id: account.id, email: account.email, emailVerified: account.emailVerified },
    profile: meOf(profile),
    avatar,
    workspaces: workspaces.map(({ id, name, role }) => ({ id, name, role })),
    invitations: invitations.map(({ id, workspaceId, role, email = null, createdAt }) => {
      return { id, workspaceId, role, email, createdAt: createdAt.toISOString() }
    }),
    activity: entries.map(entryAnswer),
  }
}

export async function readAvatarForExport(
  { objects }: Pick<UserParts, 'objects'>,
  { userId, avatarId }: Profile,
  { signal }: Waiting,
): Promise<AvatarExport | null> {
  if (avatarId === undefined) return null
  try {
    const { content } = await objects.read(pictureKey({ userId, avatarId }, 512), { signal })
    return { contentType: 'image/webp', base64: (await buffer(content)).toString('base64') }
  } catch (error) {
    if (errorCode(error) === 'OBJECTS_NOT_FOUND') return null // replaced in this moment
    throw error
  }
}
