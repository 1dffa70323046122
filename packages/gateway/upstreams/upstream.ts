import type { UpstreamTarget } from '../http1/upstream-connection.ts'
import type { UpstreamPoolOptions } from '../http1/upstream-pool.ts'
import { Target } from './target.ts'
import type { UpstreamState } from './upstream-state.ts'

/** What stands behind a route: made when a configuration is swapped, and kept as long as one names it. */
export class Upstream {
  readonly name: string
  readonly #active: Target

  constructor(name: string, address: UpstreamTarget, options: UpstreamPoolOptions) {
    this.name = name
    this.#active = new Target(address, options)
  }

  /** Where the next request goes. */
  choose(): Target {
    return this.#active
  }

  state(): UpstreamState {
    return { name: this.name, targets: [this.#active.state()] }
  }

  /** No configuration names it any more: what is under way ends by itself. */
  retire(): void {
    this.#active.pool.retire()
  }

  get isIdle(): boolean {
    return this.#active.pool.openCount === 0
  }

  sweep(): void {
    this.#active.pool.sweep()
  }

  destroy(): void {
    this.#active.pool.destroy()
  }
}
