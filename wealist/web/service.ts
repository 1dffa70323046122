import { fileURLToPath } from 'node:url'
import { defineService, LISTEN_ENVIRONMENT, listen } from '@portolan/service'
import Type from 'typebox'
import { addApiDocs } from './api-docs/add-api-docs.ts'
import { createWebApp } from './app.ts'
import { PageFolder } from './page-folder.ts'

/** Where `build.ts` puts the pages. */
const BUILT_PAGES = fileURLToPath(new URL('./page/dist', import.meta.url))

/** weAlist's pages. */
export const service = defineService({
  name: 'web',
  environment: Type.Object({
    ...LISTEN_ENVIRONMENT,
    AUTH_URL: Type.String({ minLength: 1 }),
    USER_URL: Type.String({ minLength: 1 }),
    PAGE_FOLDER: Type.String({ default: BUILT_PAGES }),
  }),
  async start({ name, environment, logger, signal }) {
    const pages = await PageFolder.open(environment.PAGE_FOLDER)
    const app = createWebApp({ name, logger, pages })
    addApiDocs(app, { authUrl: environment.AUTH_URL, userUrl: environment.USER_URL })
    return listen(app, { address: environment.HOST, port: environment.PORT }, { signal })
  },
})
