import { STATUS_CODES } from 'node:http'
import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import type { ErrorCatalogue } from '@portolan/errors'
import { ACCESS_COOKIE, type RouteAccess } from '@portolan/identity'
import { type App, SERVICE_ERRORS } from '@portolan/service'
import type { RouteOptions } from 'fastify'
import Type from 'typebox'
import { liftComponents } from './component-schemas.ts'
import { listOperations, type OpenApiDocument, type Operation, parseDocument } from './document.ts'
import { routeUndescribed } from './errors.ts'
import { refusalCodesOf, refusalExamples, refusalResponses } from './refusals.ts'

export interface OpenApiOptions {
  readonly title: string
  readonly description: string
  /** Where the document is answered, such as `/api/users/openapi.json`. */
  readonly path: string
  /** The operationId of that route, such as `getUsersDocument`. */
  readonly operationId: string
  /** The tags of the operations, in the order in which they are shown, with what each is about; `documents` is added. */
  readonly tags: Readonly<Record<string, string>>
  /** Where the codes are that routes refuse with. */
  readonly catalogues: readonly ErrorCatalogue[]
  /** How callers show who they are, each way by its name, where it is not by a session; any one of them will do. */
  readonly keySchemes?: SecuritySchemes
  /** Codes that follow from something only this service knows, such as a hook on all of its public routes. */
  readonly moreRefusals?: (route: RouteAccess & { readonly method: string; readonly url: string }) => readonly string[]
}

type SecuritySchemes = NonNullable<
  NonNullable<NonNullable<FastifyDynamicSwaggerOptions['openapi']>['components']>['securitySchemes']
>
type Transform = NonNullable<FastifyDynamicSwaggerOptions['transform']>
type RouteSchema = Parameters<Transform>[0]['schema']

const REFUSALS = 'x-refusals'
const DOCUMENTS_TAG = { name: 'documents', description: 'What describes the services themselves.' } as const
const DOCUMENT_SCHEMA = Type.Object(
  {
    openapi: Type.String({ pattern: '^3\\.1\\.\\d+$' }),
    info: Type.Object({ title: Type.String(), version: Type.String() }, { additionalProperties: true }),
    paths: Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown())),
  },
  {
    title: 'OpenApiDocument',
    description: 'OpenAPI 3.1, https://spec.openapis.org/oas/v3.1.1',
    additionalProperties: true,
  },
)
const SECURITY_SCHEMES = {
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: ACCESS_COOKIE,
    description: 'What signing in sets. A change also needs our own `Origin`, which browsers send by themselves.',
  },
  accessToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An access token: what the cookie of a session holds, for ten minutes.',
  },
  personalToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'wl_pat_…',
    description: 'A personal access token that has the scope which is named beside it.',
  },
} as const

/**
 * Describes the routes below `/api` that are added afterwards, from the schemas that validate them, and answers the
 * document at `path`. What a route refuses with follows from its access, its schema and its `schema.refusals`. Schemas
 * with a title become components. Other routes, such as those below `/internal`, are never in it.
 * @throws OPENAPI_ROUTE_UNDESCRIBED when the app becomes ready, for a route that has no tags, operationId, summary or
 *   answers
 */
export async function addOpenApi(app: App, options: OpenApiOptions): Promise<void> {
  const { title, description, path, operationId, keySchemes: securitySchemes = SECURITY_SCHEMES } = options
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title, version: '1.0.0', description },
      components: { securitySchemes },
    },
    transform: ({ schema, url, route }) => ({ schema: describedSchema(schema, route, options), url }),
  })
  let text = ''
  app.addHook('onReady', async () => {
    text = JSON.stringify(finished(parseDocument(app.swagger(), title), options))
  })
  const response = { 200: Type.Unsafe<string>(DOCUMENT_SCHEMA) } // written as text once, not at each request
  const schema = { tags: [DOCUMENTS_TAG.name], operationId, summary: 'This description of the service', response }
  app.get(path, { config: { access: 'public' }, schema }, async (_request, reply) =>
    reply.header('content-type', 'application/json; charset=utf-8').serializer(String).send(text),
  )
}

