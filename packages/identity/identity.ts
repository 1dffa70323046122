import type { Waiting } from '@portolan/errors'
import { AccessTokenVerifier } from './access-token-verifier.ts'
import { type Clock, SYSTEM_CLOCK } from './clock.ts'
import { type EndedSessions, openEndedSessions } from './ended-sessions.ts'
import type { EventBus } from './event-bus.ts'
import { isId, memberOf } from './id.ts'
import { callInternal, internalUrl, unexpectedAnswer } from './internal-call.ts'
import { openMembershipClient } from './membership-client.ts'
import { parsePublicOrigin } from './origin-check.ts'
import { PersonalTokenClient } from './personal-token-client.ts'
import { RemoteKeys } from './remote-keys.ts'
import type { RoleSource } from './role.ts'
import { ServiceTokens } from './service-token.ts'
import type { CallerSources } from './verify-session.ts'

const LIST_TIMEOUT_MS = 2_000

/** All that a service needs to know who asks and what they may. Auth and user put theirs together from own parts. */
export interface Identity extends CallerSources {
  /** Needed by `requireRole`. */
  readonly roles?: RoleSource
  /** Needed by routes with `access: 'service'`. */
  readonly serviceTokens?: Pick<ServiceTokens, 'verify'>
}

export interface OpenIdentityOptions {
  /** The name of this service: the issuer and the audience of service tokens. */
  readonly service: string
  readonly publicOrigin: string
  readonly authUrl: string
  readonly userUrl: string
  readonly serviceKey: string
  readonly bus: EventBus
  readonly clock?: Clock
}

/** The identity of a service that asks auth and user for everything. */
export interface OpenedIdentity extends Identity, AsyncDisposable {
  readonly roles: RoleSource
  readonly serviceTokens: ServiceTokens
  readonly endedSessions: EndedSessions
  /** Each part has five seconds. */
  close(): Promise<void>
}

/** @throws IDENTITY_PUBLIC_ORIGIN_INVALID, IDENTITY_SECRET_TOO_SHORT, and what the bus throws of a subscription */
export async function openIdentity(options: OpenIdentityOptions, { signal }: Waiting): Promise<OpenedIdentity> {
  const { service, serviceKey, authUrl, userUrl, bus, clock = SYSTEM_CLOCK } = options
  const publicOrigin = parsePublicOrigin(options.publicOrigin)
  const serviceTokens = new ServiceTokens({ service, serviceKey, clock })
  const tokenForAuth = () => serviceTokens.issue('auth')
  await using releasers = new AsyncDisposableStack()
  const listEnded = endedSessionLister({ authUrl, serviceToken: tokenForAuth })
  const endedSessions = releasers.use(await openEndedSessions({ bus, listEnded, clock }, { signal }))
  const tokenForUser = () => serviceTokens.issue('user')
  const roles = releasers.use(
    await openMembershipClient({ userUrl, serviceToken: tokenForUser, bus, clock }, { signal }),
  )
  const keys = new RemoteKeys({ url: internalUrl(authUrl, '/internal/jwks.json'), clock })
  const accessTokens = new AccessTokenVerifier({ keys, issuer: publicOrigin, endedSessions, clock })
  const personalTokens = new PersonalTokenClient({ authUrl, serviceToken: tokenForAuth, clock })
  const owned = releasers.move()
  let closed: Promise<void> | undefined
  const close = () => (closed ??= owned.disposeAsync())
  return {
    publicOrigin,
    serviceTokens,
    endedSessions,
    roles,
    accessTokens,
    personalTokens,
    close,
    [Symbol.asyncDispose]: close,
  }
}

interface EndedSessionLister {
  readonly authUrl: string
  /** Makes a service token for auth. */
  readonly serviceToken: () => Promise<string>
}

/** Asks auth: `GET /internal/ended-sessions` → `{sessions: [{sid}]}`, those of the last ENDED_SESSION_KEEP_MS. */
function endedSessionLister({ authUrl, serviceToken }: EndedSessionLister) {
  return async ({ signal }: Waiting): Promise<readonly string[]> => {
    const url = internalUrl(authUrl, '/internal/ended-sessions')
    const answer = await callInternal({ url, serviceToken, timeoutMs: LIST_TIMEOUT_MS }, { signal })
    const sessions = answer.status === 200 ? memberOf(answer.body, 'sessions') : undefined
    if (!Array.isArray(sessions)) throw unexpectedAnswer(answer)
    const sessionIds = sessions.map((session: unknown) => memberOf(session, 'sid'))
    if (!sessionIds.every(isId)) throw unexpectedAnswer(answer)
    return sessionIds
  }
}
