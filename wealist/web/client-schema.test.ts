import { readFile } from 'node:fs/promises'
import { parseDocument } from '@portolan/openapi'
import { expect, test } from 'vitest'
import { fetchApiDocument } from './api-docs/api-document.ts'
import { renderClientTypes } from './client-schema.ts'
import { openTestServices } from './testing.ts'

test('the checked-in types are those of the services as they are now', async () => {
  await using services = await openTestServices()
  const urls = { authUrl: services.authUrl, userUrl: services.userUrl, publicOrigin: '/' }
  const document = await fetchApiDocument(urls, { signal: AbortSignal.timeout(10_000) })
  const schema = await readFile(new URL('./page/api/schema.ts', import.meta.url), 'utf8')
  expect(schema, 'Run "npm run generate -w wealist/web" and look at what has changed.').toBe(
    renderClientTypes(document),
  )
})

function typesOf(schema: object): string {
  const document = {
    openapi: '3.1.0',
    info: { title: 'things', version: '1' },
    paths: {},
    components: { schemas: { Thing: schema } },
  }
  const text = renderClientTypes(parseDocument(document, 'things'))
  return /readonly Thing: ([\s\S]*?)\n}\n/.exec(text)?.[1] ?? ''
}

test.for([
  [{ type: 'string', format: 'uuid' }, 'string'],
  [{ type: 'integer' }, 'number'],
  [{ enum: ['a', "it's"] }, "'a' | 'it\\'s'"],
  [{ const: 1 }, '1'],
  [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'string | null'],
  [{ type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'null' }] } }, 'readonly (string | null)[]'],
  [{ type: 'object', additionalProperties: { type: 'string' } }, 'Readonly<Record<string, string>>'],
  [{ $ref: '#/components/schemas/Other' }, "Schemas['Other']"],
  [{ not: {} }, 'unknown'],
  [
    { type: 'object', required: ['a'], properties: { a: { type: 'boolean', description: 'Ends\n*/ here.' }, b: {} } },
    '{\n    /** Ends * / here. */\n    readonly a: boolean\n    readonly b?: unknown\n  }',
  ],
] as const)('%j becomes %s', ([schema, type]) => {
  expect(typesOf(schema)).toBe(type)
})

test('an operation takes what it describes, and options that are not needed may be left out', () => {
  const parameter = (name: string, place: 'path' | 'query', required: boolean) => ({
    name,
    in: place,
    required,
    schema: { type: 'string' },
  })
  const json = (schema: object) => ({ 'application/json': { schema } })
  const operation = {
    operationId: 'changeThing',
    summary: 'Change it',
    tags: ['things'],
    parameters: [parameter('id', 'path', true), parameter('page', 'query', false)],
    requestBody: { content: json({ type: 'number' }) },
    responses: { 200: { description: 'OK', content: json({ type: 'string' }) }, 204: { description: 'Nothing' } },
  }
  const document = {
    openapi: '3.1.0',
    info: { title: '', version: '' },
    paths: { '/things/{id}': { patch: operation } },
  }
  const text = renderClientTypes(parseDocument(document, 'things'))
  expect(text.slice(text.indexOf('export interface Operations'))).toBe(`export interface Operations {
  /** Change it */
  readonly 'PATCH /things/{id}': {
    readonly path: {
      readonly id: string
    }
    readonly query?: {
      readonly page?: string
    }
    readonly body: number
    readonly answer: string | undefined
  }
}
`)
})
