import { requireRole } from '@portolan/identity'
import { bodyOf } from '@portolan/openapi'
import type { App } from '@portolan/service'
import Type from 'typebox'
import { workspaceUnknown } from '../errors.ts'
import { NAME_SCHEMA, NAME_VIEW, parseName } from '../field-text.ts'
import { NEEDED_ROLE, ROLE_SCHEMA } from '../members/permissions.ts'
import { getProfile, PROFILE_REFUSALS } from '../profiles/profile-creation.ts'
import { requestLimit } from '../request-limit.ts'
import type { UserParts } from '../user-parts.ts'
import { ID_SCHEMA } from '../uuid.ts'
import type { JoinedWorkspace } from './workspace.ts'
import { changeWorkspace, createWorkspace, removeWorkspace, transferOwnership } from './workspace-changes.ts'
import { findJoinedWorkspace, listJoinedWorkspaces } from './workspace-repository.ts'

const PARAMS = Type.Object({ workspaceId: ID_SCHEMA })
const WORKSPACE_SCHEMA = Type.Object(
  {
    id: ID_SCHEMA,
    name: NAME_VIEW,
    role: ROLE_SCHEMA,
    memberCount: Type.Integer({ minimum: 1 }),
    createdAt: Type.String({ format: 'date-time' }),
  },
  { title: 'Workspace', description: 'A workspace that I am in; the role is mine.' },
)
const tags = ['workspaces']

export function addWorkspaceOperations(app: App, parts: UserParts): void {
  addCollection(app, parts)
  addOne(app, parts)
  addRemoval(app, parts)
  addOwnership(app, parts)
}

function addCollection(app: App, parts: UserParts): void {
  const LIST = Type.Object({ workspaces: Type.Array(WORKSPACE_SCHEMA) })
  app.get(
    '/api/users/workspaces',
    { schema: { tags, operationId: 'listWorkspaces', summary: 'The workspaces I am in', response: { 200: LIST } } },
    async ({ caller }) => ({
      workspaces: (await listJoinedWorkspaces(parts.store.db, caller.userId)).map(answerOf),
    }),
  )

  app.post(
    '/api/users/workspaces',
    {
      schema: {
        tags,
        operationId: 'createWorkspace',
        summary: 'Make a workspace that I own',
        body: bodyOf({ name: NAME_SCHEMA }),
        refusals: ['USER_INPUT_INVALID', 'USER_WORKSPACE_LIMIT', ...PROFILE_REFUSALS],
        response: { 201: WORKSPACE_SCHEMA },
      },
    },
    async ({ caller, body }, reply) => {
      const name = parseName(body.name, 'name')
      const { userId } = await getProfile(parts, caller.userId, requestLimit())
      return reply.code(201).send(answerOf(await createWorkspace(parts, { userId, name })))
    },
  )
}

function addOne(app: App, parts: UserParts): void {
  app.get(
    '/api/users/workspaces/:workspaceId',
    {
      onRequest: requireRole(NEEDED_ROLE['read the workspace']),
      schema: {
        tags,
        operationId: 'getWorkspace',
        summary: 'One workspace',
        params: PARAMS,
        response: { 200: WORKSPACE_SCHEMA },
      },
    },
    async ({ caller, params }) => joinedAnswer(parts, params.workspaceId, caller.userId),
  )

  app.patch(
    '/api/users/workspaces/:workspaceId',
    {
      onRequest: requireRole(NEEDED_ROLE['rename the workspace']),
      config: { scope: 'admin' },
      schema: {
        tags,
        operationId: 'changeWorkspace',
        summary: 'Rename a workspace',
        params: PARAMS,
        body: bodyOf({ name: NAME_SCHEMA }),
        refusals: ['USER_INPUT_INVALID', 'USER_NOT_ALLOWED'],
        response: { 200: WORKSPACE_SCHEMA },
      },
    },
    async ({ caller, params: { workspaceId }, body }) => {
      await changeWorkspace(parts, { workspaceId, userId: caller.userId }, { name: parseName(body.name, 'name') })
      return joinedAnswer(parts, workspaceId, caller.userId)
    },
  )
}

function addRemoval(app: App, parts: UserParts): void {
  app.delete(
    '/api/users/workspaces/:workspaceId',
    {
      onRequest: requireRole(NEEDED_ROLE['remove the workspace']),
      config: { access: 'session' },
      schema: {
        tags,
        operationId: 'removeWorkspace',
        summary: 'Remove a workspace and everything in it',
        params: PARAMS,
        refusals: ['USER_NOT_ALLOWED'],
        response: { 204: Type.Null({ description: 'Removed' }) },
      },
    },
    async ({ caller, params: { workspaceId } }, reply) => {
      await removeWorkspace(parts, { workspaceId, userId: caller.userId })
      return reply.code(204).send(null)
    },
  )
}

function addOwnership(app: App, parts: UserParts): void {
  app.post(
    '/api/users/workspaces/:workspaceId/ownership',
    {
      onRequest: requireRole(NEEDED_ROLE['hand over the workspace']),
      config: { access: 'session' },
      schema: {
        tags,
        operationId: 'transferOwnership',
        summary: 'Hand the workspace over; I become an admin',
        params: PARAMS,
        body: bodyOf({ userId: ID_SCHEMA }),
        refusals: ['USER_INPUT_INVALID', 'USER_NOT_ALLOWED', 'USER_MEMBER_UNKNOWN', 'USER_OWNER_COUNT'],
        response: { 200: WORKSPACE_SCHEMA },
      },
    },
    async ({ caller, params: { workspaceId }, body }) => {
      await transferOwnership(parts, { workspaceId, userId: caller.userId }, body.userId)
      return joinedAnswer(parts, workspaceId, caller.userId)
    },
  )
}

async function joinedAnswer({ store }: UserParts, workspaceId: string, userId: string) {
  const workspace = await findJoinedWorkspace(store.db, workspaceId, userId)
  if (workspace === undefined) throw workspaceUnknown() // removed in this moment
  return answerOf(workspace)
}

function answerOf({ createdAt, ...workspace }: JoinedWorkspace) {
  return { ...workspace, createdAt: createdAt.toISOString() }
}
