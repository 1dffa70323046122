import type { Waiting } from '@portolan/errors'
import type { Caller } from './caller.ts'
import { credentialsMissing, scopeMissing, serviceTokenInvalid, sessionRequired } from './errors.ts'
import type { Identity } from './identity.ts'
import { isSafeMethod } from './origin-check.ts'
import type { RequestHeaders } from './request-headers.ts'
import { hasScope, type Scope } from './scope.ts'
import type { CallingService } from './service-token.ts'
import { findBearerToken, requireOwnOrigin, verifySession } from './verify-session.ts'

/**
 * Who may ask for a route: everybody; everybody, but known if signed in; who is signed in or has a token; only who is
 * signed in (a token must not make tokens); only another service.
 */
export const ACCESSES = ['public', 'optional', 'caller', 'session', 'service'] as const
export type Access = (typeof ACCESSES)[number]

/** What a route says of who may ask for it. */
export interface RouteAccess {
  /** `caller` unless said otherwise: a route that was forgotten is closed. */
  readonly access?: Access
  /** What a personal access token needs; `read` for a safe method and `write` for the others unless said otherwise. */
  readonly scope?: Scope
  /** True for an event stream: by cookie it needs the own origin, although it is a GET. */
  readonly checksOrigin?: boolean
}

/** Who was let in. */
export type Admission =
  | { readonly as: 'anybody' }
  | { readonly as: 'caller'; readonly caller: Caller }
  | { readonly as: 'service'; readonly callingService: CallingService }

export interface AdmissionRequest extends RouteAccess {
  readonly method: string
  readonly headers: RequestHeaders
}

/** @throws every IDENTITY_ error of 401, 403 and 503 but those of roles */
export async function admit(request: AdmissionRequest, identity: Identity, { signal }: Waiting): Promise<Admission> {
  const { access = 'caller', headers } = request
  if (access === 'public') return { as: 'anybody' }
  if (access === 'service') return { as: 'service', callingService: await verifyService(headers, identity) }
  const caller = await verifySession(headers, identity, { signal })
  if (caller === undefined) {
    if (access === 'optional') return { as: 'anybody' }
    throw credentialsMissing()
  }
  if (access === 'session' && caller.by === 'personal-token') throw sessionRequired()
  const isSafe = isSafeMethod(request.method)
  const mayBeForged = caller.by === 'cookie' && (!isSafe || request.checksOrigin === true)
  if (mayBeForged) requireOwnOrigin(headers, identity.publicOrigin)
  const scope = request.scope ?? (isSafe ? 'read' : 'write')
  if (!hasScope(caller.scopes, scope)) throw scopeMissing(scope)
  return { as: 'caller', caller }
}

async function verifyService(headers: RequestHeaders, { serviceTokens }: Identity): Promise<CallingService> {
  if (serviceTokens === undefined) throw new TypeError('A route for services needs `serviceTokens` in the identity.')
  const token = findBearerToken(headers)
  if (token === undefined) throw serviceTokenInvalid()
  return serviceTokens.verify(token)
}
