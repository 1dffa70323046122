import type { UpstreamTarget } from '../http1/upstream-connection.ts'
import type { GatewayRoute, RouteTarget } from '../route.ts'
import { RouteTable } from '../route-table.ts'
import type { Promotion } from './check-promotion.ts'
import { Upstream, type UpstreamOptions } from './upstream.ts'
import type { UpstreamDeclaration } from './upstream-declaration.ts'
import type { UpstreamState } from './upstream-state.ts'

/** What of a configuration is about upstreams. */
export interface DeclaredUpstreams {
  readonly routes: readonly GatewayRoute[]
  readonly upstreams?: readonly UpstreamDeclaration[]
}

/** Whoever starts a program of his own on a port wants to see it the moment it answers. */
const NEVER_OPEN = { failures: Number.MAX_SAFE_INTEGER, leastRequests: Number.MAX_SAFE_INTEGER } as const

/** All upstreams of a gateway. They outlive a swap of the configuration as long as the new one names them, too. */
export class Upstreams {
  readonly #options: UpstreamOptions
  #byName = new Map<string, Upstream>()
  /** What is no configuration's, by address. */
  readonly #visited = new Map<string, Upstream>()
  /** What no configuration names any more, and what has requests under way. */
  readonly #leaving = new Set<Upstream>()

  constructor(options: UpstreamOptions) {
    this.#options = options
  }

  /** Makes what the routes lead to, and lets go what is named no more. Promotes what was declared active. */
  resolve({ routes, upstreams = [] }: DeclaredUpstreams): RouteTable {
    const before = this.#byName
    const after = new Map<string, Upstream>()
    const make = (declaration: UpstreamDeclaration): Upstream => {
      const known = before.get(declaration.name)
      known?.apply(declaration)
      const upstream = known ?? new Upstream(declaration, this.#options)
      after.set(declaration.name, upstream)
      return upstream
    }
    for (const declaration of upstreams) make(declaration)
    const upstreamOf = ({ target }: GatewayRoute): Upstream => {
      const name = nameOf(target)
      return after.get(name) ?? make('host' in target ? { name, target } : { name, pair: { active: null } })
    }
    const table = new RouteTable(routes, upstreamOf)
    this.#byName = after
    for (const [name, upstream] of before) if (!after.has(name)) this.#retire(upstream)
    return table
  }

  /** The halves that a configuration would promote: to be asked for their health before. */
  promotionsBy({ upstreams = [] }: DeclaredUpstreams): readonly Promotion[] {
    return upstreams.flatMap((declaration) => {
      const settings = this.#byName.get(declaration.name)?.promotionBy(declaration)
      return settings === undefined ? [] : [{ upstream: declaration.name, settings }]
    })
  }

  /** For an address that no configuration has, such as a workspace's: kept while it is used. */
  at(target: UpstreamTarget): Upstream {
    const name = nameOf(target)
    const known = this.#byName.get(name) ?? this.#visited.get(name)
    if (known !== undefined) return known
    const upstream = new Upstream({ name, target, circuit: NEVER_OPEN }, this.#options)
    this.#visited.set(name, upstream)
    return upstream
  }

  find(name: string): Upstream | undefined {
    return this.#byName.get(name)
  }

  states(): readonly UpstreamState[] {
    return [...this.#byName.values(), ...this.#visited.values()].map((upstream) => upstream.state())
  }

  sweep(): void {
    for (const upstream of this.#byName.values()) upstream.sweep()
    for (const [name, upstream] of this.#visited) {
      upstream.sweep()
      if (!upstream.isIdle) continue
      upstream.destroy()
      this.#visited.delete(name)
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

function nameOf(target: RouteTarget): string {
  return 'host' in target ? `${target.host}:${target.port}` : target.upstream
}
