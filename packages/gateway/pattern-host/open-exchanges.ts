import type { Exchange } from '../exchange.ts'
import type { PatternLabel } from './pattern-label.ts'
import type { PreviewSession } from './preview-session.ts'

/** On which grounds a request was let through: to a port, by a session or because it is public. */
export interface Grounds {
  readonly place: PatternLabel
  readonly session: PreviewSession | undefined
}

/** How many grounds are looked at again at once: the directory has others to answer. */
const LOOKED_AT_AT_ONCE = 8

/**
 * What is open to ports of workspaces, which as a WebSocket may be so for days. It breaks off when the session that let
 * it in ends, and when the grounds are found to count no more. It outlives a change of the configuration.
 */
export class OpenExchanges {
  readonly #groundsByExchange = new Map<Exchange, Grounds>()
  readonly #bySession = new Map<string, Set<Exchange>>()

  add(exchange: Exchange, grounds: Grounds): void {
    if (exchange.isOver) return
    this.#groundsByExchange.set(exchange, grounds)
    const ofSession = this.#ofSession(grounds.session?.sessionId)
    ofSession?.add(exchange)
    exchange.onOver = () => {
      this.#groundsByExchange.delete(exchange)
      ofSession?.delete(exchange)
      if (ofSession?.size === 0) this.#bySession.delete(grounds.session?.sessionId ?? '')
    }
  }

  /** Its session has ended. */
  end(sessionId: string): void {
    for (const exchange of this.#bySession.get(sessionId) ?? []) exchange.revoke()
  }

  /** Nobody is left who could look at it again. */
  endAll(): void {
    for (const exchange of this.#groundsByExchange.keys()) exchange.revoke()
  }

  /** Looks at everything again. @param stillCount is asked once for all that is open on the same grounds; never rejects */
  async review(stillCount: (grounds: Grounds) => Promise<boolean>): Promise<void> {
    const alike = Map.groupBy(this.#groundsByExchange, ([, grounds]) => keyOf(grounds)).values()
    const look = async (): Promise<void> => {
      // All of them take from the one iterator.
      for (const [first, ...others] of alike) {
        if (first === undefined || (await stillCount(first[1]))) continue
        for (const [exchange] of [first, ...others]) exchange.revoke()
      }
    }
    await Promise.all(Array.from({ length: LOOKED_AT_AT_ONCE }, look))
  }

  #ofSession(sessionId: string | undefined): Set<Exchange> | undefined {
    if (sessionId === undefined) return undefined
    const known = this.#bySession.get(sessionId) ?? new Set()
    this.#bySession.set(sessionId, known)
    return known
  }
}

function keyOf({ place, session }: Grounds): string {
  if (session === undefined) return place.label
  return `${place.label} ${session.sessionId} ${session.userId} ${session.startedAtMs} ${session.madeAtMs}`
}
