import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { isAppError } from '@portolan/errors'
import {
  checkOrigin,
  IDENTITY_ERRORS,
  type Identity,
  identityPlugin,
  isSafeMethod,
  requireOwnOrigin,
} from '@portolan/identity'
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
  await app.register(swagger, { openapi: OPENAPI, transform: withAccess })
  await app.register(async (scope) => {
    addErrorHeaders(scope)
    addForeignOriginCheck(scope, parts.publicOrigin)
    for (const addOperations of OPERATIONS) addOperations(scope, parts)
    const schema = { hide: true }
    scope.get('/api/auth/openapi.json', { config: { access: 'public' }, schema }, () => app.swagger())
  })
  return app
}

const OPENAPI: NonNullable<FastifyDynamicSwaggerOptions['openapi']> = {
  openapi: '3.1.0',
  info: { title: 'weAlist auth', version: '1', description: 'Sign-up, sign-in, sessions and tokens of weAlist.' },
  components: {
    securitySchemes: {
      session: { type: 'apiKey', in: 'cookie', name: '__Host-wealist-access' },
      token: { type: 'http', scheme: 'bearer', description: 'A personal access token or an access token.' },
    },
  },
  security: [{ session: [] }, { token: [] }],
}

/** Says in the document which operations need nobody to be signed in. */
const withAccess: NonNullable<FastifyDynamicSwaggerOptions['transform']> = ({ schema, url, route }) => {
  const isPublic = route.config?.access === 'public'
  return { schema: isPublic ? { ...schema, security: [] } : schema, url }
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
