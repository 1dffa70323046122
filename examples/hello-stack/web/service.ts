import { createApp, defineService, LISTEN_ENVIRONMENT, listen } from '@portolan/service'
import Type from 'typebox'
import { Lookout } from './lookout.ts'
import { addPageFiles } from './page-files.ts'
import { watchedServices } from './watched-service.ts'

const LOOK_EVERY_MS = 2_000

const environment = Type.Object({
  ...LISTEN_ENVIRONMENT,
  CLOCK_URL: Type.String({ format: 'url' }),
  TIDES_URL: Type.String({ format: 'url' }),
  GUESTBOOK_URL: Type.String({ format: 'url' }),
  PATH: Type.String({ default: '' }),
})

/** The page, and the answer to what is behind it. A module: it shares the guestbook's process and costs no other. */
export const service = defineService({
  name: 'web',
  environment,
  async start({ name, environment, logger, signal }) {
    const lookout = new Lookout(watchedServices(environment), {
      storeUrl: new URL('/store', environment.GUESTBOOK_URL),
      searchPath: environment.PATH,
    })
    const app = createApp({ name, logger })
    addPageFiles(app, new URL('./page/', import.meta.url))
    app.get('/api/stack', (_request, reply) => {
      void reply.header('cache-control', 'no-store')
      return { services: lookout.rows }
    })
    const running = await listen(app, { address: environment.HOST, port: environment.PORT }, { signal })
    const watching = lookout.watch(LOOK_EVERY_MS, { signal }).catch((error: unknown) => {
      if (!signal.aborted) logger.error({ err: error }, 'the lookout ended')
    })
    return {
      addresses: running.addresses ?? [],
      async close(waiting) {
        await Promise.all([running.close(waiting), watching])
      },
    }
  },
})