function describedSchema(schema: RouteSchema, route: RouteOptions, options: OpenApiOptions): RouteSchema {
  const { moreRefusals, keySchemes } = options
  const { url, config = {} } = route
  if (!url.startsWith('/api/')) return { ...schema, hide: true }
  const method = String(route.method)
  const gap = findGap(schema)
  if (gap !== undefined) throw routeUndescribed(`${method} ${url}`, gap)
  const hasInput = [schema.body, schema.params, schema.querystring].some((part) => part !== undefined)
  const { access = 'caller', scope, checksOrigin = false } = config
  const more = moreRefusals?.({ method, url, access, checksOrigin }) ?? []
  const refusals = [...(schema.refusals ?? []), ...more]
  if (keySchemes !== undefined) {
    const security = access === 'public' ? [] : Object.keys(keySchemes).map((name) => ({ [name]: [] }))
    return Object.assign({}, schema, { [REFUSALS]: [...new Set(refusals)], security })
  }
  const codes = refusalCodesOf({ method, access, checksOrigin, hasInput, refusals })
  const security = securityOf(access, scope ?? (method === 'GET' ? 'read' : 'write'))
  return Object.assign({}, schema, { [REFUSALS]: codes, security })
}

function findGap(schema: RouteSchema | undefined): string | undefined {
  if (schema === undefined) return 'has no schema'
  const { tags, operationId, summary, response } = schema
  if (tags === undefined || tags.length === 0) return 'has no tags'
  if (operationId === undefined) return 'has no operationId'
  if (summary === undefined) return 'has no summary'
  const statuses = Object.keys(response ?? {})
  return statuses.some((status) => /^[23]/.test(status)) ? undefined : 'has no schema of its answer'
}

function securityOf(access: RouteAccess['access'], scope: string): Record<string, string[]>[] {
  if (access === 'public') return []
  const signedIn = [{ session: [] }, { accessToken: [] }]
  if (access === 'session') return signedIn
  return [...(access === 'optional' ? [{}] : []), ...signedIn, { personalToken: [scope] }]
}

function finished(document: OpenApiDocument, options: OpenApiOptions): OpenApiDocument {
  const { tags, catalogues, keySchemes: securitySchemes = SECURITY_SCHEMES } = options
  const catalogue: ErrorCatalogue = Object.assign({}, SERVICE_ERRORS, ...catalogues)
  const codes = new Set<string>()
  for (const { operation } of listOperations(document)) {
    const refusals = takeRefusals(operation)
    for (const code of refusals) codes.add(code)
    operation.responses = { ...withPhrases(operation.responses), ...refusalResponses(refusals, catalogue) }
  }
  const { rest: paths, schemas } = liftComponents(document.paths)
  const components = { schemas, examples: refusalExamples(codes, catalogue), securitySchemes }
  const described = Object.entries(tags).map(([name, description]) => ({ name, description }))
  return parseDocument({ ...document, tags: [...described, DOCUMENTS_TAG], paths, components }, document.info.title)
}

/** `OK` rather than the words that @fastify/swagger has for an answer without any. */
function withPhrases(responses: Operation['responses']): Operation['responses'] {
  const entries = Object.entries(responses).map(([status, response]) => {
    const isSilent = response.description === 'Default Response'
    return [status, isSilent ? { ...response, description: STATUS_CODES[status] ?? status } : response]
  })
  return Object.fromEntries(entries)
}

function takeRefusals(operation: object): readonly string[] {
  const refusals: unknown = Reflect.get(operation, REFUSALS)
  Reflect.deleteProperty(operation, REFUSALS)
  return Array.isArray(refusals) ? refusals.filter((code) => typeof code === 'string') : []
}
