import type { App } from '@portolan/service'
import { answerFile } from '../page-operations.ts'
import { ApiDocument, type ApiDocumentOptions } from './api-document.ts'
import { DOCS_PATHS, DocsPage } from './docs-page.ts'

const RETRY_AFTER_SECONDS = 2

/**
 * The whole API of weAlist: `/api/docs/openapi.json`, one OpenAPI 3.1 document of all services, and `/api/docs`, a page
 * to read and try it. Call it beside `addPages`, in any order, with what the environment says:
 * `addApiDocs(app, { authUrl: AUTH_URL, userUrl: USER_URL })`, and give `API_DOCS_ERRORS` and `OPENAPI_ERRORS` to the
 * app's catalogues. Nothing is fetched before somebody asks. While a service is away the document is a 503
 * API_DOCS_SERVICE_UNAVAILABLE, and the page says so.
 */
export function addApiDocs(app: App, options: ApiDocumentOptions): void {
  const document = new ApiDocument(options)
  const page = new DocsPage()
  const schema = { hide: true }
  app.get('/api/docs/openapi.json', { schema }, async (request, reply) => {
    const file = await document.get().catch((error: unknown) => {
      void reply.header('retry-after', RETRY_AFTER_SECONDS) // a reply is thenable, not a promise
      throw error
    })
    return answerFile(file, request, reply)
  })
  for (const path of DOCS_PATHS) {
    app.get(path, { schema }, async (request, reply) => answerFile(await page.get(path), request, reply))
  }
  app.get('/api/docs/', { schema }, async (_request, reply) => reply.redirect('/api/docs', 308))
}
