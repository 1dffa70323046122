import type { MembershipChanged, Memberships } from '../api/contract.ts'

const HIDDEN_GRACE_MS = 60_000
const RETRY_FIRST_MS = 1_000
const RETRY_MOST_MS = 30_000

export interface LiveListener {
  onMemberships(event: Memberships): void
  onMembershipChanged(event: MembershipChanged): void
  onSessionEnded(): void
  /** The stream was refused or broken off for good. Ask the services what is true; a rejection means: later. */
  onRefused(): Promise<void>
  onState(state: LiveState): void
}

export type LiveState = 'connecting' | 'live' | 'lost'

/**
 * The event stream of this page. It is closed while nobody looks at the page, because browsers allow six connections
 * to an origin, and comes back with the page; the server's first event then says what is true now.
 */
export class LiveConnection {
  readonly #url: string
  readonly #listener: LiveListener
  readonly #ended = new AbortController()
  #source: EventSource | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #failureCount = 0

  constructor(url: string, listener: LiveListener) {
    this.#url = url
    this.#listener = listener
  }

  open(): void {
    const { signal } = this.#ended
    document.addEventListener('visibilitychange', () => this.#followVisibility(), { signal })
    globalThis.addEventListener('online', () => this.#connectSoon(0), { signal })
    this.#connect()
  }

  close(): void {
    this.#ended.abort()
    this.#disconnect()
  }

  #connect(): void {
    if (this.#ended.signal.aborted || this.#source !== undefined) return
    const source = new EventSource(this.#url)
    this.#source = source
    source.addEventListener('open', () => {
      this.#failureCount = 0
      this.#listener.onState('live')
    })
    source.addEventListener('error', () => this.#fail(source))
    source.addEventListener('memberships', ({ data }) => this.#listener.onMemberships(JSON.parse(data)))
    source.addEventListener('membership-changed', ({ data }) => this.#listener.onMembershipChanged(JSON.parse(data)))
    source.addEventListener('session-ended', () => {
      this.close()
      this.#listener.onSessionEnded()
    })
  }

  /** The browser reconnects by itself after a break, but gives up when it is refused: then the session may be over. */
  #fail(source: EventSource): void {
    if (this.#source !== source) return
    this.#failureCount += 1
    if (this.#failureCount > 1) this.#listener.onState('lost')
    if (source.readyState !== EventSource.CLOSED) return
    this.#disconnect()
    const delayMs = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** (this.#failureCount - 1))
    this.#listener.onRefused().then(
      () => this.#connectSoon(delayMs),
      () => this.#connectSoon(delayMs), // what is wrong was said where it was asked; the stream just tries again
    )
  }

  #connectSoon(delayMs: number): void {
    if (this.#ended.signal.aborted || this.#source !== undefined) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#connect(), delayMs)
  }

  #followVisibility(): void {
    if (document.visibilityState === 'visible') {
      clearTimeout(this.#timer)
      this.#connect()
    } else {
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => this.#disconnect(), HIDDEN_GRACE_MS)
    }
  }

  #disconnect(): void {
    clearTimeout(this.#timer)
    this.#source?.close()
    this.#source = undefined
  }
}
