import { ROLES } from '@portolan/identity'
import type { App } from '@portolan/service'
import Type from 'typebox'
import { ENTRY_SCHEMA } from '../audit/audit-operations.ts'
import { GRANTABLE_ROLES } from '../members/permissions.ts'
import { bodyOf } from '../openapi.ts'
import { ME_SCHEMA } from '../profiles/profile-operations.ts'
import { requestLimit } from '../request-limit.ts'
import type { UserParts } from '../user-parts.ts'
import { ID_SCHEMA } from '../uuid.ts'
import { exportOwnAccount, removeOwnAccount } from './account-removal.ts'

const TIME_SCHEMA = Type.String({ format: 'date-time' })
const EXPORT_SCHEMA = Type.Object({
  format: Type.Enum(['wealist-account']),
  version: Type.Enum([1]),
  exportedAt: TIME_SCHEMA,
  account: Type.Object({ id: ID_SCHEMA, email: Type.String(), emailVerified: Type.Boolean() }),
  profile: ME_SCHEMA,
  avatar: Type.Union([Type.Object({ contentType: Type.String(), base64: Type.String() }), Type.Null()]),
  workspaces: Type.Array(Type.Object({ id: ID_SCHEMA, name: Type.String(), role: Type.Enum([...ROLES]) })),
  invitations: Type.Array(
    Type.Object({
      id: ID_SCHEMA,
      workspaceId: ID_SCHEMA,
      role: Type.Enum([...GRANTABLE_ROLES]),
      email: Type.Union([Type.String(), Type.Null()]),
      createdAt: TIME_SCHEMA,
    }),
  ),
  activity: Type.Array(ENTRY_SCHEMA),
})
const CONFIRMATION_SCHEMA = bodyOf({
  password: Type.Optional(Type.String({ minLength: 1, maxLength: 1_024 })),
  code: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Of the second factor.' })),
})
const tags = ['account']
const config = { access: 'session' } as const

export function addAccountOperations(app: App, parts: UserParts): void {
  app.get(
    '/api/users/me/export',
    {
      config,
      schema: { tags, operationId: 'exportMe', summary: 'All my data', response: { 200: EXPORT_SCHEMA } },
    },
    async ({ caller }, reply) => {
      const exported = await exportOwnAccount(parts, caller.userId, requestLimit())
      const disposition = 'attachment; filename="wealist-account.json"'
      return reply.header('content-disposition', disposition).header('cache-control', 'no-store').send(exported)
    },
  )

  app.delete(
    '/api/users/me',
    {
      config,
      schema: {
        tags,
        operationId: 'removeMe',
        summary: 'Remove my account; the answer is all my data',
        body: CONFIRMATION_SCHEMA,
        response: { 200: EXPORT_SCHEMA },
      },
    },
    async ({ caller, body }, reply) => {
      const exported = await removeOwnAccount(parts, { ...body, userId: caller.userId }, requestLimit())
      return reply.header('cache-control', 'no-store').send(exported)
    },
  )
}
