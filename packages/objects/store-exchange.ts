import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { pipeline } from 'node:stream/promises'
import type { Waiting } from '@portolan/errors'
import { storeUnreachable } from './errors.ts'

const IDLE_TIMEOUT_MS = 60_000

export interface ExchangeOptions extends Waiting {
  readonly method: string
  readonly headers?: Readonly<Record<string, string>>
  readonly content?: AsyncIterable<Uint8Array>
}

/**
 * One request to the object store service. Each on a connection of its own: an upload cannot be sent twice, so it
 * never meets a kept connection that has died meanwhile.
 * @throws OBJECTS_STORE_UNREACHABLE, or what reading the content threw
 */
export async function exchange(url: URL, options: ExchangeOptions): Promise<IncomingMessage> {
  const { method, headers = {}, content, signal } = options
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  const request = send(url, { method, headers, signal, agent: false })
  request.setTimeout(IDLE_TIMEOUT_MS, () => request.destroy(new Error(`silent for ${IDLE_TIMEOUT_MS} ms`)))
  request.once('response', resolve)
  request.on('error', reject)
  const source = new WatchedContent(content)
  if (content === undefined) request.end()
  else pipeline(source, request).catch(reject) // after an early answer it has nobody to tell, and need not
  try {
    return await promise
  } catch (cause) {
    signal.throwIfAborted()
    if (source.failure !== undefined) throw source.failure.cause
    throw storeUnreachable(cause)
  }
}

/** Remembers whether it was the content that failed, and not the way. */
class WatchedContent implements AsyncIterable<Uint8Array> {
  failure: { readonly cause: unknown } | undefined
  readonly #content: AsyncIterable<Uint8Array> | undefined

  constructor(content: AsyncIterable<Uint8Array> | undefined) {
    this.#content = content
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#content === undefined) return
    try {
      yield* this.#content
    } catch (cause) {
      this.failure = { cause }
      throw cause
    }
  }
}
