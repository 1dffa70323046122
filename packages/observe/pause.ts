import type { Waiting } from '@portolan/errors'

/** A pause that a signal cuts short; never rejects, and leaves no listener behind. */
export async function pause(ms: number, { signal }: Waiting): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const over = new AbortController()
  const timer = setTimeout(resolve, ms)
  signal.addEventListener('abort', () => resolve(), { once: true, signal: over.signal })
  await promise
  clearTimeout(timer)
  over.abort()
}
