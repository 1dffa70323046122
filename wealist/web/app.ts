import { OPENAPI_ERRORS } from '@portolan/openapi'
import { type App, createApp, type Logger } from '@portolan/service'
import { API_DOCS_ERRORS } from './api-docs/errors.ts'
import { WEB_BUILD_ERRORS } from './errors.ts'
import type { PageFolder } from './page-folder.ts'
import { addPages } from './page-operations.ts'

export interface WebAppOptions {
  readonly name: string
  readonly logger: Logger
  readonly pages: PageFolder
}

/** The pages of weAlist; it listens to nothing yet. */
export function createWebApp({ name, logger, pages }: WebAppOptions): App {
  const app = createApp({ name, logger, catalogues: [WEB_BUILD_ERRORS, API_DOCS_ERRORS, OPENAPI_ERRORS] })
  addPages(app, pages)
  return app
}
