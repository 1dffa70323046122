import { unreachable } from './errors.ts'
import { errorOf } from './problem.ts'

const LOCK = 'wealist.refresh'
/** When any tab of this browser last got new tokens, in milliseconds since 1970. */
const REFRESHED_AT = 'wealist.refreshed-at'

export type Refreshed = 'refreshed' | 'signed-out'

let running: Promise<Refreshed> | undefined

/**
 * Rotates the session's tokens, one tab at a time: a refresh token that two tabs send at once looks stolen, and would
 * end the session. Whoever waited for another tab's refresh takes that one.
 * @param askedAtMs when the request was sent that was refused
 */
export function refreshSession(askedAtMs: number): Promise<Refreshed> {
  running ??= alone(() => refreshOnce(askedAtMs)).finally(() => {
    running = undefined
  })
  return running
}

async function alone(work: () => Promise<Refreshed>): Promise<Refreshed> {
  // Not there outside secure contexts; the session's cookies are not either.
  if (!('locks' in navigator)) return work()
  return navigator.locks.request(LOCK, work)
}

async function refreshOnce(askedAtMs: number): Promise<Refreshed> {
  if (lastRefreshMs() > askedAtMs) return 'refreshed'
  const response = await fetch('/api/auth/refresh', { method: 'POST' }).catch((error: unknown) => {
    throw unreachable(error)
  })
  if (response.status === 401) return 'signed-out'
  if (!response.ok) throw await errorOf(response)
  rememberRefresh()
  return 'refreshed'
}

function lastRefreshMs(): number {
  try {
    return Number(localStorage.getItem(REFRESHED_AT) ?? 0)
  } catch (error) {
    return withoutStorage(error, 0)
  }
}

function rememberRefresh(): void {
  try {
    localStorage.setItem(REFRESHED_AT, String(Date.now()))
  } catch (error) {
    withoutStorage(error, undefined)
  }
}

/** Storage may be refused to a page; then each tab refreshes for itself, one after the other. */
function withoutStorage<Value>(error: unknown, instead: Value): Value {
  if (error instanceof DOMException) return instead
  throw error
}
