import type { App } from '@portolan/service'
import Type from 'typebox'
import type { AuthParts } from '../auth-parts.ts'
import { sessionUnknown } from '../errors.ts'
import { IdField, NOTHING, PROBLEMS, TimeField } from '../fields.ts'
import { announceEnds } from './session-announcement.ts'
import { sessionCallerOf } from './session-caller.ts'
import { endSessions, listSessions } from './session-repository.ts'

const tags = ['session']
const SessionList = Type.Object({
  sessions: Type.Array(
    Type.Object({
      id: Type.String(),
      device: Type.String({ description: 'Empty when it did not say.' }),
      address: Type.String(),
      createdAt: TimeField,
      lastUsedAt: TimeField,
      isCurrent: Type.Boolean(),
    }),
  ),
})

const listSchema = {
  tags,
  operationId: 'listSessions',
  summary: 'Where the caller is signed in',
  response: { 200: SessionList, ...PROBLEMS },
}

const endSchema = {
  tags,
  operationId: 'endSession',
  summary: 'Sign out there',
  params: Type.Object({ id: IdField }),
  response: { 204: NOTHING, ...PROBLEMS },
}

const endOthersSchema = {
  tags,
  operationId: 'endOtherSessions',
  summary: 'Sign out everywhere else',
  response: { 200: Type.Object({ endedCount: Type.Integer() }), ...PROBLEMS },
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
