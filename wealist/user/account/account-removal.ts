import type { Waiting } from '@portolan/errors'
import { addAuditEntry } from '../audit/audit-repository.ts'
import type { Account, Confirmation } from '../auth-client.ts'
import { doomObjects, pictureKeys } from '../avatars/avatar-repository.ts'
import { accountUnknown, ownsWorkspaces } from '../errors.ts'
import { forgetInvited, revokeExcessiveInvitations } from '../invitations/invitation-repository.ts'
import { announceAll, explainMemberRefusal, listMemberships, removeMember } from '../members/member-repository.ts'
import type { Profile } from '../profiles/profile.ts'
import { getProfile } from '../profiles/profile-creation.ts'
import { deleteProfile, findLockedProfile } from '../profiles/profile-repository.ts'
import type { UserTransaction } from '../store.ts'
import type { UserParts } from '../user-parts.ts'
import { deleteWorkspace, findLockedWorkspace, listJoinedWorkspaces } from '../workspaces/workspace-repository.ts'
import { exportAccount, readAvatarForExport } from './account-export.ts'
import { addRemoval, finishRemoval, forgetRemovals, listUnfinishedRemovals } from './account-removal-repository.ts'

const BATCH = 20
const KEEP_MS = 3_600_000

type Parts = Pick<UserParts, 'store' | 'clock' | 'auth' | 'news' | 'objects' | 'logger'>

/** Everything that is known of who asks. @throws USER_ACCOUNT_UNKNOWN, USER_AUTH_UNAVAILABLE */
export async function exportOwnAccount(parts: Parts, userId: string, waiting: Waiting) {
  const { account, profile, avatar } = await collectSubject(parts, userId, waiting)
  return exportAccount(parts.store.db, { account, profile, avatar, exportedAt: parts.clock.now() })
}

/**
 * Removes the account with all of its data, and gives that data back: exported in the transaction that removes it.
 * Workspaces with nobody else in them go as well. What auth cannot do at once it is asked again, until it has.
 * @throws USER_CONFIRMATION_WRONG, USER_TOO_MANY_REQUESTS, USER_OWNS_WORKSPACES, USER_ACCOUNT_UNKNOWN,
 *   USER_AUTH_UNAVAILABLE
 */
export async function removeOwnAccount(
  parts: Parts,
  { userId, ...confirmation }: Confirmation & { readonly userId: string },
  { signal }: Waiting,
) {
  const { store, auth, clock, news } = parts
  const { account, avatar } = await collectSubject(parts, userId, { signal })
  await auth.confirm(userId, confirmation, { signal })
  const at = clock.now()
  const removal = store.change(async (tx) => {
    const profile = await findLockedProfile(tx, userId)
    if (profile === undefined) throw accountUnknown()
    const memberships = await lockMemberships(tx, userId)
    await refuseSharedProperty(tx, userId)
    const exported = await exportAccount(tx, { account, profile, avatar, exportedAt: at })
    for (const { workspaceId, role } of memberships) {
      await (role === 'owner' ? dissolve(tx, workspaceId) : depart(tx, { workspaceId, userId, at }))
    }
    await forgetPerson(tx, { profile, account, at })
    return exported
  })
  const exported = await removal.catch((error: unknown) => {
    throw explainMemberRefusal(error)
  })
  await news.announce()
  await finishRemovals(parts, { signal }).catch((error: unknown) => {
    parts.logger.warn({ err: error }, 'auth could not remove an account; this is tried again')
  })
  return exported
}

async function collectSubject(parts: Parts, userId: string, waiting: Waiting) {
  const account: Account | undefined = await parts.auth.findAccount(userId, waiting)
  if (account === undefined) throw accountUnknown()
  const profile = await getProfile(parts, userId, waiting)
  return { account, profile, avatar: await readAvatarForExport(parts, profile, waiting) }
}

/** Held in the order of their ids, so that two accounts that are removed at once do not wait for each other. */
async function lockMemberships(tx: UserTransaction, userId: string) {
  const joined = await listMemberships(tx, userId)
  for (const workspaceId of joined.map((member) => member.workspaceId).toSorted()) {
    await findLockedWorkspace(tx, workspaceId)
  }
  return listMemberships(tx, userId) // as they are now that nobody else changes them
}

async function refuseSharedProperty(tx: UserTransaction, userId: string): Promise<void> {
  const workspaces = await listJoinedWorkspaces(tx, userId)
  const shared = workspaces.filter(({ role, memberCount }) => role === 'owner' && memberCount > 1)
  if (shared.length > 0) throw ownsWorkspaces(shared.map(({ id, name }) => ({ id, name })))
}

async function dissolve(tx: UserTransaction, workspaceId: string): Promise<void> {
  await announceAll(tx, workspaceId)
  await deleteWorkspace(tx, workspaceId)
}

async function depart(
  tx: UserTransaction,
  { workspaceId, userId, at }: { readonly workspaceId: string; readonly userId: string; readonly at: Date },
): Promise<void> {
  await removeMember(tx, { workspaceId, userId })
  await revokeExcessiveInvitations(tx, { workspaceId, userId, roles: [], at })
  await addAuditEntry(tx, { workspaceId, at, actorId: userId, action: 'member-left', userId })
}

interface Person {
  readonly profile: Profile
  readonly account: Account
  readonly at: Date
}

async function forgetPerson(tx: UserTransaction, { profile, account, at }: Person): Promise<void> {
  const { userId, avatarId } = profile
  if (avatarId !== undefined) await doomObjects(tx, pictureKeys({ userId, avatarId }), at)
  await forgetInvited(tx, { userId, email: account.email })
  await deleteProfile(tx, userId)
  await addRemoval(tx, userId, at)
}

/** Asks auth to remove the accounts whose data is gone here. */
export async function finishRemovals(
  { store, auth, clock }: Pick<Parts, 'store' | 'auth' | 'clock'>,
  { signal }: Waiting,
): Promise<void> {
  for (const userId of await listUnfinishedRemovals(store.db, BATCH)) {
    await auth.removeAccount(userId, { signal })
    await finishRemoval(store.db, userId, clock.now())
  }
  await forgetRemovals(store.db, new Date(clock.now().getTime() - KEEP_MS))
}
