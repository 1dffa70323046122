import type { UpstreamTarget } from '../http1/upstream-connection.ts'
import { askHealth } from './ask-health.ts'

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 500
const CONNECT_MS = 1_000

/** Tries a port again and again until it takes a connection. */
export class PortWatch {
  readonly #over = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #pauseMs = FIRST_PAUSE_MS

  constructor(target: UpstreamTarget, onOpen: () => void) {
    this.#wait(target, onOpen)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#over.abort()
  }

  #wait(target: UpstreamTarget, onOpen: () => void): void {
    this.#timer = setTimeout(() => void this.#try(target, onOpen), this.#pauseMs) // it does not reject
    this.#pauseMs = Math.min(this.#pauseMs * 1.2, LONGEST_PAUSE_MS)
  }

  async #try(target: UpstreamTarget, onOpen: () => void): Promise<void> {
    const { signal } = this.#over
    const fault = await askHealth(target, { timeoutMs: CONNECT_MS }, { signal })
    if (signal.aborted) return
    if (fault === undefined) onOpen()
    else this.#wait(target, onOpen)
  }
}
