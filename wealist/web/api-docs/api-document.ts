import { isAppError, type Waiting } from '@portolan/errors'
import { mergeDocuments, type OpenApiDocument, parseDocument, type ServiceDocument } from '@portolan/openapi'
import type { PageFile } from '../page-file.ts'
import { createPageFile } from './docs-file.ts'
import { serviceUnavailable } from './errors.ts'

export interface ApiDocumentOptions {
  /** Where auth answers on its internal port, such as `http://127.0.0.1:8080`. */
  readonly authUrl: string
  readonly userUrl: string
  /** Where browsers reach the stack; wherever the document came from, unless it is said. */
  readonly publicOrigin?: string
  /** How long one service may take. */
  readonly timeoutMs?: number
  /** How long a document that was put together is given out. */
  readonly keepMs?: number
}

const DEFAULTS = { publicOrigin: '/', timeoutMs: 3_000, keepMs: 5_000 } as const satisfies Partial<ApiDocumentOptions>
const DESCRIPTION = `Everything that weAlist's own pages do, they do by this API.

**In a browser** you are who is signed in here: requests from this page take the session's cookie along.
**From a program**, send \`Authorization: Bearer <token>\` with a personal access token, which is made under
[Settings, Tokens](/settings/tokens).

A refusal is \`application/problem+json\` (RFC 9457). Decide by its \`code\`, which never changes; each answer below
names the codes it may have. Where \`Retry-After\` is sent, wait as long as it says.`

/** One document of all services, put together when it is asked for and kept for some seconds. */
export class ApiDocument {
  readonly #options: Required<ApiDocumentOptions>
  #kept: { readonly file: PageFile; readonly untilMs: number } | undefined
  #pending: Promise<PageFile> | undefined

  constructor(options: ApiDocumentOptions) {
    this.#options = Object.freeze({ ...DEFAULTS, ...options })
  }

  /** @throws API_DOCS_SERVICE_UNAVAILABLE, OPENAPI_DOCUMENT_INVALID, OPENAPI_OPERATION_TWICE */
  async get(): Promise<PageFile> {
    if (this.#kept !== undefined && performance.now() < this.#kept.untilMs) return this.#kept.file
    this.#pending ??= this.#make().finally(() => {
      this.#pending = undefined
    })
    return this.#pending
  }

  async #make(): Promise<PageFile> {
    const { authUrl, userUrl, publicOrigin, timeoutMs, keepMs } = this.#options
    const document = await fetchApiDocument(
      { authUrl, userUrl, publicOrigin },
      { signal: AbortSignal.timeout(timeoutMs) },
    )
    const file = await createPageFile(JSON.stringify(document), 'application/json; charset=utf-8')
    this.#kept = { file, untilMs: performance.now() + keepMs }
    return file
  }
}

export type ServiceUrls = Required<Pick<ApiDocumentOptions, 'authUrl' | 'userUrl' | 'publicOrigin'>>

/** What all services say of themselves, in one document. @throws as `ApiDocument.get` */
export async function fetchApiDocument(
  { authUrl, userUrl, publicOrigin }: ServiceUrls,
  { signal }: Waiting,
): Promise<OpenApiDocument> {
  const failed = new AbortController()
  const waiting = { signal: AbortSignal.any([signal, failed.signal]) }
  const fetching = [
    fetchDocument({ service: 'auth', url: new URL('/api/auth/openapi.json', authUrl) }, waiting),
    fetchDocument({ service: 'user', url: new URL('/api/users/openapi.json', userUrl) }, waiting),
  ]
  try {
    const documents = await Promise.all(fetching)
    return mergeDocuments(documents, {
      title: 'weAlist API',
      description: DESCRIPTION,
      version: '1.0.0',
      serverUrl: publicOrigin,
    })
  } finally {
    failed.abort() // the others need not go on when one has failed
  }
}

async function fetchDocument(
  { service, url }: { readonly service: string; readonly url: URL },
  { signal }: Waiting,
): Promise<ServiceDocument> {
  try {
    const answer = await fetch(url, { headers: { accept: 'application/json' }, redirect: 'error', signal })
    if (!answer.ok) throw new Error(`It answered with status ${answer.status}.`)
    return { service, document: parseDocument(await answer.json(), service) }
  } catch (cause) {
    throw isAppError(cause) ? cause : serviceUnavailable(service, cause)
  }
}
