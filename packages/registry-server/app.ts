import { errorCode, isAppError, problemOf } from '@portolan/errors'
import { addOpenApi, type OpenApiOptions } from '@portolan/openapi'
import { type Caller, type LocalDoor, OPERATION_CATALOGUES } from '@portolan/operations'
import { type App, createApp, type Logger, type ReadinessCheck } from '@portolan/service'
import { addAdmission } from './admission.ts'
import { REGISTRY_SERVER_ERRORS } from './errors.ts'
import { addHostCheck, hostNames } from './host-check.ts'
import type { KeyRing } from './key-ring.ts'
import { addMcpRoute } from './mcp-route.ts'
import { addOperationRoutes, OPERATION_TAGS } from './operation-routes.ts'
import type { RegistrySettings } from './settings.ts'

export interface RegistryAppOptions {
  readonly doorFor: (caller: Caller) => LocalDoor
  readonly keys: KeyRing
  readonly settings: Pick<RegistrySettings, 'limits' | 'mcp' | 'trustedProxies'>
  readonly ready: Readonly<Record<string, ReadinessCheck>>
  readonly logger: Logger
}

// A body of any size has to come in within this: Fastify has no limit of its own.
const REQUEST_TIMEOUT_MS = 60_000
// Of what people and scripts ask; an import brings whole files along, and has a limit of its own.
const BODY_LIMIT_BYTES = 65_536
const CATALOGUES = [...OPERATION_CATALOGUES, REGISTRY_SERVER_ERRORS]

/** Builds the registry's app, which listens to nothing yet. */
export async function buildApp({ doorFor, keys, settings, ready, logger }: RegistryAppOptions): Promise<App> {
  const app = createApp({
    name: 'registry',
    logger,
    catalogues: CATALOGUES,
    ready,
    bodyLimitBytes: BODY_LIMIT_BYTES,
    trustProxy: [...settings.trustedProxies],
  })
  app.server.requestTimeout = REQUEST_TIMEOUT_MS
  addScriptMembers(app)
  const names = hostNames(settings.mcp.hosts)
  addHostCheck(app, names)
  await app.register(async (scope) => {
    addErrorHeaders(scope)
    addAdmission(scope, { keys, limits: settings.limits })
    await addOpenApi(scope, OPENAPI)
    await scope.register(async (operations) => addOperationRoutes(operations, doorFor))
    await scope.register(async (agents) => addMcpRoute(agents, { doorFor, names, origins: settings.mcp.origins }))
  })
  return app
}

const OPENAPI: OpenApiOptions = {
  title: 'Portolan port registry',
  description: 'Who holds which ports of which host. Every operation is a POST with a JSON object.',
  path: '/api/openapi.json',
  operationId: 'getRegistryDescription',
  tags: OPERATION_TAGS,
  catalogues: CATALOGUES,
  keySchemes: {
    apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'A key as `key_create` gave it.' },
    bearer: { type: 'http', scheme: 'bearer', description: 'The same key, for clients that send no other header.' },
  },
}

/** A problem says for scripts what an answer says: `jq -r .success` and `jq -r .error` work for both. */
function addScriptMembers(app: App): void {
  app.addHook('preSerialization', async (_request, reply, payload: unknown) => {
    const isProblem = String(reply.getHeader('content-type') ?? '').startsWith('application/problem+json')
    if (!isProblem || typeof payload !== 'object' || payload === null || !('detail' in payload)) return payload
    return { ...payload, success: false, error: payload.detail }
  })
}

const AWAY_RETRY_SECONDS = 1
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'
const TITLES = new Map(Object.entries(REGISTRY_SERVER_ERRORS).map(([code, { title }]) => [code, title]))

/** The title of a refusal of whoever shows no key, a wrong one, or one too often. */
function guessTitle(error: unknown): string | undefined {
  const isGuess = isAppError(error) && (error.status === 401 || error.status === 429)
  return isGuess ? TITLES.get(error.code) : undefined
}

function addErrorHeaders(app: App): void {
  app.setErrorHandler((error, request, reply) => {
    if (isAppError(error)) {
      const { retryAfterSeconds } = error.details
      if (typeof retryAfterSeconds === 'number') void reply.header('retry-after', retryAfterSeconds)
      else if (error.status === 503) void reply.header('retry-after', AWAY_RETRY_SECONDS)
      if (error.status === 401) void reply.header('www-authenticate', 'Bearer realm="portolan"')
    }
    if (errorCode(error) === 'REGISTRY_SERVER_METHOD_REFUSED') void reply.header('allow', 'POST')
    const title = guessTitle(error)
    if (title === undefined) throw error
    // Whoever guesses keys writes the log: one line each, that it was answered, and none with the reason besides.
    const problem = problemOf(error, { requestId: request.id, title })
    void reply.code(problem.status).header('content-type', PROBLEM_TYPE).serializer(JSON.stringify).send(problem)
  })
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store')
  })
}
