import { requireRole } from '@portolan/identity'
import type { App } from '@portolan/service'
import Type from 'typebox'
import { NAME_VIEW } from '../field-text.ts'
import { NEEDED_ROLE } from '../members/permissions.ts'
import type { UserParts } from '../user-parts.ts'
import { ID_SCHEMA } from '../uuid.ts'
import { AUDIT_ACTIONS, type AuditEntry } from './audit-entry.ts'
import { listAuditEntries } from './audit-repository.ts'

const PAGE_LIMIT = 50
const CURSOR = Type.String({ pattern: '^[1-9][0-9]{0,17}$' })
const NAME = Type.Union([NAME_VIEW, Type.Null()], { description: 'Null for an account that was removed.' })
const EMAIL = Type.Union([Type.String({ format: 'email' }), Type.Null()], {
  description: 'Null for a link, and when the invited account was removed.',
})
export const ENTRY_SCHEMA = Type.Object(
  {
    id: CURSOR,
    workspaceId: ID_SCHEMA,
    at: Type.String({ format: 'date-time' }),
    action: Type.Enum([...AUDIT_ACTIONS], { title: 'AuditAction' }),
    actor: Type.Object({ userId: ID_SCHEMA, name: NAME }),
    user: Type.Union([Type.Object({ userId: ID_SCHEMA, name: NAME }), Type.Null()]),
    invitation: Type.Union([Type.Object({ id: ID_SCHEMA, email: EMAIL }), Type.Null()]),
    details: Type.Record(Type.String(), Type.String(), { description: '`role`, `by`, or `from` and `to`.' }),
  },
  { title: 'AuditEntry' },
)
const PAGE_SCHEMA = Type.Object(
  {
    entries: Type.Array(ENTRY_SCHEMA),
    before: Type.Union([CURSOR, Type.Null()], { description: 'What to ask the next page with; null at the end.' }),
  },
  { title: 'AuditPage' },
)

export function addAuditOperations(app: App, { store }: UserParts): void {
  app.get(
    '/api/users/workspaces/:workspaceId/audit',
    {
      onRequest: requireRole(NEEDED_ROLE['read the audit log']),
      config: { scope: 'admin' },
      schema: {
        tags: ['audit'],
        operationId: 'listAuditEntries',
        summary: 'Who did what, the newest first',
        params: Type.Object({ workspaceId: ID_SCHEMA }),
        querystring: Type.Object({
          before: Type.Optional(CURSOR),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: PAGE_LIMIT })),
        }),
        response: { 200: PAGE_SCHEMA },
      },
    },
    async ({ membership, query: { before, limit = PAGE_LIMIT } }) => {
      const cursor = before === undefined ? {} : { before }
      // One more than asked for tells whether there is another page.
      const found = await listAuditEntries(store.db, membership.workspaceId, { ...cursor, limit: limit + 1 })
      const entries = found.slice(0, limit).map(entryAnswer)
      return { entries, before: found.length > limit ? (entries.at(-1)?.id ?? null) : null }
    },
  )
}

export function entryAnswer(entry: AuditEntry) {
  const { id, workspaceId, at, action, actorId, actorName, userId, userName, invitationId, email, details } = entry
  return {
    id,
    workspaceId,
    action,
    details,
    at: at.toISOString(),
    actor: { userId: actorId, name: actorName ?? null },
    user: userId === undefined ? null : { userId, name: userName ?? null },
    invitation: invitationId === undefined ? null : { id: invitationId, email: email ?? null },
  }
}
