import { setTimeout as delay } from 'node:timers/promises'
import { errorCode, type Waiting } from '@portolan/errors'
import { ACCESS_TOKEN_LIFETIME_MS, CLOCK_SKEW_MS } from './access-token.ts'
import type { EndedSessionSource } from './access-token-verifier.ts'
import { type Clock, SYSTEM_CLOCK } from './clock.ts'
import { sessionsUnknown } from './errors.ts'
import { type EventBus, type EventSubscription, SESSIONS_CHANNEL } from './event-bus.ts'
import { parseSessionEnded } from './session-ended.ts'

/**
 * How long the end of a session has to be remembered: until the last access token issued for it is refused for its
 * age, by the slowest clock.
 */
export const ENDED_SESSION_KEEP_MS = ACCESS_TOKEN_LIFETIME_MS + 2 * CLOCK_SKEW_MS

const DEFAULTS = {
  clock: SYSTEM_CLOCK,
  lookEveryMs: 1_000,
  trustMs: 30_000,
} as const satisfies Partial<EndedSessionsOptions>

export interface EndedSessionsOptions {
  readonly bus: EventBus
  /** The ids of the sessions that ended within the last ENDED_SESSION_KEEP_MS. */
  readonly listEnded: (waiting: Waiting) => Promise<readonly string[]>
  readonly clock?: Clock
  /** How often the list is asked for while the bus is disconnected, or while the last attempt has failed. */
  readonly lookEveryMs?: number
  /** How long what was known last is enough when neither the bus nor the list answers. Then nobody is let in. */
  readonly trustMs?: number
}

/**
 * Knows which sessions have ended: from the bus, and from auth's list after a start, after a gap, and while the bus is
 * disconnected.
 */
export class EndedSessions implements EndedSessionSource, AsyncDisposable {
  readonly #options: Required<EndedSessionsOptions>
  /** Session id → when it can be forgotten, by the elapsed time. */
  readonly #forgetAtMs = new Map<string, number>()
  readonly #handlers = new Set<(sessionId: string) => void>()
  readonly #stopping = new AbortController()
  #subscription: EventSubscription | undefined
  #looking: Promise<void> = Promise.resolve()
  #closed: Promise<void> | undefined
  /** Grows with each gap: a list that was asked for before the gap does not close it. */
  #gapCount = 1
  #closedGapCount = 0
  #knownAtMs = Number.NEGATIVE_INFINITY

  constructor(options: EndedSessionsOptions) {
    this.#options = Object.freeze({ ...DEFAULTS, ...options })
  }

  /** Subscribes first and asks then, so that nothing falls between. A list that fails is asked again, not thrown. */
  async open({ signal }: Waiting): Promise<void> {
    this.#subscription = await this.#options.bus.subscribe(SESSIONS_CHANNEL, (message) => this.#hear(message), {
      onGap: () => this.#openGap(),
      signal,
    })
    await this.#ask({ signal })
    this.#looking = this.#look()
  }

  stateOf(sessionId: string): 'live' | 'ended' | 'unknown' {
    if (this.#forgetAtMs.has(sessionId)) return 'ended'
    if (this.#isCurrent()) return 'live'
    return this.#options.clock.elapsedMs() - this.#knownAtMs <= this.#options.trustMs ? 'live' : 'unknown'
  }

  /** Those of which it is known, for who comes late: {@link onEnded} tells what ends from then on. */
  get endedIds(): readonly string[] {
    return [...this.#forgetAtMs.keys()]
  }

  /** For `/ready`. @throws IDENTITY_SESSIONS_UNKNOWN */
  checkKnown(): void {
    if (this.stateOf('') === 'unknown') throw sessionsUnknown()
  }

  /** Calls the handler once for every session that ends from now on, until the signal fires: sockets close by it. */
  onEnded(handler: (sessionId: string) => void, { signal }: Waiting): void {
    if (signal.aborted) return
    this.#handlers.add(handler)
    signal.addEventListener('abort', () => this.#handlers.delete(handler), { once: true })
  }

  close({ signal }: Waiting): Promise<void> {
    this.#closed ??= this.#close({ signal })
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close({ signal: AbortSignal.timeout(5_000) })
  }

  async #close({ signal }: Waiting): Promise<void> {
    this.#stopping.abort()
    this.#handlers.clear()
    await this.#subscription?.close({ signal })
    await this.#looking
  }

  #isCurrent(): boolean {
    return this.#options.bus.isConnected && this.#closedGapCount === this.#gapCount
  }

  async #hear(message: unknown): Promise<void> {
    const ended = parseSessionEnded(message)
    if (ended === undefined) return this.#openGap() // something was said that is not understood: ask
    this.#remember([ended.sid])
  }

  async #openGap(): Promise<void> {
    this.#gapCount += 1
    await this.#ask(this.#stopping)
  }

  /** Asks until it is current, again and again while the bus is away; and forgets what is old enough. */
  async #look(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      if (this.#isCurrent()) this.#knownAtMs = this.#options.clock.elapsedMs()
      else await this.#ask({ signal })
      this.#forget()
      await delay(this.#options.lookEveryMs, undefined, { signal, ref: false }).catch(ignoreAbort)
    }
  }

  async #ask({ signal }: Waiting): Promise<void> {
    const gapCount = this.#gapCount
    const askedAtMs = this.#options.clock.elapsedMs()
    try {
      this.#remember(await this.#options.listEnded({ signal }))
    } catch {
      return // the gap stays open: #look asks again, and stateOf says 'unknown' when that takes too long
    }
    this.#closedGapCount = Math.max(this.#closedGapCount, gapCount)
    this.#knownAtMs = Math.max(this.#knownAtMs, askedAtMs)
  }

  #remember(sessionIds: readonly string[]): void {
    const forgetAtMs = this.#options.clock.elapsedMs() + ENDED_SESSION_KEEP_MS
    const fresh = sessionIds.filter((sessionId) => !this.#forgetAtMs.has(sessionId))
    for (const sessionId of fresh) this.#forgetAtMs.set(sessionId, forgetAtMs)
    for (const sessionId of fresh) for (const handler of this.#handlers) handler(sessionId)
  }

  #forget(): void {
    const nowMs = this.#options.clock.elapsedMs()
    for (const [sessionId, forgetAtMs] of this.#forgetAtMs) {
      if (forgetAtMs > nowMs) return // in order of their end
      this.#forgetAtMs.delete(sessionId)
    }
  }
}

/** @see EndedSessions.open */
export async function openEndedSessions(options: EndedSessionsOptions, { signal }: Waiting): Promise<EndedSessions> {
  signal.throwIfAborted()
  await using releasers = new AsyncDisposableStack()
  const endedSessions = releasers.use(new EndedSessions(options))
  await endedSessions.open({ signal })
  signal.throwIfAborted()
  releasers.move()
  return endedSessions
}

function ignoreAbort(error: unknown): void {
  if (errorCode(error) !== 'ABORT_ERR') throw error
}
