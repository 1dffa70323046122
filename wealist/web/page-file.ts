import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { CODING_ENDS, CODINGS, type Coding } from './content-coding.ts'
import { buildMissing } from './errors.ts'

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

/** One built file, whole: all of them together are a few megabytes. */
export interface PageFile {
  readonly contentType: string
  /** The same for every coding, so it is a weak one (RFC 9110 §8.8.1). */
  readonly etag: string
  /** Its name holds the hash of its content, so what is under it never changes. */
  readonly isImmutable: boolean
  readonly plain: Buffer
  readonly coded: ReadonlyMap<Coding, Buffer>
}

/** By path as a browser asks for it: `/index.html`, `/assets/main-1f2e3d.js`. */
export type PageFiles = ReadonlyMap<string, PageFile>

export const INDEX_PATH = '/index.html'

/** @throws WEB_BUILD_MISSING when no page is built there */
export async function readPageFiles(folder: string): Promise<PageFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw buildMissing(folder, error)
  })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `/${relative(folder, join(parentPath, name)).split(sep).join('/')}`)
  const known = new Set(paths)
  const sources = paths.filter((path) => contentTypeOf(path) !== undefined)
  const files = await Promise.all(
    sources.map(async (path): Promise<[string, PageFile]> => [path, await readPageFile({ folder, path, known })]),
  )
  if (!known.has(INDEX_PATH)) throw buildMissing(folder)
  return new Map(files)
}

interface PageFilePlace {
  readonly folder: string
  readonly path: string
  /** All paths of the folder. */
  readonly known: ReadonlySet<string>
}

async function readPageFile({ folder, path, known }: PageFilePlace): Promise<PageFile> {
  const plain = await readFile(join(folder, path))
  const codings = CODINGS.filter((coding) => known.has(path + CODING_ENDS[coding]))
  const coded = await Promise.all(
    codings.map(async (coding): Promise<[Coding, Buffer]> => {
      return [coding, await readFile(join(folder, path + CODING_ENDS[coding]))]
    }),
  )
  return {
    contentType: contentTypeOf(path) ?? 'application/octet-stream',
    etag: `W/"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
    isImmutable: path.startsWith('/assets/'),
    plain,
    coded: new Map(coded),
  }
}

function contentTypeOf(path: string): string | undefined {
  return CONTENT_TYPES[extname(path)]
}
