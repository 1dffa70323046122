import type { Waiting } from '@portolan/errors'

export interface TurnstileOptions {
  readonly concurrencyLimit: number
  readonly queueLimit: number
  /** The error for whoever comes when the queue is full. */
  readonly refuse: () => Error
}

/** Lets so many pass at a time; the others wait in line, and not too many of them. */
export class Turnstile {
  readonly #options: TurnstileOptions
  readonly #waiting = new Set<() => void>()
  #insideCount = 0

  constructor(options: TurnstileOptions) {
    this.#options = options
  }

  async pass<Result>(work: () => Promise<Result>, { signal }: Waiting): Promise<Result> {
    signal.throwIfAborted()
    await this.#enter({ signal })
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  async #enter({ signal }: Waiting): Promise<void> {
    const { concurrencyLimit, queueLimit, refuse } = this.#options
    if (this.#insideCount < concurrencyLimit) {
      this.#insideCount += 1
      return
    }
    if (this.#waiting.size >= queueLimit) throw refuse()
    const turn = Promise.withResolvers<void>()
    const giveUp = () => {
      if (this.#waiting.delete(turn.resolve)) turn.reject(signal.reason)
    }
    this.#waiting.add(turn.resolve)
    signal.addEventListener('abort', giveUp, { once: true })
    try {
      await turn.promise
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }

  /** Hands the place on: whoever comes just now must not slip in before those who wait. */
  #leave(): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#insideCount -= 1
      return
    }
    this.#waiting.delete(next)
    next()
  }
}
