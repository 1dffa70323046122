import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { PageFile } from '../page-file.ts'
import { createPageFile } from './docs-file.ts'

const HTML = 'text/html; charset=utf-8'
const SCRIPT = 'text/javascript; charset=utf-8'
const STYLE = 'text/css; charset=utf-8'

/**
 * What the page consists of, by path. Swagger UI comes out of @fastify/swagger-ui, which carries it whole: the package
 * of its makers tells a third party of every installation.
 */
const SOURCES = {
  '/api/docs': { href: local('./page/docs.html'), contentType: HTML },
  '/api/docs/docs.css': { href: local('./page/docs.css'), contentType: STYLE },
  '/api/docs/docs.js': { href: local('./page/docs.js'), contentType: SCRIPT },
  '/api/docs/swagger-ui.css': {
    href: import.meta.resolve('@fastify/swagger-ui/static/swagger-ui.css'),
    contentType: STYLE,
  },
  '/api/docs/swagger-ui.js': {
    href: import.meta.resolve('@fastify/swagger-ui/static/swagger-ui-bundle.js'),
    contentType: SCRIPT,
  },
} as const

type DocsPath = keyof typeof SOURCES
export const DOCS_PATHS: readonly DocsPath[] = [
  '/api/docs',
  '/api/docs/docs.css',
  '/api/docs/docs.js',
  '/api/docs/swagger-ui.css',
  '/api/docs/swagger-ui.js',
]

/** The files of the page, read and compressed when the first reader asks: most services never get one. */
export class DocsPage {
  readonly #files = new Map<DocsPath, Promise<PageFile>>()

  get(path: DocsPath): Promise<PageFile> {
    const known = this.#files.get(path)
    if (known !== undefined) return known
    const reading = readDocsFile(path)
    this.#files.set(path, reading)
    reading.catch(() => this.#files.delete(path)) // the next one reads again
    return reading
  }
}

async function readDocsFile(path: DocsPath): Promise<PageFile> {
  const { href, contentType } = SOURCES[path]
  return createPageFile(await readFile(fileURLToPath(href)), contentType)
}

function local(path: string): string {
  return new URL(path, import.meta.url).href
}
