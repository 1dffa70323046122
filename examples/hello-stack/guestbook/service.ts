import { defineMigrations, migrate, openPool, parsePostgresUrl } from '@portolan/postgres'
import { defineService, LISTEN_ENVIRONMENT, listen } from '@portolan/service'
import Type from 'typebox'
import { buildGuestbook } from './app.ts'
import type { GuestbookSchema } from './entry-repository.ts'
import { entries } from './migrations/0001-entries.ts'

const MIGRATIONS = defineMigrations('guestbook', [entries])

const environment = Type.Object({
  ...LISTEN_ENVIRONMENT,
  DATABASE_URL: Type.String({ format: 'url' }),
})

export const service = defineService({
  name: 'guestbook',
  environment,
  async start({ name, environment, logger, signal }) {
    await using releasers = new AsyncDisposableStack()
    const onConnectionLost = (error: Error) => logger.warn({ err: error }, 'a connection to PostgreSQL was lost')
    const poolOptions = { applicationName: name, onConnectionLost }
    const pool = releasers.use(await openPool<GuestbookSchema>(environment.DATABASE_URL, poolOptions, { signal }))
    await migrate(pool, MIGRATIONS, { signal })
    const storePort = parsePostgresUrl(environment.DATABASE_URL).port
    const app = buildGuestbook({ name, logger, pool, storePort })
    const running = await listen(app, { address: environment.HOST, port: environment.PORT }, { signal })
    releasers.move() // from here the running service owns the pool
    return {
      addresses: running.addresses ?? [],
      async close(waiting) {
        try {
          await running.close(waiting)
        } finally {
          await pool.close(waiting) // after the requests that use it
        }
      },
    }
  },
})
