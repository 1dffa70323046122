/** The documents alone, on a port of their own, for the tests beside this. */
import { OPENAPI_ERRORS } from '@portolan/openapi'
import { createApp, listen } from '@portolan/service'
import pino from 'pino'
import type { TestServices } from '../testing.ts'
import { addApiDocs } from './add-api-docs.ts'
import type { ApiDocumentOptions } from './api-document.ts'
import { API_DOCS_ERRORS } from './errors.ts'

export async function openDocs({ authUrl, userUrl }: TestServices, options: Partial<ApiDocumentOptions> = {}) {
  const log: string[] = []
  const logger = pino({}, { write: (line: string) => void log.push(line) })
  const app = createApp({ name: 'web', logger, catalogues: [API_DOCS_ERRORS, OPENAPI_ERRORS] })
  addApiDocs(app, { authUrl, userUrl, ...options })
  // One of the pages' own files, which are not built here.
  app.get('/icon.svg', (_request, reply) =>
    reply.type('image/svg+xml').send('<svg xmlns="http://www.w3.org/2000/svg"/>'),
  )
  const running = await listen(app, { address: '127.0.0.1', port: 0 }, { signal: AbortSignal.timeout(10_000) })
  const origin = `http://127.0.0.1:${running.addresses?.[0]?.port}`
  return { app, log, origin, [Symbol.asyncDispose]: () => running.close({ signal: AbortSignal.timeout(5_000) }) }
}
