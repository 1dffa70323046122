import { isAppError } from '@portolan/errors'
import {
  checkOrigin,
  IDENTITY_ERRORS,
  type Identity,
  identityPlugin,
  isSafeMethod,
  requireOwnOrigin,
} from '@portolan/identity'
import { addOpenApi, type OpenApiOptions } from '@portolan/openapi'
import { type App, createApp, type ReadinessCheck } from '@portolan/service'
import { addMeOperations } from './accounts/me-operations.ts'
import { addPasswordOperations } from './accounts/password-operations.ts'
import { addSignInOperations } from './accounts/sign-in-operations.ts'
import { addSignUpOperations } from './accounts/sign-up-operations.ts'
import type { AuthParts } from './auth-parts.ts'
import { AUTH_ERRORS } from './errors.ts'
import { addInternalOperations } from './internal-operations.ts'
import { addMailOperations } from './mail/mail-operations.ts'
import { addOidcOperations } from './oidc/oidc-operations.ts'
import { addSecondFactorOperations } from './second-factor/second-factor-operations.ts'
import { addSessionOperations } from './sessions/session-operations.ts'
import { retryAfterSecondsOf, storeFailure } from './store-failure.ts'
import { addPersonalTokenOperations } from './tokens/personal-token-operations.ts'

const BODY_LIMIT_BYTES = 16_384

export interface AuthAppOptions {
  readonly parts: AuthParts
  readonly identity: Identity
  readonly ready: Readonly<Record<string, ReadinessCheck>>
  /** Whose `x-forwarded-for` counts. */
  readonly trustedProxies?: readonly string[]
}

const OPERATIONS = [
  addSignUpOperations,
  addSignInOperations,
  addPasswordOperations,
  addMeOperations,
  addSessionOperations,
  addSecondFactorOperations,
  addPersonalTokenOperations,
  addOidcOperations,
  addMailOperations,
  addInternalOperations,
] as const

/** Builds auth's app, which listens to nothing yet. */
export async function buildApp({ parts, identity, ready, trustedProxies }: AuthAppOptions): Promise<App> {
  const app = createApp({
    name: 'auth',
    logger: parts.logger,
    catalogues: [AUTH_ERRORS, IDENTITY_ERRORS],
    ready,
    bodyLimitBytes: BODY_LIMIT_BYTES,
    ...(trustedProxies === undefined ? {} : { trustProxy: [...trustedProxies] }),
  })
  await app.register(identityPlugin, { identity })
  await app.register(async (scope) => {
    addErrorHeaders(scope)
    addForeignOriginCheck(scope, parts.publicOrigin)
    await addOpenApi(scope, OPENAPI)
    for (const addOperations of OPERATIONS) addOperations(scope, parts)
  })
  return app
}

const OPENAPI: OpenApiOptions = {
  title: 'weAlist auth',
  description: 'Sign-up, sign-in, sessions and tokens of weAlist.',
  path: '/api/auth/openapi.json',
  operationId: 'getAuthDescription',
  tags: {
    'sign-up': 'An account begins when its e-mail address is confirmed.',
    session: 'Signing in and out, and who is signed in where. A session comes as two cookies.',
    'second factor': 'Codes of an app (TOTP), and recovery codes.',
    password: 'Changing it, and setting a new one by mail.',
    provider: 'Signing in by somebody else (OpenID Connect).',
    'personal access token': 'For programs that act for a person.',
    operation: 'For those who run weAlist.',
  },
  catalogues: [AUTH_ERRORS, IDENTITY_ERRORS],
  moreRefusals: ({ method, access }) => [
    'AUTH_STORE_UNAVAILABLE',
    ...(access === 'public' && !isSafeMethod(method) ? ['IDENTITY_ORIGIN_REFUSED'] : []),
  ],
}

/** Gives what the database or the bus throws a code of ours; the app's own handler answers. */
function addErrorHeaders(app: App): void {
  app.setErrorHandler((thrown, _request, reply) => {
    const error = storeFailure(thrown)
    const retryAfterSeconds = retryAfterSecondsOf(error)
    if (retryAfterSeconds !== undefined) void reply.header('retry-after', retryAfterSeconds)
    if (isAppError(error) && error.status === 401) void reply.header('www-authenticate', 'Bearer realm="wealist"')
    throw error
  })
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store')
  })
}

/**
 * Public changes have no session to forge, but a foreign page must not sign somebody in or up either (login CSRF).
 * Programs, which send no origin, may.
 */
function addForeignOriginCheck(app: App, publicOrigin: string): void {
  app.addHook('onRequest', async ({ method, headers, routeOptions }) => {
    const isPublicChange = routeOptions.config.access === 'public' && !isSafeMethod(method)
    if (isPublicChange && checkOrigin(headers, publicOrigin) === 'foreign') requireOwnOrigin(headers, publicOrigin)
  })
}
