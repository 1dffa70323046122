import { hasRole, ROLES, requireRole } from '@portolan/identity'
import type { App } from '@portolan/service'
import Type from 'typebox'
import { bodyOf } from '../openapi.ts'
import { avatarUrlOf } from '../profiles/profile.ts'
import type { UserParts } from '../user-parts.ts'
import { ID_SCHEMA } from '../uuid.ts'
import { changeMemberRole, endMembership } from './member-changes.ts'
import { listMembers } from './member-repository.ts'
import { GRANTABLE_ROLES, NEEDED_ROLE } from './permissions.ts'

const PARAMS = Type.Object({ workspaceId: ID_SCHEMA, userId: ID_SCHEMA })
const WORKSPACE_PARAMS = Type.Object({ workspaceId: ID_SCHEMA })
const NOTHING = { 204: Type.Null({ description: 'Done' }) }
const LIST_SCHEMA = Type.Object({
  members: Type.Array(
    Type.Object({
      userId: ID_SCHEMA,
      name: Type.String(),
      avatarUrl: Type.Union([Type.String(), Type.Null()]),
      role: Type.Enum([...ROLES]),
      email: Type.Union([Type.String(), Type.Null()], { description: 'Only for admins and the owner.' }),
      joinedAt: Type.String({ format: 'date-time' }),
    }),
  ),
})
const tags = ['members']
// Whoever is in the workspace gets as far as the rules, which know who is meant.
const onRequest = requireRole(NEEDED_ROLE['read the workspace'])

export function addMemberOperations(app: App, parts: UserParts): void {
  addList(app, parts)
  addChanges(app, parts)
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
        response: { 200: LIST_SCHEMA },
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

function addChanges(app: App, parts: UserParts): void {
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
        body: bodyOf({ role: Type.Enum([...GRANTABLE_ROLES]) }),
        response: NOTHING,
      },
    },
    async ({ caller, params: { workspaceId, userId }, body }, reply) => {
      await changeMemberRole(parts, { workspaceId, actorId: caller.userId, userId }, body.role)
      return reply.code(204).send(null)
    },
  )

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
        response: NOTHING,
      },
    },
    async ({ caller: { userId }, params: { workspaceId } }, reply) => {
      await endMembership(parts, { workspaceId, actorId: userId, userId })
      return reply.code(204).send(null)
    },
  )
}
