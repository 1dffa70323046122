import type { UpstreamTarget } from '../http1/upstream-connection.ts'
import { UpstreamPool, type UpstreamPoolOptions } from '../http1/upstream-pool.ts'
import type { TargetState } from './upstream-state.ts'

/** One address that requests are sent to, with its connections and what came of them. */
export class Target {
  readonly address: UpstreamTarget
  readonly pool: UpstreamPool
  #requestCount = 0
  #failureCount = 0

  constructor(address: UpstreamTarget, options: UpstreamPoolOptions) {
    this.address = address
    this.pool = new UpstreamPool(address, options)
  }

  /** A request is put on one of its connections. */
  began(): void {
    this.#requestCount += 1
  }

  /** It could not be reached, or broke off or was silent before it answered. */
  failed(): void {
    this.#failureCount += 1
  }

  state(): TargetState {
    const { openCount, keptCount } = this.pool
    return {
      address: `${this.address.host}:${this.address.port}`,
      usedCount: openCount - keptCount,
      keptCount,
      requestCount: this.#requestCount,
      failureCount: this.#failureCount,
    }
  }
}
