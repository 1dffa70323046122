import { setMaxListeners } from 'node:events'
import type { Waiting } from '@portolan/errors'
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { type Admission, admit, type RouteAccess } from './access.ts'
import type { Caller } from './caller.ts'
import { challengeOf } from './challenge.ts'
import { credentialsMissing, roleTooLow, workspaceUnknown } from './errors.ts'
import { isId, memberOf } from './id.ts'
import type { Identity } from './identity.ts'
import { hasRole, type Role } from './role.ts'
import type { CallingService } from './service-token.ts'

declare module 'fastify' {
  interface FastifyContextConfig extends RouteAccess {}
  interface FastifyInstance {
    readonly identity: Identity
  }
  interface FastifyRequest {
    /** Who asks. @throws IDENTITY_CREDENTIALS_MISSING where the route lets nobody in particular in */
    readonly caller: Caller
    /** Who asks, undefined for somebody who is not signed in on a route with `access: 'optional'`. */
    readonly optionalCaller: Caller | undefined
    /** The service that asks a route with `access: 'service'`. */
    readonly callingService: CallingService
    /** What `requireRole` found. */
    readonly membership: Membership
  }
}

/** The caller's place in the workspace that the request is about. */
export interface Membership {
  readonly workspaceId: string
  readonly role: Role
}

export interface IdentityPluginOptions {
  readonly identity: Identity
  /** Routes that who runs the service asks for: open to all, and not routed by the gateway. */
  readonly openPaths?: readonly string[]
}

const DEFAULTS = { openPaths: ['/health', '/ready', '/metrics'] } as const satisfies Partial<IdentityPluginOptions>
const RETRY_AFTER_SECONDS = 2

interface Entry extends Waiting {
  readonly admission: Admission
}

// By request rather than as its property: no handler can set who asks.
const entries = new WeakMap<FastifyRequest, Entry>()
const memberships = new WeakMap<FastifyRequest, Membership>()

/**
 * Lets only those in whom a route lets in: `config: { access, scope, checksOrigin }`, and `caller` for a route that
 * says nothing. Register it before every other plugin: what was registered earlier does not get its hook.
 */
export const identityPlugin = fastifyPlugin(addIdentity, { name: 'portolan-identity', fastify: '5.x' })

async function addIdentity(app: FastifyInstance, options: IdentityPluginOptions): Promise<void> {
  const { identity, openPaths } = { ...DEFAULTS, ...options }
  const open: ReadonlySet<string | undefined> = new Set(openPaths)
  app.decorate('identity', identity)
  app.decorateRequest('caller', { getter: callerOf })
  app.decorateRequest('optionalCaller', { getter: optionalCallerOf })
  app.decorateRequest('callingService', { getter: callingServiceOf })
  app.decorateRequest('membership', { getter: membershipOf })
  // Not `request.signal`: it listens from its first use on, and fires as soon as the body has been read. What is asked
  // here has limits of its own, and is mostly shared with other requests.
  const closing = new AbortController()
  setMaxListeners(0, closing.signal)
  app.addHook('onClose', async () => closing.abort())
  const { signal } = closing
  app.addHook('onRequest', async (request, reply) => {
    const { url, config } = request.routeOptions
    if (request.is404 || open.has(url)) return
    const { method, headers } = request
    const { access, scope, checksOrigin } = config
    const asked = { method, headers, ...definedOf({ access, scope, checksOrigin }) }
    const admission = await explained(reply, admit(asked, identity, { signal }))
    entries.set(request, { admission, signal })
  })
}

export interface RequireRoleOptions {
  /** The name of the route's parameter that holds the workspace's id. */
  readonly param?: string
}

/**
 * An `onRequest` hook for a route about one workspace. Who is not in it gets the same 404 as for one that is not there.
 * @throws IDENTITY_WORKSPACE_UNKNOWN, IDENTITY_ROLE_TOO_LOW, IDENTITY_MEMBERSHIP_UNKNOWN
 */
export function requireRole(
  needed: Role,
  { param = 'workspaceId' }: RequireRoleOptions = {},
): onRequestAsyncHookHandler {
  return async (request, reply) => {
    const { roles } = request.server.identity
    if (roles === undefined) throw new TypeError('`requireRole` needs `roles` in the identity.')
    const workspaceId = memberOf(request.params, param)
    if (!isId(workspaceId)) throw workspaceUnknown()
    const { userId } = request.caller
    const { signal } = entryOf(request)
    const role = await explained(reply, roles.findRole(workspaceId, userId, { signal }))
    if (role === undefined) throw workspaceUnknown()
    if (!hasRole(role, needed)) throw roleTooLow(role, needed)
    memberships.set(request, Object.freeze({ workspaceId, role }))
  }
}

/** Adds to a refusal the headers that belong to it. */
async function explained<T>(reply: FastifyReply, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const challenge = challengeOf(error)
    if (challenge !== undefined) void reply.header('www-authenticate', challenge) // a reply is thenable, not a promise
    if (memberOf(error, 'status') === 503) void reply.header('retry-after', RETRY_AFTER_SECONDS)
    throw error
  }
}

function callerOf(this: FastifyRequest): Caller {
  const caller = optionalCallerOf.call(this)
  if (caller === undefined) throw credentialsMissing()
  return caller
}

function optionalCallerOf(this: FastifyRequest): Caller | undefined {
  const admission = entries.get(this)?.admission
  return admission?.as === 'caller' ? admission.caller : undefined
}

function callingServiceOf(this: FastifyRequest): CallingService {
  const { admission } = entryOf(this)
  if (admission.as !== 'service') throw new TypeError("Only a route with `access: 'service'` has a calling service.")
  return admission.callingService
}

function entryOf(request: FastifyRequest): Entry {
  const entry = entries.get(request)
  if (entry === undefined) throw new TypeError('Register `identityPlugin` before the routes that need it.')
  return entry
}

function membershipOf(this: FastifyRequest): Membership {
  const membership = memberships.get(this)
  if (membership === undefined) throw new TypeError('Only a route with `requireRole` has a membership.')
  return membership
}

/** Leaves out what a route does not say: an explicit undefined would not be a default. */
function definedOf({
  access,
  scope,
  checksOrigin,
}: { [K in keyof RouteAccess]: RouteAccess[K] | undefined }): RouteAccess {
  return {
    ...(access === undefined ? {} : { access }),
    ...(scope === undefined ? {} : { scope }),
    ...(checksOrigin === undefined ? {} : { checksOrigin }),
  }
}
