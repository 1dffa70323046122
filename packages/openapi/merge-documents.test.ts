import { expect, test } from 'vitest'
import { listOperations, type OpenApiDocument, type Operation, parseDocument } from './document.ts'
import { mergeDocuments } from './merge-documents.ts'

const OPTIONS = { title: 'All', description: 'Of all.', version: '1', serverUrl: '/' } as const

function operation(operationId: string, schema: object): Operation {
  const content = { 'application/json': { schema: { ...schema } } }
  return { operationId, summary: operationId, tags: ['things'], responses: { 200: { description: 'OK', content } } }
}

function document(paths: OpenApiDocument['paths'], components: OpenApiDocument['components'] = {}): OpenApiDocument {
  return { openapi: '3.1.0', info: { title: 'one', version: '1' }, tags: [{ name: 'things' }], paths, components }
}

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })

test('operations, tags and components stand side by side, once each', () => {
  const shared = { schemas: { Problem: { type: 'object' } } }
  const merged = mergeDocuments(
    [
      { service: 'auth', document: document({ '/a': { get: operation('getA', ref('Problem')) } }, shared) },
      { service: 'user', document: document({ '/b': { get: operation('getB', ref('Problem')) } }, shared) },
    ],
    OPTIONS,
  )
  expect(Object.keys(merged.paths)).toEqual(['/a', '/b'])
  expect(merged.tags).toEqual([{ name: 'things' }])
  expect(merged.components).toEqual(shared)
  expect(merged).toMatchObject({ openapi: '3.1.0', info: { title: 'All', version: '1' }, servers: [{ url: '/' }] })
  expect(parseDocument(merged, 'merged')).toBe(merged)
})

test('what two services mean differently by one name gets their names in front, wherever it is referred to', () => {
  // Both `Box`es read the same, but what is in them is not.
  const schemas = (type: string) => ({ schemas: { Thing: { type }, Box: { properties: { thing: ref('Thing') } } } })
  const documents = [
    { service: 'auth', document: document({ '/a': { get: operation('getBox', ref('Box')) } }, schemas('string')) },
    { service: 'user', document: document({ '/b': { get: operation('getBox', ref('Box')) } }, schemas('number')) },
  ]
  const merged = mergeDocuments(documents, OPTIONS)
  expect(merged.components?.schemas).toEqual({
    AuthThing: { type: 'string' },
    AuthBox: { properties: { thing: ref('AuthThing') } },
    UserThing: { type: 'number' },
    UserBox: { properties: { thing: ref('UserThing') } },
  })
  expect(merged.paths['/b']?.get?.responses['200']?.content?.['application/json']?.schema).toEqual(ref('UserBox'))
  expect(listOperations(merged).map((each) => each.operation.operationId)).toEqual(['authGetBox', 'userGetBox'])
  const turned = mergeDocuments(documents.toReversed(), OPTIONS)
  expect(Object.keys(turned.components?.schemas ?? {}).toSorted()).toEqual([
    'AuthBox',
    'AuthThing',
    'UserBox',
    'UserThing',
  ])
})

test('security schemes are renamed with what needs them, and what holds for a whole document is said of each', () => {
  const scheme = (name: string) => ({ securitySchemes: { cookie: { type: 'apiKey', in: 'cookie', name } } })
  const withSecurity = (path: string, name: string) => ({
    ...document({ [path]: { get: operation(`get${name}`, {}) } }, scheme(name)),
    security: [{ cookie: [] }],
  })
  const merged = mergeDocuments(
    [
      { service: 'auth', document: withSecurity('/a', 'one') },
      { service: 'user', document: withSecurity('/b', 'two') },
    ],
    OPTIONS,
  )
  expect(Object.keys(merged.components?.securitySchemes ?? {})).toEqual(['AuthCookie', 'UserCookie'])
  expect(merged.paths['/a']?.get?.security).toEqual([{ AuthCookie: [] }])
  expect(merged.paths['/b']?.get?.security).toEqual([{ UserCookie: [] }])
})

test('an operation that two services describe is an error that names both', () => {
  const one = document({ '/a': { get: operation('getA', {}) } })
  const documents = [
    { service: 'auth', document: one },
    { service: 'user', document: one },
  ]
  expect(() => mergeDocuments(documents, OPTIONS)).toThrow(
    expect.objectContaining({
      code: 'OPENAPI_OPERATION_TWICE',
      details: { operation: 'GET /a', sources: ['auth', 'user'] },
    }),
  )
})

test.for([undefined, {}, { openapi: '3.0.3', info: { title: '', version: '' }, paths: {} }, '<html>'])(
  'what is no document of ours is refused with a code: %j',
  (value) => {
    expect(() => parseDocument(value, 'auth')).toThrow(expect.objectContaining({ code: 'OPENAPI_DOCUMENT_INVALID' }))
  },
)
