import { UpstreamConnection, type UpstreamConnectionOptions, type UpstreamTarget } from './upstream-connection.ts'

const KEPT_PER_TARGET = 256

/** Connections to services, those that wait for the next request by target: the one that was used last goes first. */
export class UpstreamPool {
  readonly #options: UpstreamConnectionOptions
  readonly #keptByTarget = new Map<string, UpstreamConnection[]>()
  readonly #open = new Set<UpstreamConnection>()

  constructor(options: Omit<UpstreamConnectionOptions, 'onClosed' | 'onFree'>) {
    this.#options = { ...options, onClosed: (closed) => this.#forget(closed), onFree: (free) => this.#keep(free) }
  }

  /** @param mayBeStale whether one that was used before will do */
  acquire(target: UpstreamTarget, { mayBeStale }: { readonly mayBeStale: boolean }): UpstreamConnection {
    const kept = mayBeStale ? this.#keptByTarget.get(keyOf(target)) : undefined
    for (let connection = kept?.pop(); connection !== undefined; connection = kept?.pop()) {
      if (connection.isUsable) return connection
    }
    const connection = new UpstreamConnection(target, this.#options)
    this.#open.add(connection)
    return connection
  }

  sweep(): void {
    for (const connection of this.#open) connection.sweep()
  }

  destroy(): void {
    for (const connection of this.#open) connection.destroy()
  }

  #keep(connection: UpstreamConnection): void {
    const key = keyOf(connection.target)
    const kept = this.#keptByTarget.get(key)
    if (kept === undefined) this.#keptByTarget.set(key, [connection])
    else if (kept.length < KEPT_PER_TARGET) kept.push(connection)
    else connection.destroy()
  }

  #forget(connection: UpstreamConnection): void {
    this.#open.delete(connection)
    const kept = this.#keptByTarget.get(keyOf(connection.target)) ?? []
    const at = kept.indexOf(connection)
    if (at !== -1) kept.splice(at, 1)
  }
}

function keyOf({ host, port }: UpstreamTarget): string {
  return `${host} ${port}`
}
