import { bodyOf } from '@portolan/openapi'
import type { App } from '@portolan/service'
import Type from 'typebox'
import { ENTRY_SCHEMA } from '../audit/audit-operations.ts'
import { NAME_VIEW } from '../field-text.ts'
import { GRANTABLE_ROLE_SCHEMA, ROLE_SCHEMA } from '../members/permissions.ts'
import { PROFILE_REFUSALS } from '../profiles/profile-creation.ts'
import { ME_SCHEMA } from '../profiles/profile-operations.ts'
import { requestLimit } from '../request-limit.ts'
import type { UserParts } from '../user-parts.ts'
import { ID_SCHEMA } from '../uuid.ts'
import { exportOwnAccount, removeOwnAccount } from './account-removal.ts'

const EMAIL_SCHEMA = Type.String({ format: 'email' })
const TIME_SCHEMA = Type.String({ format: 'date-time' })
const EXPORT_SCHEMA = Type.Object(
  {
    format: Type.Enum(['wealist-account']),
    version: Type.Enum([1]),
    exportedAt: TIME_SCHEMA,
    account: Type.Object({ id: ID_SCHEMA, email: EMAIL_SCHEMA, emailVerified: Type.Boolean() }),
    profile: ME_SCHEMA,
    avatar: Type.Union([
      Type.Object({ contentType: Type.String(), base64: Type.String({ format: 'byte' }) }),
      Type.Null(),
    ]),
    workspaces: Type.Array(Type.Object({ id: ID_SCHEMA, name: NAME_VIEW, role: ROLE_SCHEMA })),
    invitations: Type.Array(
      Type.Object({
        id: ID_SCHEMA,
        workspaceId: ID_SCHEMA,
        role: GRANTABLE_ROLE_SCHEMA,
        email: Type.Union([EMAIL_SCHEMA, Type.Null()]),
        createdAt: TIME_SCHEMA,
      }),
    ),
    activity: Type.Array(ENTRY_SCHEMA),
  },
  { title: 'AccountExport' },
)
const CONFIRMATION_SCHEMA = bodyOf({
  password: Type.Optional(Type.String({ minLength: 1, maxLength: 1_024, 'x-format': 'password' })),
  code: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Of the second factor.' })),
})
const REMOVAL_REFUSALS = [
  'USER_CONFIRMATION_WRONG',
  'USER_TOO_MANY_REQUESTS',
  'USER_OWNS_WORKSPACES',
  'USER_OWNER_COUNT',
  ...PROFILE_REFUSALS,
] as const
const tags = ['account']
const config = { access: 'session' } as const

export function addAccountOperations(app: App, parts: UserParts): void {
  app.get(
    '/api/users/me/export',
    {
      config,
      schema: {
        tags,
        operationId: 'exportAccount',
        summary: 'All my data',
        refusals: PROFILE_REFUSALS,
        response: { 200: EXPORT_SCHEMA },
      },
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
        operationId: 'removeAccount',
        summary: 'Remove my account; the answer is all my data',
        body: CONFIRMATION_SCHEMA,
        refusals: REMOVAL_REFUSALS,
        response: { 200: EXPORT_SCHEMA },
      },
    },
    async ({ caller, body }, reply) => {
      const exported = await removeOwnAccount(parts, { ...body, userId: caller.userId }, requestLimit())
      return reply.header('cache-control', 'no-store').send(exported)
    },
  )
}
