import { UpstreamConnection, type UpstreamConnectionOptions, type UpstreamTarget } from './upstream-connection.ts'

const MOST_KEPT = 256

export type UpstreamPoolOptions = Omit<UpstreamConnectionOptions, 'onClosed' | 'onFree'> & {
  /** A connection is used no more: another may be opened, or this one be used again. */
  readonly onFreed?: () => void
}

/** The connections to one target; of those that wait for the next request the one that was used last goes first. */
export class UpstreamPool {
  readonly #target: UpstreamTarget
  readonly #options: UpstreamConnectionOptions
  readonly #onFreed: () => void
  readonly #kept: UpstreamConnection[] = []
  readonly #open = new Set<UpstreamConnection>()
  #isRetired = false

  constructor(target: UpstreamTarget, { onFreed = () => undefined, ...options }: UpstreamPoolOptions) {
    this.#target = target
    this.#onFreed = onFreed
    this.#options = { ...options, onClosed: (closed) => this.#forget(closed), onFree: (free) => this.#keep(free) }
  }

  /** All that are open, those that became WebSockets not among them. */
  get openCount(): number {
    return this.#open.size
  }

  /** How many wait for the next request. */
  get keptCount(): number {
    return this.#kept.length
  }

  /** One that was used before, and may be dead without our knowing it, else a new one. */
  acquire(): UpstreamConnection {
    for (let connection = this.#kept.pop(); connection !== undefined; connection = this.#kept.pop()) {
      if (connection.isUsable) return connection
    }
    return this.open({ mayUpgrade: false })
  }

  /** One that nobody has used. */
  open({ mayUpgrade }: { readonly mayUpgrade: boolean }): UpstreamConnection {
    const connection = new UpstreamConnection(this.#target, this.#options, mayUpgrade)
    this.#open.add(connection)
    return connection
  }

  /** From now on none is used a second time; those that wait are closed. */
  retire(): void {
    this.#isRetired = true
    this.closeKept()
  }

  /** They are used again. */
  revive(): void {
    this.#isRetired = false
  }

  /** Closes the one that has waited longest. */
  closeOldest(): void {
    this.#kept.shift()?.destroy()
  }

  closeKept(): void {
    for (const connection of this.#kept.splice(0)) connection.destroy()
  }

  /** Tells each request that is under way that its time here is over. */
  expel(): void {
    for (const connection of this.#open) connection.expel()
  }

  sweep(): void {
    for (const connection of this.#open) connection.sweep()
  }

  destroy(): void {
    for (const connection of this.#open) connection.destroy()
  }

  #keep(connection: UpstreamConnection): void {
    if (!this.#isRetired && this.#kept.length < MOST_KEPT) this.#kept.push(connection)
    else connection.destroy()
    this.#onFreed()
  }

  #forget(connection: UpstreamConnection): void {
    this.#open.delete(connection)
    const at = this.#kept.indexOf(connection)
    if (at !== -1) this.#kept.splice(at, 1)
    this.#onFreed()
  }
}
