import type { UpstreamConnection, UpstreamTarget } from '../http1/upstream-connection.ts'
import { UpstreamPool, type UpstreamPoolOptions } from '../http1/upstream-pool.ts'
import { askHealth } from './ask-health.ts'
import { Circuit, type CircuitState, type TargetFailure } from './circuit.ts'
import type { Half } from './half.ts'
import { HealthWatch } from './health-watch.ts'
import { RecentOutcomes } from './recent-outcomes.ts'
import {
  CIRCUIT_DEFAULTS,
  type CircuitLimits,
  CONNECTION_DEFAULTS,
  type ConnectionLimits,
  type HalfDeclaration,
  type HealthDeclaration,
} from './upstream-declaration.ts'
import type { TargetState } from './upstream-state.ts'

/** A connection that has become a WebSocket. */
export interface Tunnel {
  /** Its time on this target is over. */
  expel(): void
}

export interface TargetSettings {
  readonly half?: Half
  readonly address: HalfDeclaration
  readonly health?: HealthDeclaration | undefined
  readonly circuit?: Partial<CircuitLimits> | undefined
  readonly connections?: Partial<ConnectionLimits> | undefined
}

export interface TargetEvents {
  /** A request did not reach it, or got no answer. */
  onFailure(target: Target): void
  /** It may be given another request. */
  onFreed(target: Target): void
  onCircuit(target: Target, state: CircuitState): void
  onHealth(target: Target, reason: string | undefined): void
}

/** One address that requests are sent to: its connections, what came of them, and whether it gets more. */
export class Target {
  readonly half: Half | undefined
  readonly version: string | undefined
  readonly address: UpstreamTarget
  readonly recent: RecentOutcomes
  readonly #pool: UpstreamPool
  readonly #circuit: Circuit
  readonly #events: TargetEvents
  #health: HealthDeclaration | undefined
  #watch: HealthWatch | undefined
  #most: number = CONNECTION_DEFAULTS.most
  readonly #tunnels = new Set<Tunnel>()
  #requestCount = 0
  #failureCount = 0
  #errorCount = 0

  constructor(settings: TargetSettings, events: TargetEvents, options: UpstreamPoolOptions) {
    const { half, address, circuit } = settings
    const { version, deployedAt: _, ...place } = address
    this.half = half
    this.version = version
    this.address = Object.freeze(place)
    this.recent = new RecentOutcomes(options.clock.nowMs)
    this.#events = events
    this.#pool = new UpstreamPool(this.address, { ...options, onFreed: () => events.onFreed(this) })
    this.#circuit = new Circuit({
      limits: { ...CIRCUIT_DEFAULTS, ...circuit },
      probe: (waiting) => askHealth(this.address, this.#health, waiting),
      onChange: (state) => events.onCircuit(this, state),
    })
    this.configure(settings)
  }

  /** The same address under other rules. */
  configure({ health, circuit, connections }: TargetSettings): void {
    this.#most = { ...CONNECTION_DEFAULTS, ...connections }.most
    this.#circuit.limits = { ...CIRCUIT_DEFAULTS, ...circuit }
    if (JSON.stringify(health) === JSON.stringify(this.#health)) return
    this.#health = health
    this.#watch?.stop()
    this.#watch =
      health?.intervalMs === undefined
        ? undefined
        : new HealthWatch(this.address, health, (reason) => this.#events.onHealth(this, reason))
  }

  get name(): string {
    return `${this.address.host}:${this.address.port}`
  }

  /** It works, and may be given a request now. */
  get isReady(): boolean {
    return this.isWorking && this.hasRoom
  }

  get isWorking(): boolean {
    return this.#circuit.isClosed && this.#watch?.isHealthy !== false
  }

  get hasRoom(): boolean {
    return this.#most === CONNECTION_DEFAULTS.most || this.usedCount < this.#most
  }

  /** Connections with a request on them, and WebSockets. */
  get usedCount(): number {
    return this.#pool.openCount - this.#pool.keptCount + this.#tunnels.size
  }

  get isIdle(): boolean {
    return this.#pool.openCount === 0 && this.#tunnels.size === 0
  }

  get requestCount(): number {
    return this.#requestCount
  }

  /** Requests that got no answer, or one of 500 and above. */
  get badCount(): number {
    return this.#failureCount + this.#errorCount
  }

  /** Requests in a row that did not reach it. */
  get failuresInRow(): number {
    return this.#circuit.failures
  }

  /** Until it may be asked again. */
  get pausedMs(): number {
    return this.#circuit.remainingMs
  }

  /** Whether this request is the one by which a target that failed is tried. */
  mayTry(): boolean {
    return this.#circuit.mayTry() && this.hasRoom
  }

  /** For a request that may be sent twice: one that was used before will do. */
  acquire(): UpstreamConnection {
    this.#requestCount += 1
    return this.#pool.acquire()
  }

  /** For any other. */
  open(asked: { readonly mayUpgrade: boolean }): UpstreamConnection {
    this.#requestCount += 1
    // A connection that waits is one too many where there may be only so many.
    if (this.#pool.openCount + this.#tunnels.size >= this.#most) this.#pool.closeOldest()
    return this.#pool.open(asked)
  }

  answered(status: number): void {
    if (status >= 500) this.#errorCount += 1
    this.recent.answered(status)
    this.#circuit.passed()
  }

  /** It could not be reached, or broke off or was silent before it answered. */
  failed(failure: TargetFailure): void {
    this.#failureCount += 1
    this.recent.failed()
    this.#circuit.failed(failure, this.recent)
    this.#events.onFailure(this)
  }

  keepTunnel(tunnel: Tunnel): void {
    this.#tunnels.add(tunnel)
  }

  forgetTunnel(tunnel: Tunnel): void {
    if (this.#tunnels.delete(tunnel)) this.#events.onFreed(this)
  }

  /** It is known to work again. */
  recovered(): void {
    this.#circuit.close()
  }

  /** What is under way goes on; no connection is used a second time. */
  retire(): void {
    this.#pool.retire()
  }

  revive(): void {
    this.#pool.revive()
  }

  /** Ends what is under way. @returns how much that was */
  expel(): number {
    const { usedCount } = this
    this.#pool.expel()
    for (const tunnel of this.#tunnels) tunnel.expel()
    return usedCount
  }

  sweep(nowMs: number): void {
    this.#pool.sweep()
    this.recent.sweep(nowMs)
  }

  /** It is asked and tried no more; what is under way goes on. */
  dispose(): void {
    this.#watch?.stop()
    this.#circuit.dispose()
  }

  destroy(): void {
    this.dispose()
    this.#pool.destroy()
  }

  state(): TargetState {
    return {
      ...(this.half === undefined ? {} : { half: this.half }),
      ...(this.version === undefined ? {} : { version: this.version }),
      address: this.name,
      circuit: this.#circuit.state,
      ...(this.#watch === undefined ? {} : { isHealthy: this.#watch.isHealthy }),
      usedCount: this.usedCount,
      keptCount: this.#pool.keptCount,
      webSocketCount: this.#tunnels.size,
      requestCount: this.#requestCount,
      failureCount: this.#failureCount,
      errorCount: this.#errorCount,
    }
  }
}
