import { IDENTITY_ERRORS } from '@portolan/identity'
import { type App, createApp } from '@portolan/service'
import pino from 'pino'
import Type from 'typebox'
import { expect, test } from 'vitest'
import { addOpenApi, type OpenApiOptions } from './add-open-api.ts'
import { bodyOf } from './body-of.ts'
import { type OpenApiDocument, parseDocument } from './document.ts'
import { listApiRoutes, listDescribedRoutes } from './testing.ts'

const TIDES_ERRORS = { TIDES_TOO_LOW: { status: 409, title: 'The water is too low' } } as const
const OPTIONS: OpenApiOptions = {
  title: 'tides',
  description: 'High and low water.',
  path: '/api/tides/openapi.json',
  operationId: 'getTidesDescription',
  tags: { tides: 'When the water comes.' },
  catalogues: [TIDES_ERRORS, IDENTITY_ERRORS],
}
const TIDE = Type.Object(
  { at: Type.String({ format: 'date-time' }), kind: Type.Enum(['high', 'low']) },
  { title: 'Tide' },
)
const LIST = {
  tags: ['tides'],
  operationId: 'listTides',
  summary: 'The next tides',
  response: { 200: Type.Object({ tides: Type.Array(TIDE), next: TIDE }) },
}
const RIDE = {
  tags: ['tides'],
  operationId: 'rideTide',
  summary: 'Go out with it',
  params: Type.Object({ tideId: Type.String({ format: 'uuid' }) }),
  body: bodyOf({ email: Type.String({ 'x-format': 'email' }) }),
  refusals: ['TIDES_TOO_LOW'],
  response: { 204: Type.Null({ description: 'Gone' }) },
}

async function openTides(addRoutes: (app: App) => void, options: Partial<OpenApiOptions> = {}) {
  const app = createApp({ name: 'tides', logger: pino({ level: 'silent' }) })
  await app.register(async (scope: App) => {
    await addOpenApi(scope, { ...OPTIONS, ...options })
    addRoutes(scope)
  })
  return Object.assign(app, { [Symbol.asyncDispose]: () => app.close() })
}

async function documentOf(app: App): Promise<OpenApiDocument> {
  const answer = await app.inject('/api/tides/openapi.json')
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
  return parseDocument(answer.json(), 'tides')
}

