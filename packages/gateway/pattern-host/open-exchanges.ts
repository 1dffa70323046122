import type { Exchange } from '../exchange.ts'

/** What is open by a cookie: it breaks off when the cookie's session ends, as a WebSocket may stay for days. */
export class OpenExchanges {
  readonly #bySession = new Map<string, Set<Exchange>>()

  add(sessionId: string, exchange: Exchange): void {
    if (exchange.isOver) return
    const known = this.#bySession.get(sessionId)
    const exchanges = known ?? new Set()
    if (known === undefined) this.#bySession.set(sessionId, exchanges)
    exchanges.add(exchange)
    exchange.onOver = () => {
      exchanges.delete(exchange)
      if (exchanges.size === 0) this.#bySession.delete(sessionId)
    }
  }

  end(sessionId: string): void {
    for (const exchange of this.#bySession.get(sessionId) ?? []) exchange.client.abort()
  }
}
