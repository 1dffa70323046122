import type { TFunction } from 'i18next'
import type { AuditAction, AuditEntry } from '../../api/contract.ts'
import { ROLES } from '../../workspace/permissions.ts'

/** One entry as a sentence. */
export function auditWords(t: TFunction<'workspace'>, entry: AuditEntry): string {
  const { action, actor, user, invitation, details } = entry
  const nobody = t('unknownPerson', { ns: 'ui' })
  const email = invitation?.email ?? undefined
  return t(`audit.${email === undefined ? ofLink(action) : action}`, {
    actor: actor.name ?? nobody,
    user: user?.name ?? nobody,
    invited: email ?? '',
    role: roleWords(t, details.role),
    from: action === 'role-changed' ? roleWords(t, details.from) : (details.from ?? ''),
    to: action === 'role-changed' ? roleWords(t, details.to) : (details.to ?? ''),
  })
}

/** Who is invited by a link is not known. */
function ofLink(action: AuditAction) {
  if (action === 'invitation-created') return 'invitation-link-created'
  return action === 'invitation-revoked' ? 'invitation-link-revoked' : action
}

function roleWords(t: TFunction<'workspace'>, text: string | undefined): string {
  const role = ROLES.find((each) => each === text)
  return role === undefined ? '' : t(`roles.${role}`)
}