test('callers who show keys are told so in place of sessions', async () => {
  const keySchemes = { apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' } } as const
  const addRoutes = (scope: App) => {
    const schema = { ...LIST, refusals: ['TIDES_TOO_LOW'] }
    scope.get('/api/tides', { schema }, () => ({ tides: [], next: { at: '', kind: 'low' as const } }))
  }
  await using app = await openTides(addRoutes, { keySchemes })
  const document = await documentOf(app)
  const operation = document.paths['/api/tides']?.get
  expect(document).toMatchObject({ components: { securitySchemes: keySchemes } })
  expect(operation).toMatchObject({ security: [{ apiKey: [] }] })
  expect(Object.keys(operation?.responses ?? {})).toEqual(['200', '409', 'default'])
})

test('every route below /api is described, and no other one', async () => {
  await using app = await openTides((scope) => {
    scope.get('/api/tides', { schema: LIST }, () => ({ tides: [], next: { at: '', kind: 'low' as const } }))
    scope.post('/api/tides/:tideId/rides', { schema: RIDE }, async (_request, reply) => reply.code(204).send(null))
    scope.get('/internal/moon', () => 'full')
  })
  const document = await documentOf(app)
  expect(listDescribedRoutes(document)).toEqual([
    'GET /api/tides',
    'GET /api/tides/openapi.json',
    'POST /api/tides/{tideId}/rides',
  ])
  expect(listApiRoutes(app)).toEqual(listDescribedRoutes(document))
})

test('a schema with a title is one component, and an enumeration says what kind of thing it holds', async () => {
  await using app = await openTides((scope) => {
    scope.get('/api/tides', { schema: LIST }, () => ({ tides: [], next: { at: '', kind: 'low' as const } }))
  })
  const { paths, components } = await documentOf(app)
  const ref = { $ref: '#/components/schemas/Tide' }
  expect(paths['/api/tides']?.get?.responses['200']?.content?.['application/json']?.schema).toMatchObject({
    properties: { tides: { items: ref }, next: ref },
  })
  expect(components?.schemas?.Tide).toMatchObject({ properties: { kind: { type: 'string', enum: ['high', 'low'] } } })
})

test('what a route refuses with is named by status: its own codes, and those of its access and its input', async () => {
  await using app = await openTides((scope) => {
    const config = { access: 'session' } as const
    scope.post('/api/tides/:tideId/rides', { config, schema: RIDE }, async (_request, reply) =>
      reply.code(204).send(null),
    )
  })
  const { paths, components } = await documentOf(app)
  const { responses, security } = paths['/api/tides/{tideId}/rides']?.post ?? {}
  const codes = (status: string) =>
    Object.keys(responses?.[status]?.content?.['application/problem+json']?.examples ?? {})
  expect(Object.keys(responses ?? {})).toEqual(['204', '400', '401', '403', '409', '503', 'default'])
  expect(codes('409')).toEqual(['TIDES_TOO_LOW'])
  expect(codes('400')).toEqual(['SERVICE_REQUEST_INVALID'])
  expect(codes('403')).toEqual(['IDENTITY_SESSION_REQUIRED', 'IDENTITY_ORIGIN_REFUSED'])
  expect(components?.examples?.TIDES_TOO_LOW).toMatchObject({ value: { status: 409, code: 'TIDES_TOO_LOW' } })
  expect(security).toEqual([{ session: [] }, { accessToken: [] }])
})

test('a public route needs nobody to be signed in, and another one a token with the scope', async () => {
  await using app = await openTides((scope) => {
    const get = () => ({ tides: [], next: { at: '', kind: 'low' as const } })
    scope.get('/api/tides', { config: { access: 'public' }, schema: LIST }, get)
    scope.get('/api/own-tides', { config: { scope: 'admin' }, schema: { ...LIST, operationId: 'listOwnTides' } }, get)
  })
  const { paths } = await documentOf(app)
  expect(paths['/api/tides']?.get).toMatchObject({ security: [] })
  expect(Object.keys(paths['/api/tides']?.get?.responses ?? {})).toEqual(['200', 'default'])
  expect(paths['/api/own-tides']?.get?.security).toContainEqual({ personalToken: ['admin'] })
})

test('a format that the code behind the schema checks is told all the same', async () => {
  await using app = await openTides((scope) => {
    scope.post('/api/tides/:tideId/rides', { schema: RIDE }, async (_request, reply) => reply.code(204).send(null))
  })
  const { paths } = await documentOf(app)
  const schema = paths['/api/tides/{tideId}/rides']?.post?.requestBody?.content['application/json']?.schema
  expect(schema).toMatchObject({ properties: { email: { type: 'string', format: 'email' } } })
  const payload = { email: ' not asserted here ' }
  const url = '/api/tides/1b4e28ba-2fa1-4d2b-883f-0016d3cca427/rides'
  expect((await app.inject({ method: 'POST', url, payload })).statusCode).toBe(204)
})

const handler = () => {
  throw new Error('Nobody asks.')
}

test.for(['tags', 'operationId', 'summary', 'response'] as const)(
  'an app with a route that has no %s does not start',
  async (name) => {
    const { [name]: _left, ...schema } = LIST
    await using app = await openTides((scope) => void scope.get('/api/tides', { schema }, handler))
    await expect(app.ready()).rejects.toMatchObject({ code: 'OPENAPI_ROUTE_UNDESCRIBED' })
  },
)

test('an app does not start with a code that is in no catalogue, nor with two meanings of one title', async () => {
  const unknown = { ...LIST, refusals: ['TIDES_MADE_UP'] }
  await using first = await openTides((scope) => void scope.get('/api/tides', { schema: unknown }, handler))
  await expect(first.ready()).rejects.toThrow('"TIDES_MADE_UP" is in no catalogue')
  const other = Type.Object({ height: Type.Number() }, { title: 'Tide' })
  await using second = await openTides((scope) => {
    scope.get('/api/tides', { schema: LIST }, handler)
    scope.get('/api/tide', { schema: { ...LIST, operationId: 'getTide', response: { 200: other } } }, handler)
  })
  await expect(second.ready()).rejects.toThrow('Two schemas have the title "Tide"')
})
