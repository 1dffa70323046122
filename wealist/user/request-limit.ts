import type { Waiting } from '@portolan/errors'

const LIMIT_MS = 15_000

/**
 * What one request may wait for others altogether. Not the request's own signal, which fires as soon as its body has
 * been read.
 */
export function requestLimit(): Waiting {
  return { signal: AbortSignal.timeout(LIMIT_MS) }
}
