import { errorCode, type Waiting } from '@portolan/errors'
import { listProcessGroup, pause } from '@portolan/observe'

const LOOK_MS = 50

/**
 * Sends a signal to every process of a group.
 * @returns false when none is left
 */
export function signalGroup(pgid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(-pgid, name)
    return true
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false
    throw error
  }
}

/** Resolves when no process of the group runs any more; true, or false when the signal fired first. */
export async function groupEnded(pgid: number, { signal }: Waiting): Promise<boolean> {
  while ((await listProcessGroup(pgid)).length > 0) {
    if (signal.aborted) return false
    await pause(LOOK_MS, { signal })
  }
  return true
}

/** Resolves when the promise has settled or the signal has fired; never rejects, and leaves no listener behind. */
export async function settledOrFired(promise: Promise<unknown>, { signal }: Waiting): Promise<void> {
  if (signal.aborted) return
  const over = new AbortController()
  const fired = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => fired.resolve(), { once: true, signal: over.signal })
  await Promise.race([
    promise.then(
      () => undefined,
      () => undefined,
    ),
    fired.promise,
  ])
  over.abort()
}
