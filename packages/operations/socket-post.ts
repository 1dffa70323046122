import { request } from 'node:http'
import type { Waiting } from '@portolan/errors'
import { textWithin } from './text-within.ts'

export interface SocketPost {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly limitBytes: number
}

/** Without a text where that is larger than the limit. */
export interface SocketAnswer {
  readonly status: number
  readonly text: string | undefined
}

/** A request over a UNIX socket, which `fetch` cannot ask. @throws with the code of the system when nobody listens there */
export async function postToSocket(
  socketPath: string,
  { path, headers, body, limitBytes }: SocketPost,
  { signal }: Waiting,
): Promise<SocketAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<SocketAnswer>()
  // A connection of its own, so that none is left open behind the last answer.
  const asked = request({ socketPath, path, method: 'POST', headers: { ...headers }, agent: false, signal })
  asked.once('error', reject)
  asked.once('response', (response) => {
    textWithin(response, limitBytes).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject)
  })
  asked.end(body)
  return promise
}
