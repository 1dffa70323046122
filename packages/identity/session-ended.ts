import { isId, memberOf } from './id.ts'

/** Said on the bus's channel `sessions` when a session has been ended, by whomever. */
export interface SessionEnded {
  readonly type: 'session-ended'
  readonly sid: string
  readonly userId: string
}

/** @returns undefined for anything else */
export function parseSessionEnded(message: unknown): SessionEnded | undefined {
  const sid = memberOf(message, 'sid')
  const userId = memberOf(message, 'userId')
  if (memberOf(message, 'type') !== 'session-ended' || !isId(sid) || !isId(userId)) return undefined
  return { type: 'session-ended', sid, userId }
}
