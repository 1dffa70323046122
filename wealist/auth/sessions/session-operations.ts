import type { App } from '@portolan/service'
import Type from 'typebox'
import type { AuthParts } from '../auth-parts.ts'
import { sessionUnknown } from '../errors.ts'
import { CountField, IdField, NOTHING, TimeField } from '../fields.ts'
import { announceEnds } from './session-announcement.ts'
import { sessionCallerOf } from './session-caller.ts'
import { endSessions, listSessions } from './session-repository.ts'

const tags = ['session']
const SessionView = Type.Object(
  {
    id: IdField,
    device: Type.String({ description: 'Empty when it did not say.' }),
    address: Type.String(),
    createdAt: TimeField,
    lastUsedAt: TimeField,
    isCurrent: Type.Boolean({ description: 'The one that asks.' }),
  },
  { title: 'Session' },
)

const listSchema = {
  tags,
  operationId: 'listSessions',
  summary: 'Where the caller is signed in',
  response: { 200: Type.Object({ sessions: Type.Array(SessionView) }) },
}

const endSchema = {
  tags,
  operationId: 'endSession',
  summary: 'Sign out there',
  params: Type.Object({ id: IdField }),
  refusals: ['AUTH_SESSION_UNKNOWN'],
  response: { 204: NOTHING },
}

const endOthersSchema = {
  tags,
  operationId: 'endOtherSessions',
  summary: 'Sign out everywhere else',
  response: { 200: Type.Object({ endedCount: CountField }) },
}

export function addSessionOperations(app: App, parts: AuthParts): void {
  const config = { access: 'session' } as const
  const { store, clock } = parts

  app.get('/api/auth/sessions', { config, schema: listSchema }, async (request) => {
    const { userId, sessionId } = sessionCallerOf(request)
    const sessions = await listSessions(store.db, userId, clock.now())
    return {
      sessions: sessions.map(({ createdAt, lastUsedAt, ...session }) => ({
        ...session,
        createdAt: createdAt.toISOString(),
        lastUsedAt: lastUsedAt.toISOString(),
        isCurrent: session.id === sessionId,
      })),
    }
  })
  app.delete('/api/auth/sessions/:id', { config, schema: endSchema }, async (request, reply) => {
    const { userId } = sessionCallerOf(request)
    const onlyId = request.params.id
    const ends = await store.change((tx) => endSessions(tx, { userId, onlyId }, clock.now()))
    if (ends.length === 0) throw sessionUnknown()
    await announceEnds(parts, ends)
    return reply.code(204).send(null)
  })
  app.delete('/api/auth/sessions', { config, schema: endOthersSchema }, async (request) => {
    const { userId, sessionId: exceptId } = sessionCallerOf(request)
    const ends = await store.change((tx) => endSessions(tx, { userId, exceptId }, clock.now()))
    await announceEnds(parts, ends)
    return { endedCount: ends.length }
  })
}
