import { AppError, errorCode, errorMessage, type Waiting } from '@portolan/errors'
import Type from 'typebox'
import type { Door } from './door.ts'
import { answerMalformed, outcomeUnknown, serverUnreachable } from './errors.ts'
import {
  type InputOf,
  OPERATIONS,
  type OperationName,
  type OperationsByName,
  type OutputOf,
  pathOf,
} from './operations.ts'
import { matches } from './schema-match.ts'
import { textWithin } from './text-within.ts'

export interface RemoteDoorOptions {
  /** Where the registry is served, such as `https://registry.example.com`; a path before `/api` is kept. */
  readonly url: string
  readonly key: string
  /** The UNIX socket that is asked in place of the address: who may enter its folder decides who can be asked there. */
  readonly socketPath?: string
  /** Longer than an observer may take to look at a host. */
  readonly answerTimeoutMs?: number
  /** What is larger is no answer of a registry. */
  readonly answerLimitBytes?: number
}

const DEFAULTS = { answerTimeoutMs: 60_000, answerLimitBytes: 67_108_864 } as const satisfies Partial<RemoteDoorOptions>
const BY_NAME: OperationsByName = OPERATIONS
const PROBLEM = Type.Object({
  code: Type.String({ pattern: '^[A-Z][A-Z0-9_]*$' }),
  status: Type.Integer({ minimum: 400, maximum: 599 }),
  detail: Type.String(),
  details: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
})
/** What fails before anything has been sent. */
const UNSENT: ReadonlySet<string | undefined> = new Set([
  'ECONNREFUSED',
  'ENOENT', // of a socket
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_INVALID_URL',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_SSL_WRONG_VERSION_NUMBER', // TLS to a port that speaks none
])

/** Asks a registry that is served elsewhere. */
export class RemoteDoor implements Door {
  readonly #options: RemoteDoorOptions & { readonly answerTimeoutMs: number; readonly answerLimitBytes: number }

  constructor(options: RemoteDoorOptions) {
    this.#options = { ...DEFAULTS, ...options }
  }

  /**
   * @throws what the registry refuses with, by its code; OPERATIONS_SERVER_UNREACHABLE (nothing was done),
   *   OPERATIONS_OUTCOME_UNKNOWN (ask the same again), OPERATIONS_ANSWER_MALFORMED
   */
  async call<Name extends OperationName>(
    name: Name,
    input: InputOf<Name>,
    { signal }: Waiting,
  ): Promise<OutputOf<Name>> {
    const { status, text } = await this.#post(name, JSON.stringify(input), { signal })
    const { answerLimitBytes } = this.#options
    if (text === undefined)
      throw answerMalformed(name, { field: 'body', expected: `at most ${answerLimitBytes} bytes` })
    const body = parseJson(text)
    if (status >= 200 && status < 300) return BY_NAME[name].parseAnswer(body)
    if (!matches(PROBLEM, body)) throw answerMalformed(name, { field: 'status', expected: `200, and was ${status}` })
    const { code, detail, details = {} } = body
    throw new AppError(code, detail, { status: body.status, details })
  }

  async #post(name: OperationName, body: string, { signal }: Waiting) {
    signal.throwIfAborted()
    const { url, key, socketPath, answerTimeoutMs, answerLimitBytes: limitBytes } = this.#options
    const limit = AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)])
    const headers = { 'content-type': 'application/json', accept: 'application/json', 'x-api-key': key }
    try {
      if (socketPath !== undefined) {
        const { postToSocket } = await import('./socket-post.ts') // with it comes all of Node's HTTP
        return await postToSocket(socketPath, { path: pathOf(name), headers, body, limitBytes }, { signal: limit })
      }
      const target = `${url.replace(/\/+$/, '')}${pathOf(name)}`
      // A redirect would carry the key to where nobody meant it to go.
      const response = await fetch(target, { method: 'POST', headers, body, signal: limit, redirect: 'manual' })
      return {
        status: response.status,
        text: response.body === null ? '' : await textWithin(response.body, limitBytes),
      }
    } catch (error) {
      signal.throwIfAborted()
      const origin = originOf(url)
      throw wasUnsent(error) ? serverUnreachable(origin, error) : outcomeUnknown(origin, error)
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // neither an answer nor a problem: whoever checks it says so
  }
}

/** Without what may stand in it of user, password and query. */
function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'an address that is no URL'
}

/** What fetch refuses by itself, and tells without a code: ports that browsers keep from (Fetch §2.9), other schemes. */
const REFUSED_BY_FETCH: readonly string[] = ['bad port', 'unknown scheme', 'URL scheme must be a HTTP(S) scheme']

function wasUnsent(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (errorMessage(error).startsWith('Failed to parse URL')) return true
  if (error.cause instanceof Error && REFUSED_BY_FETCH.includes(error.cause.message)) return true
  const { cause } = error
  // Where several addresses were tried, all of them failed.
  const causes = cause instanceof AggregateError ? cause.errors : [cause ?? error]
  return causes.every((each: unknown) => UNSENT.has(errorCode(each)))
}
