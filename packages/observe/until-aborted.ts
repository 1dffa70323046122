import type { Waiting } from '@portolan/errors'

/** Waits for work that belongs to somebody else: when the signal fires the caller goes on, and the work does too. */
export async function untilAborted<Value>(work: Promise<Value>, { signal }: Waiting): Promise<Value> {
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    if (signal.aborted) abort()
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
