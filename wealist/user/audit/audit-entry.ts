/** What is written down of a workspace: whatever changes who may be in it and do what. */
export const AUDIT_ACTIONS = [
  'workspace-created',
  'workspace-renamed',
  'member-joined',
  'member-left',
  'member-removed',
  'role-changed',
  'ownership-transferred',
  'invitation-created',
  'invitation-revoked',
] as const
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

export interface NewAuditEntry {
  readonly workspaceId: string
  readonly at: Date
  /** Who did it. */
  readonly actorId: string
  readonly action: AuditAction
  /** Whom it was done to. */
  readonly userId?: string
  readonly invitationId?: string
  /** No names of people and no addresses: those are looked up when it is read. */
  readonly details?: Readonly<Record<string, string>>
}

export interface AuditEntry extends NewAuditEntry {
  /** Grows with each entry. */
  readonly id: string
  /** Absent for an account that has been removed. */
  readonly actorName?: string
  readonly userName?: string
  /** The address that was invited. */
  readonly email?: string
  readonly details: Readonly<Record<string, string>>
}
