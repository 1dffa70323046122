import { setTimeout as delay } from 'node:timers/promises'
import { errorMessage, type Waiting } from '@portolan/errors'
import type { BusLogger } from './bus.ts'
import { busClosed } from './errors.ts'
import { reconnectDelayMs } from './reconnect-delay.ts'
import { asError, type Session } from './session.ts'
import { settleWithin } from './settle-within.ts'

export interface LinkOptions {
  open(waiting: Waiting): Promise<Session>
  /** Brings a new session to where the lost one was; a failure counts as a failed attempt. */
  prepare(session: Session): Promise<void>
  onRestored(): void
  readonly logger: BusLogger
  /** Between two looks whether the other side still answers. */
  readonly heartbeatMs: number
  /** For an answer to that, and for a prepare. */
  readonly answerTimeoutMs: number
}

type LinkState =
  | { readonly state: 'connected'; readonly session: Session }
  | { readonly state: 'connecting'; readonly next: PromiseWithResolvers<Session> }
  | { readonly state: 'closed' }

/** A session that lasts so long makes the next delay the first one again. */
const STABLE_MS = 10_000

/** Keeps one session open: notices its loss, also a silent one, and opens the next after growing delays. */
export class Link {
  readonly #options: LinkOptions
  readonly #stopping = new AbortController()
  readonly #running: Promise<void>
  #state: LinkState

  constructor(first: Session, options: LinkOptions) {
    this.#options = options
    this.#state = { state: 'connected', session: first }
    this.#running = this.#run(first)
  }

  /** The session of this moment, undefined while there is none. */
  get session(): Session | undefined {
    return this.#state.state === 'connected' ? this.#state.session : undefined
  }

  /** Waits as long as it takes; the caller has the limit. @throws BUS_CLOSED */
  connected(): Promise<Session> {
    if (this.#state.state === 'closed') return Promise.reject(busClosed())
    return this.#state.state === 'connected' ? Promise.resolve(this.#state.session) : this.#state.next.promise
  }

  async close({ signal }: Waiting): Promise<void> {
    const session = this.#stop()
    await session?.close({ signal })
    await this.#running
  }

  async destroy(cause: Error): Promise<void> {
    this.#stop()?.cut(cause)
    await this.#running
  }

  #stop(): Session | undefined {
    const { session } = this
    if (this.#state.state === 'connecting') this.#state.next.reject(busClosed())
    this.#state = { state: 'closed' }
    this.#stopping.abort(busClosed())
    return session
  }

  get #isClosed(): boolean {
    return this.#stopping.signal.aborted
  }

  async #run(first: Session): Promise<void> {
    let attempt = 0
    for (let session: Session | undefined = first; session !== undefined; ) {
      const since = performance.now()
      const cause = await this.#watch(session)
      if (this.#isClosed) return
      const lostAt = performance.now()
      attempt = lostAt - since > STABLE_MS ? 0 : attempt + 1
      const next = Promise.withResolvers<Session>()
      next.promise.catch(() => undefined) // it rejects at a close, perhaps with nobody waiting
      this.#state = { state: 'connecting', next }
      this.#options.logger.warn({ err: cause }, 'the bus has lost its connection and reconnects')
      session = await this.#reopen(attempt)
      if (session === undefined) return
      this.#state = { state: 'connected', session }
      this.#options.logger.info({ downMs: Math.round(performance.now() - lostAt) }, 'the bus is connected again')
      this.#options.onRestored()
      next.resolve(session)
    }
  }

  /** @returns undefined when the link was closed meanwhile */
  async #reopen(firstAttempt: number): Promise<Session | undefined> {
    let said = ''
    for (let attempt = firstAttempt; !this.#isClosed; attempt += 1) {
      const session = await this.#tryOpen(attempt).catch((cause: unknown) => {
        // A minute without a server is a dozen attempts: the same reason is told once.
        if (!this.#isClosed && errorMessage(cause) !== said) {
          this.#options.logger.warn({ err: cause, attempt }, 'the bus could not reconnect yet')
        }
        said = errorMessage(cause)
      })
      if (session !== undefined) return session
    }
    return undefined
  }

  async #tryOpen(attempt: number): Promise<Session> {
    const { signal } = this.#stopping
    await delay(reconnectDelayMs(attempt, Math.random()), undefined, { signal })
    const session = await this.#options.open({ signal })
    try {
      await this.#answerOf(this.#options.prepare(session), signal)
      signal.throwIfAborted()
      return session
    } catch (cause) {
      session.cut(asError(cause))
      throw cause
    }
  }

  /** Resolves with the reason when the session is lost. A silent peer is cut off: TCP alone would take minutes. */
  async #watch(session: Session): Promise<Error> {
    const over = new AbortController()
    const lost = session.lost.then((cause) => {
      over.abort()
      return cause
    })
    while (!over.signal.aborted) {
      await delay(this.#options.heartbeatMs, undefined, { signal: over.signal }).catch(() => undefined) // lost: said below
      if (over.signal.aborted) break
      await this.#answerOf(session.check(), undefined).catch((cause: unknown) => session.cut(asError(cause)))
    }
    return lost
  }

  #answerOf(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    const { answerTimeoutMs } = this.#options
    const limitError = (): Error => new Error(`no answer within ${answerTimeoutMs} ms`)
    return settleWithin(promise, { limitMs: answerTimeoutMs, signals: [signal], limitError })
  }
}
