import type { AuditAction } from '../../api/contract.ts'
import type { IconName } from '../../ui/icon-paths.ts'

export const AUDIT_ICONS = {
  'workspace-created': 'home',
  'workspace-renamed': 'gear',
  'member-joined': 'person',
  'member-left': 'signOut',
  'member-removed': 'signOut',
  'role-changed': 'shield',
  'ownership-transferred': 'key',
  'invitation-created': 'envelope',
  'invitation-revoked': 'envelope',
} as const satisfies Record<AuditAction, IconName>
