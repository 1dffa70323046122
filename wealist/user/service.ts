import { defineService, LISTEN_ENVIRONMENT, listen } from '@portolan/service'
import Type from 'typebox'
import { openUser } from './open-user.ts'

const URL_SCHEMA = Type.String({ minLength: 1 })

/** weAlist's people, workspaces, roles and invitations. */
export const service = defineService({
  name: 'user',
  environment: Type.Object({
    ...LISTEN_ENVIRONMENT,
    /** Where browsers reach the stack, such as `https://wealist.example.com`. */
    PUBLIC_ORIGIN: URL_SCHEMA,
    DATABASE_URL: URL_SCHEMA,
    BUS_URL: URL_SCHEMA,
    OBJECTS_URL: URL_SCHEMA,
    AUTH_URL: URL_SCHEMA,
    /** The secret that the services of the stack share. */
    SERVICE_KEY: Type.String({ minLength: 32 }),
  }),
  async start({ name, environment, logger, signal }) {
    const { HOST, PORT, PUBLIC_ORIGIN, DATABASE_URL, BUS_URL, OBJECTS_URL, AUTH_URL, SERVICE_KEY } = environment
    await using releasers = new AsyncDisposableStack()
    const opened = await openUser(
      {
        name,
        logger,
        publicOrigin: PUBLIC_ORIGIN,
        databaseUrl: DATABASE_URL,
        busUrl: BUS_URL,
        objectsUrl: OBJECTS_URL,
        authUrl: AUTH_URL,
        serviceKey: SERVICE_KEY,
      },
      { signal },
    )
    releasers.use(opened)
    const running = await listen(opened.app, { address: HOST, port: PORT }, { signal })
    const held = releasers.move() // from here the running service owns what was opened
    return {
      addresses: running.addresses ?? [],
      async close(waiting) {
        try {
          await running.close(waiting)
        } finally {
          await held.disposeAsync() // after the requests that use it
        }
      },
    }
  },
})
