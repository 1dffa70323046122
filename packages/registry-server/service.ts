import { defineService, LISTEN_ENVIRONMENT, listen } from '@portolan/service'
import Type from 'typebox'
import { openRegistryServer } from './registry-server.ts'
import { DEFAULT_SETTINGS, readSettings } from './settings.ts'
import { listenOnSocket } from './socket-listener.ts'

const environment = Type.Object({
  ...LISTEN_ENVIRONMENT,
  DATABASE_URL: Type.String({ format: 'url' }),
  /** The path of a `registry.yaml`. Without it hosts are declared by who uses the registry, and nobody looks at them. */
  REGISTRY_SETTINGS: Type.Optional(Type.String()),
  /**
   * A UNIX socket that it answers on as well, in a folder that is its owner's alone: who asks there knows that no other
   * user of the machine can be the one who answers.
   */
  REGISTRY_SOCKET: Type.Optional(Type.String({ pattern: '^/' })),
  /** The first key, an admin's. It stands in no table: who takes it out of the environment has ended it. */
  REGISTRY_ADMIN_KEY: Type.Optional(Type.String({ minLength: 32, maxLength: 200, pattern: '^[!-~]+$' })),
})

export const service = defineService({
  name: 'registry',
  environment,
  async start({ environment, logger, signal }) {
    await using releasers = new AsyncDisposableStack()
    const { DATABASE_URL: databaseUrl, REGISTRY_SETTINGS: path, REGISTRY_ADMIN_KEY: adminKey } = environment
    const settings = path === undefined ? DEFAULT_SETTINGS : await readSettings(path, { signal })
    const key = adminKey === undefined ? {} : { adminKey }
    const server = releasers.use(await openRegistryServer({ databaseUrl, settings, logger, ...key }, { signal }))
    const { REGISTRY_SOCKET: socketPath } = environment
    // Before the port: who sees the service healthy there may ask the socket.
    const socket = socketPath === undefined ? undefined : await listenOnSocket(server.app, socketPath)
    releasers.defer(() => socket?.close({ signal: AbortSignal.abort() }))
    const running = await listen(server.app, { address: environment.HOST, port: environment.PORT }, { signal })
    releasers.move() // from here the running service owns it
    return {
      addresses: running.addresses ?? [],
      async close(waiting) {
        try {
          await socket?.close(waiting)
          await running.close(waiting)
        } finally {
          await server[Symbol.asyncDispose]() // after the requests that use it
        }
      },
    }
  },
})
