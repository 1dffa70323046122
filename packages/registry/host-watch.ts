import type { Waiting } from '@portolan/errors'
import { type Observer, observeHost } from '@portolan/observe'
import type { Host } from './host.ts'
import { gatherSightings, type HostView, UNWATCHED } from './host-view.ts'

export interface HostWatchOptions {
  /** Everything that looks at this host; each of them has to answer. */
  readonly observersOf: (host: Pick<Host, 'name'>) => readonly Observer[]
  /** A look that began at most so long ago serves the next request too. */
  readonly viewMaxAgeMs: number
  readonly answerTimeoutMs: number
  readonly now: () => Date
  /** The end of the registry. */
  readonly signal: AbortSignal
}

interface Look {
  readonly beganAtMs: number
  readonly view: Promise<HostView>
}

/** Looks at hosts, and shares a look among those who ask at the same time. */
export class HostWatch {
  readonly #options: HostWatchOptions
  readonly #looksByHost = new Map<string, Look>()

  constructor(options: HostWatchOptions) {
    this.#options = options
  }

  /** Ends early, with the signal's reason, when that fires; the look itself goes on for the others. */
  async look(host: string, { signal }: Waiting): Promise<HostView> {
    signal.throwIfAborted()
    const observers = this.#options.observersOf({ name: host })
    if (observers.length === 0) return UNWATCHED
    const left = Promise.withResolvers<never>()
    const leave = (): void => left.reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    try {
      return await Promise.race([this.#sharedLook(host, observers), left.promise])
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  #sharedLook(host: string, observers: readonly Observer[]): Promise<HostView> {
    const nowMs = performance.now()
    const known = this.#looksByHost.get(host)
    if (known !== undefined && nowMs - known.beganAtMs <= this.#options.viewMaxAgeMs) return known.view
    const view = this.#lookNow(observers)
    this.#looksByHost.set(host, { beganAtMs: nowMs, view })
    view.catch(() => this.#looksByHost.delete(host)) // who asked gets the reason; who asks next looks anew
    return view
  }

  async #lookNow(observers: readonly Observer[]): Promise<HostView> {
    const { signal, answerTimeoutMs, now } = this.#options
    const seenAt = now()
    const seen = await observeHost(observers, { signal, answerTimeoutMs })
    const sighted = gatherSightings(seen.sightings)
    if (seen.state === 'seen') return { state: 'seen', seenAt, sighted }
    const observer = seen.silent[0]?.observer ?? 'nobody'
    return { state: 'unknown', observer, cause: seen.cause, sighted }
  }
}
