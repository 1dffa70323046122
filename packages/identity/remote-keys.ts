import type { KeyObject } from 'node:crypto'
import { type Waiting, waited } from '@portolan/errors'
import { type Clock, SYSTEM_CLOCK } from './clock.ts'
import { keysUnavailable } from './errors.ts'
import { callInternal, unexpectedAnswer } from './internal-call.ts'
import { type KeySource, parseJwks } from './key-source.ts'

const DEFAULTS = {
  maxAgeMs: 300_000,
  cooldownMs: 5_000,
  timeoutMs: 2_000,
  clock: SYSTEM_CLOCK,
} as const satisfies Partial<RemoteKeysOptions>

export interface RemoteKeysOptions {
  /** `AUTH_URL/internal/jwks.json`. */
  readonly url: URL
  /** From this age on the keys are fetched again, while the old ones go on being used. */
  readonly maxAgeMs?: number
  /** The least time between two fetches: a stream of made-up kids must not become a stream of fetches. */
  readonly cooldownMs?: number
  readonly timeoutMs?: number
  readonly clock?: Clock
}

type LastFetch =
  | { readonly outcome: 'none' }
  | { readonly outcome: 'fetched'; readonly atMs: number }
  | { readonly outcome: 'failed'; readonly atMs: number; readonly cause: unknown }

/** The published keys of auth, kept; fetched again when a token names a key that is not among them. */
export class RemoteKeys implements KeySource {
  readonly #options: Required<RemoteKeysOptions>
  #keysByKid: ReadonlyMap<string, KeyObject> = new Map()
  #lastFetch: LastFetch = { outcome: 'none' }
  #flight: Promise<void> | undefined

  constructor(options: RemoteKeysOptions) {
    this.#options = Object.freeze({ ...DEFAULTS, ...options })
  }

  async findKey(kid: string, { signal }: Waiting): Promise<KeyObject | undefined> {
    const known = this.#keysByKid.get(kid)
    if (known !== undefined) {
      // Nobody waits for it: #fetch never rejects, and a failure leaves the keys as they are.
      if (this.#ageMs() >= this.#options.maxAgeMs) void this.#fetchOnce()
      return known
    }
    if (this.#flight !== undefined || this.#ageMs() >= this.#options.cooldownMs) {
      await waited(this.#fetchOnce(), { signal })
    }
    const key = this.#keysByKid.get(kid)
    // Not among old keys is no answer: the newest list has to have been read for a kid to count as unknown.
    if (key === undefined && this.#lastFetch.outcome === 'failed') throw keysUnavailable(this.#lastFetch.cause)
    return key
  }

  #ageMs(): number {
    if (this.#lastFetch.outcome === 'none') return Number.POSITIVE_INFINITY
    return this.#options.clock.elapsedMs() - this.#lastFetch.atMs
  }

  #fetchOnce(): Promise<void> {
    this.#flight ??= this.#fetch().finally(() => {
      this.#flight = undefined
    })
    return this.#flight
  }

  async #fetch(): Promise<void> {
    const { url, timeoutMs, clock } = this.#options
    try {
      const answer = await callInternal({ url, timeoutMs }, { signal: AbortSignal.timeout(timeoutMs) })
      const keysByKid = answer.status === 200 ? parseJwks(answer.body) : undefined
      if (keysByKid === undefined) throw unexpectedAnswer(answer)
      this.#keysByKid = keysByKid
      this.#lastFetch = { outcome: 'fetched', atMs: clock.elapsedMs() }
    } catch (cause) {
      this.#lastFetch = { outcome: 'failed', atMs: clock.elapsedMs(), cause }
    }
  }
}
