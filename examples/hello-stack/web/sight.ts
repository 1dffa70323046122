import type { Waiting } from '@portolan/errors'

const TIMEOUT_MS = 2_000

/** What was last seen of a service's port: `unknown` until it has been asked once. */
export type Sight =
  | { readonly state: 'unknown' }
  | { readonly state: 'healthy'; readonly answerMs: number }
  | { readonly state: 'unhealthy'; readonly missingProgram?: string }

/** Asks a service whether it works. A failure to look is a sight too, not an exception. */
export async function look(url: URL, { signal }: Waiting): Promise<Sight> {
  const from = performance.now()
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) })
    await answer.arrayBuffer()
    if (!answer.ok) return { state: 'unhealthy' }
    return { state: 'healthy', answerMs: Math.round((performance.now() - from) * 10) / 10 }
  } catch {
    signal.throwIfAborted() // being told to stop says nothing about the service
    return { state: 'unhealthy' } // refused, reset or too slow: the page says just that
  }
}
