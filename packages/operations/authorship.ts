import type { Authored } from '@portolan/registry'
import type { Caller } from './caller.ts'

interface Said {
  readonly actor?: string
  readonly reason?: string
  readonly idempotencyKey?: string
}

/** Who does something, for the history: whoever the caller says, and always by which key. */
export function authorshipOf({ actor, reason, idempotencyKey }: Said, { name }: Caller): Authored & { actor: string } {
  return {
    actor: actor === undefined || actor === name ? name : `${actor} (${name})`,
    ...(reason === undefined ? {} : { reason }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  }
}
