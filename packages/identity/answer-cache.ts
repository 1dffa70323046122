import { type Clock, SYSTEM_CLOCK } from './clock.ts'

const DEFAULTS = { sizeLimit: 10_000, clock: SYSTEM_CLOCK } as const satisfies Partial<AnswerCacheOptions>

export interface AnswerCacheOptions {
  readonly keepMs: number
  readonly sizeLimit?: number
  readonly clock?: Clock
}

interface Kept<T> {
  readonly answer: T
  readonly untilMs: number
}

/** Answers of another service, kept for a moment. One question at a time is asked for a key; failures are not kept. */
export class AnswerCache<T> {
  readonly #options: Required<AnswerCacheOptions>
  readonly #keptByKey = new Map<string, Kept<T>>()
  readonly #flightsByKey = new Map<string, Promise<T>>()

  constructor(options: AnswerCacheOptions) {
    this.#options = Object.freeze({ ...DEFAULTS, ...options })
  }

  /** @param ask is shared by all who wait for this key, so it must not end by the signal of one of them */
  get(key: string, ask: () => Promise<T>): Promise<T> {
    const kept = this.#keptByKey.get(key)
    if (kept !== undefined && kept.untilMs > this.#options.clock.elapsedMs()) return Promise.resolve(kept.answer)
    return this.#flightsByKey.get(key) ?? this.#depart(key, ask)
  }

  /** A question under way is answered to those who wait for it, but neither kept nor shared with anyone new. */
  drop(key: string): void {
    this.#keptByKey.delete(key)
    this.#flightsByKey.delete(key)
  }

  clear(): void {
    this.#keptByKey.clear()
    this.#flightsByKey.clear()
  }

  #depart(key: string, ask: () => Promise<T>): Promise<T> {
    const flight = ask().then(
      (answer) => {
        if (this.#land(key, flight)) this.#keep(key, answer)
        return answer
      },
      (error: unknown) => {
        this.#land(key, flight)
        throw error
      },
    )
    this.#flightsByKey.set(key, flight)
    return flight
  }

  /** @returns false when the key was dropped meanwhile */
  #land(key: string, flight: Promise<T>): boolean {
    return this.#flightsByKey.get(key) === flight && this.#flightsByKey.delete(key)
  }

  #keep(key: string, answer: T): void {
    this.#keptByKey.delete(key) // to the end of the order
    const [oldest] = this.#keptByKey.keys()
    if (oldest !== undefined && this.#keptByKey.size >= this.#options.sizeLimit) this.#keptByKey.delete(oldest)
    this.#keptByKey.set(key, { answer, untilMs: this.#options.clock.elapsedMs() + this.#options.keepMs })
  }
}
