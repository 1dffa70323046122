import type { UpstreamTarget } from '../http1/upstream-connection.ts'
import { askHealth } from './ask-health.ts'
import { HEALTH_DEFAULTS, type HealthDeclaration } from './upstream-declaration.ts'

/** Asks a target for its health again and again. Healthy until it has failed often enough. */
export class HealthWatch {
  readonly #over = new AbortController()
  readonly #onChange: (reason: string | undefined) => void
  #timer: NodeJS.Timeout | undefined
  #isHealthy = true
  /** Checks in a row that say the other thing. */
  #contraryCount = 0

  /** @param onChange told why it is unhealthy; undefined when it is healthy again */
  constructor(target: UpstreamTarget, health: HealthDeclaration, onChange: (reason: string | undefined) => void) {
    this.#onChange = onChange
    this.#wait(target, health)
  }

  get isHealthy(): boolean {
    return this.#isHealthy
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#over.abort()
  }

  #wait(target: UpstreamTarget, health: HealthDeclaration): void {
    this.#timer = setTimeout(() => void this.#ask(target, health), health.intervalMs) // it does not reject
  }

  async #ask(target: UpstreamTarget, health: HealthDeclaration): Promise<void> {
    const { signal } = this.#over
    const fault = await askHealth(target, health, { signal })
    if (signal.aborted) return
    this.#wait(target, health)
    const isContrary = (fault === undefined) !== this.#isHealthy
    this.#contraryCount = isContrary ? this.#contraryCount + 1 : 0
    const { failedChecks = HEALTH_DEFAULTS.failedChecks, passedChecks = HEALTH_DEFAULTS.passedChecks } = health
    if (this.#contraryCount < (this.#isHealthy ? failedChecks : passedChecks)) return
    this.#isHealthy = !this.#isHealthy
    this.#contraryCount = 0
    this.#onChange(fault)
  }
}
