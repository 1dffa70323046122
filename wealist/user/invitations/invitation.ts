import type { AppError } from '@portolan/errors'
import { invitationExpired, invitationRevoked, invitationUsed } from '../errors.ts'
import type { GrantableRole } from '../members/permissions.ts'

export interface Invitation {
  readonly id: string
  readonly workspaceId: string
  /** Whom it is for; absent for a link that anybody may use who has it. */
  readonly email?: string
  readonly role: GrantableRole
  readonly createdBy: string
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly useLimit: number
  readonly useCount: number
  readonly revokedAt?: Date
}

export const INVITATION_STATES = ['open', 'used', 'revoked', 'expired'] as const
export type InvitationState = (typeof INVITATION_STATES)[number]

export function invitationState(invitation: Invitation, now: Date): InvitationState {
  if (invitation.revokedAt !== undefined) return 'revoked'
  if (invitation.useCount >= invitation.useLimit) return 'used'
  return invitation.expiresAt <= now ? 'expired' : 'open'
}

/** Why an invitation lets nobody in any more, undefined while it is open. */
export function invitationRefusal(invitation: Invitation, now: Date): AppError | undefined {
  switch (invitationState(invitation, now)) {
    case 'open':
      return undefined
    case 'used':
      return invitationUsed()
    case 'revoked':
      return invitationRevoked()
    case 'expired':
      return invitationExpired(invitation.expiresAt)
  }
}
