import type { App } from '@portolan/service'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { chooseCoding } from './content-coding.ts'
import { INDEX_PATH, type PageFile } from './page-file.ts'
import type { PageFolder } from './page-folder.ts'
import { PAGE_HEADERS } from './page-headers.ts'

const YEAR_SECONDS = 31_536_000
/** Nothing below these is an address of a page: what is not there is missing. */
const NO_PAGES = /^\/(api|assets)(\/|$)/

/** The built files at their paths, and the page itself at every address that a person opens. */
export function addPages(app: App, pages: PageFolder): void {
  app.get('/*', { schema: { hide: true } }, async (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/'
    const isIndex = path === '/' || path === INDEX_PATH
    const file = isIndex ? undefined : pages.find(path)
    if (file !== undefined) return answerFile(file, request, reply)
    // The page's own address is there for everybody: whoever watches a site asks for it without saying what he reads.
    if (!isIndex && (NO_PAGES.test(path) || !isNavigation(request))) {
      reply.callNotFound()
      return reply
    }
    return answerFile(await pages.index(), request, reply)
  })
}

/** A person opens an address; scripts and pictures that are missing must not be answered with a page. */
function isNavigation({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes('text/html') === true
}

/** A file in the coding that the browser likes best, or nothing but that it has it already. */
export function answerFile(file: PageFile, { headers }: FastifyRequest, reply: FastifyReply): FastifyReply {
  const caching = file.isImmutable ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache'
  void reply.headers({ ...PAGE_HEADERS, vary: 'accept-encoding', etag: file.etag, 'cache-control': caching }) // thenable
  if (isKnown(headers['if-none-match'], file.etag)) return reply.code(304).send()
  void reply.header('content-type', file.contentType)
  const coding = chooseCoding(headers['accept-encoding']?.toString(), new Set(file.coded.keys()))
  const coded = coding === undefined ? undefined : file.coded.get(coding)
  if (coding === undefined || coded === undefined) return reply.send(file.plain)
  return reply.header('content-encoding', coding).send(coded)
}

/** RFC 9110 §13.1.2, by weak comparison. */
function isKnown(noneMatch: string | undefined, etag: string): boolean {
  if (noneMatch === undefined) return false
  const known = noneMatch.split(',').map((each) => each.trim())
  return known.includes('*') || known.includes(etag)
}
