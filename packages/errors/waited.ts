import type { Waiting } from './waiting.ts'

/** Waits for work that others wait for too: one who gives up does not end it for the rest. */
export async function waited<T>(work: Promise<T>, { signal }: Waiting): Promise<T> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const onAbort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
