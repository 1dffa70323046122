import type { UpstreamTarget } from '../http1/upstream-connection.ts'
import type { UpstreamPoolOptions } from '../http1/upstream-pool.ts'
import type { GatewayRoute } from '../route.ts'
import { RouteTable } from '../route-table.ts'
import { Upstream } from './upstream.ts'
import type { UpstreamState } from './upstream-state.ts'

/** All upstreams of a gateway. They outlive a swap of the configuration as long as the new one names them, too. */
export class Upstreams {
  readonly #options: UpstreamPoolOptions
  #byName = new Map<string, Upstream>()
  /** What is no configuration's, by address. */
  readonly #visited = new Map<string, Upstream>()
  /** What no configuration names any more, and what has requests under way. */
  readonly #leaving = new Set<Upstream>()

  constructor(options: UpstreamPoolOptions) {
    this.#options = options
  }

  /** Makes what the routes lead to, and lets go what none leads to any more. */
  resolve(routes: readonly GatewayRoute[]): RouteTable {
    const before = this.#byName
    const after = new Map<string, Upstream>()
    const upstreamOf = ({ target }: GatewayRoute): Upstream => {
      const name = nameOf(target)
      const upstream = after.get(name) ?? before.get(name) ?? new Upstream(name, target, this.#options)
      after.set(name, upstream)
      return upstream
    }
    const table = new RouteTable(routes, upstreamOf)
    this.#byName = after
    for (const [name, upstream] of before) if (!after.has(name)) this.#retire(upstream)
    return table
  }

  /** For an address that no configuration has, such as a workspace's: kept while it is used. */
  at(target: UpstreamTarget): Upstream {
    const name = nameOf(target)
    const upstream = this.#byName.get(name) ?? this.#visited.get(name) ?? new Upstream(name, target, this.#options)
    if (!this.#byName.has(name)) this.#visited.set(name, upstream)
    return upstream
  }

  states(): readonly UpstreamState[] {
    return [...this.#byName.values(), ...this.#visited.values()].map((upstream) => upstream.state())
  }

  sweep(): void {
    for (const upstream of this.#byName.values()) upstream.sweep()
    for (const [name, upstream] of this.#visited) {
      upstream.sweep()
      if (upstream.isIdle) this.#visited.delete(name)
    }
    for (const upstream of this.#leaving) {
      upstream.sweep()
      if (upstream.isIdle) this.#leaving.delete(upstream)
    }
  }

  destroy(): void {
    for (const upstream of [...this.#byName.values(), ...this.#visited.values(), ...this.#leaving]) upstream.destroy()
  }

  #retire(upstream: Upstream): void {
    upstream.retire()
    if (!upstream.isIdle) this.#leaving.add(upstream)
  }
}

function nameOf({ host, port }: UpstreamTarget): string {
  return `${host}:${port}`
}
