import { isAppError } from '@portolan/errors'
import { IDENTITY_ERRORS, identityPlugin } from '@portolan/identity'
import { addOpenApi } from '@portolan/openapi'
import { type App, createApp, type ReadinessCheck } from '@portolan/service'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { addAccountOperations } from './account/account-operations.ts'
import { addAuditOperations } from './audit/audit-operations.ts'
import { addAvatarOperations } from './avatars/avatar-operations.ts'
import { USER_ERRORS } from './errors.ts'
import { addEventOperations } from './events/event-operations.ts'
import { addInvitationOperations } from './invitations/invitation-operations.ts'
import { addInternalOperations } from './members/internal-operations.ts'
import { addMemberOperations } from './members/member-operations.ts'
import { OPENAPI } from './openapi.ts'
import { addProfileOperations } from './profiles/profile-operations.ts'
import { explainStoreFailure } from './store.ts'
import type { UserIdentity } from './user-identity.ts'
import type { UserParts } from './user-parts.ts'
import { addWorkspaceOperations } from './workspaces/workspace-operations.ts'

const RETRY_AFTER_SECONDS = 2

export interface UserAppOptions {
  readonly name: string
  readonly parts: UserParts
  readonly identity: UserIdentity
  readonly ready: Readonly<Record<string, ReadinessCheck>>
}

/** The user service's routes; it listens to nothing yet. */
export async function createUserApp({ name, parts, identity, ready }: UserAppOptions): Promise<App> {
  const app = createApp({ name, logger: parts.logger, ready, catalogues: [IDENTITY_ERRORS, USER_ERRORS] })
  await app.register(async (scope: App) => {
    scope.setErrorHandler(passOnExplained)
    addNoStore(scope)
    await scope.register(identityPlugin, { identity })
    await addOpenApi(scope, OPENAPI)
    addProfileOperations(scope, parts)
    addAvatarOperations(scope, parts)
    addAccountOperations(scope, parts)
    addWorkspaceOperations(scope, parts)
    addMemberOperations(scope, parts)
    addInvitationOperations(scope, parts)
    addAuditOperations(scope, parts)
    addEventOperations(scope, { parts, endedSessions: identity.endedSessions })
    addInternalOperations(scope, parts)
  })
  return app
}

/** What is said here is for the caller alone and for now: nothing between us keeps it, unless a route says otherwise. */
function addNoStore(app: App): void {
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store') // a reply is thenable
  })
}

/** What is thrown here goes on to the app's own handler, which answers it as a problem. */
function passOnExplained(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): never {
  const explained = explainStoreFailure(error)
  const retryAfterSeconds = retryAfter(explained)
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', retryAfterSeconds) // a reply is thenable
  throw explained
}

function retryAfter(error: unknown): number | undefined {
  if (!isAppError(error)) return undefined
  const { retryAfterSeconds } = error.details
  if (typeof retryAfterSeconds === 'number') return retryAfterSeconds
  return error.status === 503 ? RETRY_AFTER_SECONDS : undefined
}
