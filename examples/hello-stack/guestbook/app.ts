import type { Pool } from '@portolan/postgres'
import { type App, createApp, type Logger } from '@portolan/service'
import { sql } from 'kysely'
import Type from 'typebox'
import { EntryDraft } from './entry.ts'
import { addEntry, type GuestbookSchema, listEntries } from './entry-repository.ts'
import { GuestSockets } from './guest-sockets.ts'

const BODY_LIMIT_BYTES = 8_192
const ListQuery = Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 100, default: 30 }) })

export interface GuestbookOptions {
  readonly name: string
  readonly logger: Logger
  readonly pool: Pool<GuestbookSchema>
  /** Where the pool leads, for the table of ports; never the URL itself, which holds a password. */
  readonly storePort: number
}

export function buildGuestbook({ name, logger, pool, storePort }: GuestbookOptions): App {
  const askStore = () => sql`SELECT 1`.execute(pool.db)
  const app = createApp({
    name,
    logger,
    ready: { postgres: askStore },
    bodyLimitBytes: BODY_LIMIT_BYTES,
  })
  const sockets = new GuestSockets({ path: '/ws/guestbook' }, logger)
  app.server.on('upgrade', sockets.upgrade)
  app.addHook('preClose', async () => sockets.close())

  app.get('/api/guestbook', { schema: { querystring: ListQuery } }, async (request, reply) => {
    void reply.header('cache-control', 'no-store')
    return { entries: await listEntries(pool.db, request.query.limit) }
  })
  app.post('/api/guestbook', { schema: { body: EntryDraft } }, async (request, reply) => {
    const entry = await addEntry(pool.db, request.body)
    sockets.announce(entry)
    return reply.code(201).send(entry)
  })
  // No route of the gateway leads here: it is for the other services of the stack.
  app.get('/store', () => ({ port: storePort }))
  return app
}
