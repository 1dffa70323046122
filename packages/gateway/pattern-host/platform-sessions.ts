import type { Waiting } from '@portolan/errors'
import { type Caller, type EventBus, type OpenedIdentity, openIdentity, verifySession } from '@portolan/identity'
import type { RememberedEnds } from './remembered-ends.ts'

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
  readonly ends: RememberedEnds
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
  readonly #ends: RememberedEnds
  readonly #roles = new Map<string, { readonly isMember: boolean; readonly untilMs: number }>()
  readonly #looking: NodeJS.Timeout
  readonly #stopping = new AbortController()

  constructor(identity: OpenedIdentity, { userUrl, ends, onEnded }: PlatformSessionsOptions) {
    this.#identity = identity
    this.#hasUsers = userUrl !== undefined
    this.#ends = ends
    const end = (sessionId: string): void => {
      ends.add(sessionId)
      onEnded(sessionId)
    }
    // Those too that ended before this looked, and after what it takes the place of.
    for (const sessionId of identity.endedSessions.endedIds) end(sessionId)
    identity.endedSessions.onEnded(end, this.#stopping)
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
    if (this.#ends.has(sessionId)) return 'ended'
    const state = this.#identity.endedSessions.stateOf(sessionId)
    if (state !== 'live') return state
    return this.#ends.covers(madeAtMs) ? 'live' : 'too-old'
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

  /** While it is unknown for long who has left, ends may be missed that are on no list later. */
  #look(): void {
    if (this.#identity.endedSessions.stateOf('') === 'live') this.#ends.look()
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
