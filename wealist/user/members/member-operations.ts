import { hasRole, requireRole } from '@portolan/identity'
import { bodyOf } from '@portolan/openapi'
import type { App } from '@portolan/service'
import Type from 'typebox'
import { NAME_VIEW } from '../field-text.ts'
import { AVATAR_URL_SCHEMA, avatarUrlOf } from '../profiles/profile.ts'
import type { UserParts } from '../user-parts.ts'
import { ID_SCHEMA } from '../uuid.ts'
import { changeMemberRole, endMembership } from './member-changes.ts'
import { listMembers } from './member-repository.ts'
import { GRANTABLE_ROLE_SCHEMA, NEEDED_ROLE, ROLE_SCHEMA } from './permissions.ts'

const PARAMS = Type.Object({ workspaceId: ID_SCHEMA, userId: ID_SCHEMA })
const WORKSPACE_PARAMS = Type.Object({ workspaceId: ID_SCHEMA })
const NOTHING = { 204: Type.Null({ description: 'Done' }) }
const MEMBER_SCHEMA = Type.Object(
  {
    userId: ID_SCHEMA,
    name: NAME_VIEW,
    avatarUrl: AVATAR_URL_SCHEMA,
    role: ROLE_SCHEMA,
    email: Type.Union([Type.String({ format: 'email' }), Type.Null()], {
      description: 'Only for admins and the owner; null for the others.',
    }),
    joinedAt: Type.String({ format: 'date-time' }),
  },
  { title: 'Member' },
)
const CHANGE_REFUSALS = ['USER_MEMBER_UNKNOWN', 'USER_OWNER_STAYS', 'USER_NOT_ALLOWED'] as const
const tags = ['members']
// Whoever is in the workspace gets as far as the rules, which know who is meant.
const onRequest = requireRole(NEEDED_ROLE['read the workspace'])

export function addMemberOperations(app: App, parts: UserParts): void {
  addList(app, parts)
  addChange(app, parts)
  addRemoval(app, parts)
  addLeave(app, parts)
}

function addList(app: App, { store }: UserParts): void {
  app.get(
    '/api/users/workspaces/:workspaceId/members',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'listMembers',
        summary: 'Who is in the workspace',
        params: WORKSPACE_PARAMS,
        response: { 200: Type.Object({ members: Type.Array(MEMBER_SCHEMA) }) },
      },
    },
    async ({ membership }) => {
      const seesEmail = hasRole(membership.role, 'admin')
      const members = await listMembers(store.db, membership.workspaceId)
      return {
        members: members.map((member) => {
          const { userId, name, role, email, joinedAt } = member
          const avatarUrl = avatarUrlOf(member)
          return { userId, name, avatarUrl, role, email: seesEmail ? email : null, joinedAt: joinedAt.toISOString() }
        }),
      }
    },
  )
}

function addChange(app: App, parts: UserParts): void {
  app.patch(
    '/api/users/workspaces/:workspaceId/members/:userId',
    {
      onRequest,
      config: { scope: 'admin' },
      schema: {
        tags,
        operationId: 'changeMember',
        summary: 'Give a member another role',
        params: PARAMS,
        body: bodyOf({ role: GRANTABLE_ROLE_SCHEMA }),
        refusals: CHANGE_REFUSALS,
        response: NOTHING,
      },
    },
    async ({ caller, params: { workspaceId, userId }, body }, reply) => {
      await changeMemberRole(parts, { workspaceId, actorId: caller.userId, userId }, body.role)
      return reply.code(204).send(null)
    },
  )
}

function addRemoval(app: App, parts: UserParts): void {
  app.delete(
    '/api/users/workspaces/:workspaceId/members/:userId',
    {
      onRequest,
      config: { scope: 'admin' },
      schema: {
        tags,
        operationId: 'removeMember',
        summary: 'Remove a member',
        params: PARAMS,
        refusals: CHANGE_REFUSALS,
        response: NOTHING,
      },
    },
    async ({ caller, params: { workspaceId, userId } }, reply) => {
      await endMembership(parts, { workspaceId, actorId: caller.userId, userId })
      return reply.code(204).send(null)
    },
  )
}

function addLeave(app: App, parts: UserParts): void {
  app.post(
    '/api/users/workspaces/:workspaceId/leave',
    {
      onRequest,
      schema: {
        tags,
        operationId: 'leaveWorkspace',
        summary: 'Leave the workspace',
        params: WORKSPACE_PARAMS,
        refusals: ['USER_OWNER_STAYS'],
        response: NOTHING,
      },
    },
    async ({ caller: { userId }, params: { workspaceId } }, reply) => {
      await endMembership(parts, { workspaceId, actorId: userId, userId })
      return reply.code(204).send(null)
    },
  )
}
