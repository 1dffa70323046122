import type { Role } from '@portolan/identity'
import type { Generated, JSONColumnType } from 'kysely'
import type { AuditAction } from './audit/audit-entry.ts'
import type { GrantableRole } from './members/permissions.ts'
import type { Locale } from './profiles/locale.ts'

/** The tables of user_db. A table's rows stay inside the repository of its aggregate. */
export interface UserSchema {
  profiles: ProfileTable
  avatar_uploads: AvatarUploadTable
  doomed_objects: DoomedObjectTable
  account_removals: AccountRemovalTable
  workspaces: WorkspaceTable
  members: MemberTable
  removals: RemovalTable
  membership_news: MembershipNewsTable
  invitations: InvitationTable
  invitation_uses: InvitationUseTable
  audit_entries: AuditEntryTable
}

interface ProfileTable {
  user_id: string
  name: string
  email: string
  locale: Locale
  time_zone: string | null
  avatar_id: string | null
  created_at: Date
}

interface AvatarUploadTable {
  id: string
  user_id: string
  created_at: Date
  expires_at: Date
}

interface DoomedObjectTable {
  key: string
  due_at: Date
}

interface AccountRemovalTable {
  user_id: string
  requested_at: Date
  finished_at: Date | null
}

interface WorkspaceTable {
  id: string
  name: string
  created_at: Date
}

interface MemberTable {
  workspace_id: string
  user_id: string
  role: Role
  joined_at: Date
}

interface RemovalTable {
  workspace_id: string
  user_id: string
  removed_at: Date
}

interface MembershipNewsTable {
  /** A bigint, which the driver hands over as text. */
  id: Generated<string>
  workspace_id: string
  user_id: string
}

interface InvitationTable {
  id: string
  workspace_id: string
  token_hash: string
  email: string | null
  role: GrantableRole
  created_by: string
  created_at: Date
  expires_at: Date
  use_limit: number
  use_count: Generated<number>
  revoked_at: Date | null
}

interface InvitationUseTable {
  invitation_id: string
  user_id: string
  used_at: Date
}

interface AuditEntryTable {
  /** A bigint, which the driver hands over as text. */
  id: Generated<string>
  workspace_id: string
  at: Date
  actor_id: string
  action: AuditAction
  user_id: string | null
  invitation_id: string | null
  details: JSONColumnType<Record<string, string>>
}
