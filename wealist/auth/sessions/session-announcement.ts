import { SESSIONS_CHANNEL, type SessionEnded } from '@portolan/identity'
import type { AuthParts } from '../auth-parts.ts'
import type { SessionEnd } from './session.ts'

/**
 * Tells every service, after the end is in the database. A bus that is away does not hold anybody up: who cannot hear
 * it asks for the list of ended sessions.
 */
export async function announceEnds({ bus, logger }: Pick<AuthParts, 'bus' | 'logger'>, ends: readonly SessionEnd[]) {
  for (const { sessionId, userId } of ends) {
    const message = { type: 'session-ended', sid: sessionId, userId } as const satisfies SessionEnded
    await bus.publish(SESSIONS_CHANNEL, message).catch((error: unknown) => {
      logger.warn({ err: error }, 'the end of a session could not be announced')
    })
  }
}
