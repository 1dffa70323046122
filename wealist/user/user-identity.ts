import type { Waiting } from '@portolan/errors'
import {
  AccessTokenVerifier,
  type Clock,
  type EndedSessions,
  type EventBus,
  type Identity,
  openEndedSessions,
  PersonalTokenClient,
  parsePublicOrigin,
  RemoteKeys,
  type RoleSource,
  type ServiceTokens,
} from '@portolan/identity'
import type { AuthClient } from './auth-client.ts'
import { findRole } from './members/member-repository.ts'
import type { UserDatabase } from './store.ts'
import { isUuid } from './uuid.ts'

export interface UserIdentityOptions {
  readonly publicOrigin: string
  readonly authUrl: string
  readonly auth: Pick<AuthClient, 'listEndedSessions'>
  readonly serviceTokens: ServiceTokens
  readonly db: UserDatabase
  readonly bus: EventBus
  readonly clock: Clock
}

export interface UserIdentity extends Identity {
  readonly endedSessions: EndedSessions
}

/** Who asks, by auth; and what they may, by this service's own tables and without a cache. */
export async function openUserIdentity(options: UserIdentityOptions, { signal }: Waiting): Promise<UserIdentity> {
  const { authUrl, auth, serviceTokens, bus, clock, db } = options
  const publicOrigin = parsePublicOrigin(options.publicOrigin)
  const listEnded = (waiting: Waiting) => auth.listEndedSessions(waiting)
  const endedSessions = await openEndedSessions({ bus, listEnded, clock }, { signal })
  const keys = new RemoteKeys({ url: new URL('/internal/jwks.json', authUrl), clock })
  return {
    publicOrigin,
    serviceTokens,
    endedSessions,
    accessTokens: new AccessTokenVerifier({ keys, issuer: publicOrigin, endedSessions, clock }),
    personalTokens: new PersonalTokenClient({ authUrl, serviceToken: () => serviceTokens.issue('auth'), clock }),
    roles: rolesOf(db),
  }
}

function rolesOf(db: UserDatabase): RoleSource {
  return {
    async findRole(workspaceId, userId) {
      return isUuid(workspaceId) && isUuid(userId) ? findRole(db, workspaceId, userId) : undefined
    },
  }
}
