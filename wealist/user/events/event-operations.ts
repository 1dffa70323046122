import type { EndedSessions } from '@portolan/identity'
import { type App, openEventStream } from '@portolan/service'
import Type from 'typebox'
import { workspaceUnknown } from '../errors.ts'
import { findRole } from '../members/member-repository.ts'
import { ROLE_SCHEMA } from '../members/permissions.ts'
import type { UserParts } from '../user-parts.ts'
import { ID_SCHEMA } from '../uuid.ts'

const MEMBERSHIPS_SCHEMA = Type.Object(
  { memberships: Type.Array(Type.Object({ workspaceId: ID_SCHEMA, role: ROLE_SCHEMA })) },
  { title: 'Memberships', description: 'What I am in: at the beginning, and when something may have been missed.' },
)
const MEMBERSHIP_CHANGED_SCHEMA = Type.Object(
  {
    workspaceId: ID_SCHEMA,
    userId: ID_SCHEMA,
    role: Type.Union([ROLE_SCHEMA, Type.Null()], { description: 'Null: no member any more.' }),
  },
  { title: 'MembershipChanged' },
)
const STREAM = {
  description: 'Events `memberships`, `membership-changed` and `session-ended`, each with JSON as its data',
  content: {
    'text/event-stream': {
      schema: Type.Unsafe<string>({ type: 'string' }),
      // OpenAPI 3.1 has no words for the events of a stream.
      'x-event-data': { memberships: MEMBERSHIPS_SCHEMA, 'membership-changed': MEMBERSHIP_CHANGED_SCHEMA },
    },
  },
}

export interface EventOperationsOptions {
  readonly parts: UserParts
  readonly endedSessions: Pick<EndedSessions, 'stateOf'>
}

/**
 * `memberships` {memberships: [{workspaceId, role}]} at the beginning, and again when something may have been missed;
 * `membership-changed` {workspaceId, userId, role | null}; `session-ended` {}, and the stream ends.
 */
export function addEventOperations(app: App, { parts, endedSessions }: EventOperationsOptions): void {
  app.get(
    '/api/users/events',
    {
      config: { access: 'session', checksOrigin: true },
      schema: {
        tags: ['events'],
        operationId: 'listenToEvents',
        summary: 'What changes for me, as it happens',
        querystring: Type.Object({
          workspaceId: Type.Optional({
            ...ID_SCHEMA,
            description: 'Also what changes for others in this workspace; the stream ends with my membership.',
          }),
        }),
        refusals: ['USER_WORKSPACE_UNKNOWN', 'USER_STREAM_LIMIT'],
        response: { 200: STREAM },
      },
    },
    async ({ caller, query: { workspaceId } }, reply) => {
      if (caller.by === 'personal-token') throw new TypeError('`access: session` lets no personal access token in.')
      const { userId, sessionId } = caller
      const { hub, store } = parts
      if (workspaceId !== undefined && (await findRole(store.db, workspaceId, userId)) === undefined) {
        throw workspaceUnknown()
      }
      hub.requireRoom(userId)
      const stream = openEventStream(reply)
      await hub.add({ userId, sessionId, stream, ...(workspaceId === undefined ? {} : { workspaceId }) })
      // It may have ended between the check of the request and this moment.
      if (endedSessions.stateOf(sessionId) === 'ended') hub.end(sessionId)
    },
  )
}
