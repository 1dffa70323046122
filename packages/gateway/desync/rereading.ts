import { sendBytes } from './raw-bytes.ts'
import type { ReferenceProxy } from './reference-proxies.ts'
import { outlineOf, readRequests } from './strict-reader.ts'

/** It closes the connection, whoever has read everything before it as we have. */
const LAST = 'GET /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
const LIMIT_MS = 3_000

export interface Disagreement {
  readonly reader: string
  readonly text: string
  readonly expected: readonly string[]
  readonly read: readonly string[]
}

/**
 * Has other servers read what the gateway has passed on.
 * @param texts of the gateway's connections to its service, in latin1
 */
export async function rereadBy(
  readers: readonly ReferenceProxy[],
  texts: readonly string[],
): Promise<readonly Disagreement[]> {
  const found: Disagreement[] = []
  for (const text of texts) {
    // Only how long each message is is asked here, not whether another may follow.
    const bytes = text.replaceAll('\r\nConnection: close\r\n', '\r\nConnection: keep-alive\r\n') + LAST
    const expected = outlineOf(readRequests(bytes).requests)
    for (const { name, port, upstream } of readers) {
      upstream.forget()
      await sendBytes(port, bytes, { limitMs: LIMIT_MS })
      const read = outlineOf(upstream.requests())
      if (JSON.stringify(read) !== JSON.stringify(expected)) found.push({ reader: name, text, expected, read })
    }
  }
  return found
}
