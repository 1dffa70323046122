import type { Waiting } from '@portolan/errors'
import { type Caller, type EventBus, type OpenedIdentity, openIdentity, verifySession } from '@portolan/identity'

/** The list of ended sessions goes back further than this (`ENDED_SESSION_KEEP_MS`): a cookie so young is on it. */
const LISTED_MS = 600_000
/** The longest life of a cookie that this has to remember ends for. */
const REMEMBERED_MS = 13 * 3_600_000
const LOOK_EVERY_MS = 5_000
const ROLE_KEPT_MS = 5_000
const MOST_ROLES = 10_000

export interface PlatformSessionsOptions {
  /** Where the platform's pages are, which is also who issues its tokens. */
  readonly platformOrigin: string
  readonly authUrl: string
  /** Asked for the members of a team; without it nobody is one. */
  readonly userUrl: string | undefined
  readonly serviceKey: string
  /** A session of the platform has ended. */
  readonly onEnded: (sessionId: string) => void
}

/** What is known of the session of a cookie. `too-old`: it may have ended while nobody here was looking. */
export type SessionState = 'live' | 'ended' | 'unknown' | 'too-old'

/**
 * The platform's sessions, as the gateway needs to know them, by the code that every service uses. Without a bus: auth is
 * asked every second which sessions have ended.
 */
export class PlatformSessions {
  readonly #identity: OpenedIdentity
  readonly #hasUsers: boolean
  readonly #endedAtMs = new Map<string, number>()
  readonly #roles = new Map<string, { readonly isMember: boolean; readonly untilMs: number }>()
  readonly #looking: NodeJS.Timeout
  readonly #stopping = new AbortController()
  /** Since when no end of a session can have been missed, in wall-clock time; undefined while that is not known. */
  #knownSinceMs: number | undefined

  constructor(identity: OpenedIdentity, { userUrl, onEnded }: PlatformSessionsOptions) {
    this.#identity = identity
    this.#hasUsers = userUrl !== undefined
    identity.endedSessions.onEnded((sessionId) => {
      this.#endedAtMs.set(sessionId, Date.now())
      onEnded(sessionId)
    }, this.#stopping)
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS).unref()
    this.#look()
  }

  /** The token that the gateway shows to another service. */
  tokenFor(service: string): Promise<string> {
    return this.#identity.serviceTokens.issue(service)
  }

  /**
   * Who is signed in to the platform, by its cookie and nothing else: an Authorization is the app's own.
   * @throws those of `verifySession`
   */
  async findCaller(cookie: string | undefined, { signal }: Waiting): Promise<Caller | undefined> {
    return verifySession({ cookie }, this.#identity, { signal })
  }

  /** @param madeAtMs when the cookie was made, which its session had not ended before */
  stateOf(sessionId: string, madeAtMs: number): SessionState {
    if (this.#endedAtMs.has(sessionId)) return 'ended'
    const state = this.#identity.endedSessions.stateOf(sessionId)
    if (state !== 'live') return state
    if (Date.now() - madeAtMs < LISTED_MS) return 'live'
    return this.#knownSinceMs !== undefined && madeAtMs >= this.#knownSinceMs ? 'live' : 'too-old'
  }

  /** Whether a user is in a team; a guest is. @throws IDENTITY_MEMBERSHIP_UNKNOWN */
  async isMember(team: string, userId: string, { signal }: Waiting): Promise<boolean> {
    if (!this.#hasUsers) return false
    const key = `${team}/${userId}`
    const kept = this.#roles.get(key)
    if (kept !== undefined && kept.untilMs > performance.now()) return kept.isMember
    const isMember = (await this.#identity.roles.findRole(team, userId, { signal })) !== undefined
    if (this.#roles.size >= MOST_ROLES) this.#roles.clear()
    this.#roles.set(key, { isMember, untilMs: performance.now() + ROLE_KEPT_MS })
    return isMember
  }

  async close(): Promise<void> {
    clearInterval(this.#looking)
    this.#stopping.abort()
    await this.#identity.close()
  }

  /** While it is unknown who has left, ends may be missed that are on no list later. */
  #look(): void {
    const isKnown = this.#identity.endedSessions.stateOf('') === 'live'
    this.#knownSinceMs = isKnown ? (this.#knownSinceMs ?? Date.now() - LISTED_MS) : undefined
    for (const [sessionId, atMs] of this.#endedAtMs) {
      if (Date.now() - atMs < REMEMBERED_MS) break // in order of their end
      this.#endedAtMs.delete(sessionId)
    }
  }
}

/** Nobody publishes on it: the list is asked for instead. */
const NO_BUS: EventBus = {
  isConnected: false,
  subscribe: () => Promise.resolve({ close: () => Promise.resolve() }),
}

/** @throws IDENTITY_PUBLIC_ORIGIN_INVALID, IDENTITY_SECRET_TOO_SHORT */
export async function openPlatformSessions(
  options: PlatformSessionsOptions,
  { signal }: Waiting,
): Promise<PlatformSessions> {
  const { platformOrigin, authUrl, userUrl = authUrl, serviceKey } = options
  const identity = await openIdentity(
    { service: 'gateway', publicOrigin: platformOrigin, authUrl, userUrl, serviceKey, bus: NO_BUS },
    { signal },
  )
  return new PlatformSessions(identity, options)
}
